/**
 * Buildkite: the job's OIDC token.
 *
 * Import from `@tokenhop/core/sources/buildkite`.
 */
import * as v from "valibot";
import type { TokenError } from "../errors.ts";
import { safeUrl } from "../internal/hosts.ts";
import type { Reply } from "../internal/http.ts";
import { refusalWithFix } from "../internal/refusal-fix.ts";
import { checkOptions, flag, text } from "../internal/schema.ts";
import { detected, mustBeFound, refusal } from "../internal/source.ts";
import { askForToken, jsonToken } from "../internal/token-endpoint.ts";
import type { IdentitySource, Platform } from "../types.ts";

/** What can be the subject in the place of the usual one: ids, which no renaming changes. */
export type BuildkiteSubjectClaim =
  | "organization_id"
  | "pipeline_id"
  | "cluster_id"
  | "queue_id"
  | "build_id"
  | "job_id"
  | "agent_id";

/** What {@link buildkite} may be given. */
export interface BuildkiteOptions {
  /** How long a token is to live, in ms; whole seconds. Default: Buildkite's own, 5 minutes. */
  readonly lifetimeMs?: number | undefined;
  /** Claims to put in besides the usual ones: `organization_id`, `cluster_name`, `agent_tag:NAME` and others. */
  readonly claims?: readonly string[] | undefined;
  /** Claims that AWS is to take for session tags. */
  readonly awsSessionTags?: readonly string[] | undefined;
  /** What the subject is. Default: organization, pipeline, ref, commit and step in one text. */
  readonly subjectClaim?: BuildkiteSubjectClaim | undefined;
  /** Lets the agent's endpoint be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

const NAME = "buildkite";
const ENDPOINT_VARIABLE = "BUILDKITE_AGENT_ENDPOINT";
const TOKEN_VARIABLE = "BUILDKITE_AGENT_ACCESS_TOKEN";
const JOB_VARIABLE = "BUILDKITE_JOB_ID";
const SUBJECTS = ["organization", "pipeline", "cluster", "queue", "build", "job", "agent"].map((one) => `${one}_id`);

/** What can be said in whole seconds. */
function isWholeSeconds(ms: unknown): boolean {
  return Number.isSafeInteger(ms) && (ms as number) > 0 && (ms as number) % 1000 === 0;
}

/** A refusal, with what to look at where the agent's token may not do this. */
function refused(step: string, reply: Reply, platform: Platform, sent: string | undefined): TokenError {
  if (reply.status !== 403) return refusal(step, reply, platform, sent);
  return refusalWithFix(
    step,
    reply,
    sent,
    `does the job still run, and are ${TOKEN_VARIABLE} and ${JOB_VARIABLE} its own?`,
  );
}

const texts = v.optional(v.array(text));
const optionsSchema = v.strictObject({
  lifetimeMs: v.optional(v.custom<number>(isWholeSeconds, "expected ms, whole seconds")),
  claims: texts,
  awsSessionTags: texts,
  subjectClaim: v.optional(
    v.custom<BuildkiteSubjectClaim>(
      (value) => SUBJECTS.includes(value as string),
      `expected one of ${SUBJECTS.join(", ")}`,
    ),
  ),
  allowHttpLoopback: flag,
});

/**
 * The OIDC token of a Buildkite job, from the same endpoint that `buildkite-agent oidc request-token` asks. What it reads, the
 * agent gives to every job: `BUILDKITE_AGENT_ENDPOINT`, `BUILDKITE_AGENT_ACCESS_TOKEN` and `BUILDKITE_JOB_ID`. A container
 * that the job starts has them only if it is given them.
 *
 * - Audience: any, one per token.
 * - Lifetime: 5 minutes, or `lifetimeMs`; taken from the token and corrected by the reply's `Date`.
 * - Issuer: `https://agent.buildkite.com`.
 * - Subject: `organization:ORG:pipeline:PIPELINE:ref:REF:commit:COMMIT:step:KEY`, another one for each commit. What compares
 *   subjects to the letter, as Entra does, needs `subjectClaim`: with `pipeline_id` it is the pipeline's UUID.
 * - Provenance: `external`.
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` where the
 * variables are absent, `ERR_SOURCE_FAILED` when the endpoint refuses, `ERR_SOURCE_REPLY` when its reply makes no sense, or
 * one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { buildkite } from "@tokenhop/core/sources/buildkite";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const arm = federate({
 *   from: buildkite({ subjectClaim: "pipeline_id" }),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://management.azure.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://buildkite.com/docs/agent/cli/reference/oidc
 */
export function buildkite(options: BuildkiteOptions = {}): IdentitySource {
  const checked = checkOptions(optionsSchema, options, "buildkite()");
  const { lifetimeMs, claims, awsSessionTags, subjectClaim, allowHttpLoopback = false } = checked;
  const urlOf = (url: string | undefined): URL | undefined => safeUrl(url ?? "", allowHttpLoopback);
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, lifetimeMs, claims, awsSessionTags, subjectClaim],
    provenance: "external",
    detect({ env }) {
      const missing = [ENDPOINT_VARIABLE, TOKEN_VARIABLE, JOB_VARIABLE].filter((name) => !env[name]);
      if (env[ENDPOINT_VARIABLE] && !urlOf(env[ENDPOINT_VARIABLE]))
        missing.push(`${ENDPOINT_VARIABLE} with an https URL`);
      return detected(missing);
    },
    async getToken({ audience }, context) {
      const { platform, signal } = context;
      mustBeFound(NAME, source.detect(platform), signal);
      const { [TOKEN_VARIABLE]: bearer, [JOB_VARIABLE]: job = "" } = platform.env;
      const url = urlOf(platform.env[ENDPOINT_VARIABLE]) as URL;
      url.pathname = `${url.pathname.replace(/\/$/, "")}/jobs/${encodeURIComponent(job)}/oidc/tokens`;
      const init = {
        method: "POST",
        headers: {
          // The scheme is Token, not Bearer.
          authorization: `Token ${bearer}`,
          accept: "application/json",
          "content-type": "application/json",
        },
        body: JSON.stringify({
          audience,
          lifetime: lifetimeMs && lifetimeMs / 1000,
          claims,
          aws_session_tags: awsSessionTags,
          subject_claim: subjectClaim,
        }),
      };
      return askForToken(NAME, url, init, context, jsonToken("token"), bearer, refused);
    },
  };
  return source;
}
