/**
 * Google Cloud: the identity token of the service account that a machine, container or function runs as.
 *
 * Import from `@tokenhop/core/sources/gcp-metadata`.
 */
import * as v from "valibot";
import type { TokenError } from "../errors.ts";
import { GOOGLE_METADATA, isGoogleMetadata, METADATA_FLAVOR } from "../internal/google.ts";
import { isLocal } from "../internal/hosts.ts";
import { isTransient, localTime, type Reply, send } from "../internal/http.ts";
import { expiryOf } from "../internal/jwt.ts";
import { mustGoDirectly } from "../internal/no-proxy.ts";
import { refusalWithFix } from "../internal/refusal-fix.ts";
import { checkOptions, flag, like } from "../internal/schema.ts";
import { secret } from "../internal/secret.ts";
import { detected, mustBeFound, refusal, unavailable } from "../internal/source.ts";
import { bareToken } from "../internal/token-endpoint.ts";
import type { IdentitySource, Platform } from "../types.ts";

/** What {@link gcpMetadata} may be given. */
export interface GcpMetadataOptions {
  /** E-mail address of one of the service accounts that are attached. Default: `default`, the only one nearly everywhere. */
  readonly serviceAccount?: string | undefined;
  /** Whether the token names the licences of the machine's images, in `google.compute_engine.license_id`. Default false. */
  readonly licenses?: boolean | undefined;
  /**
   * Whether `firstOf` is to take this for a machine of Google's where no variable says so. Default false: no variable tells a
   * Compute Engine machine or a GKE pod from a laptop.
   */
  readonly assumePresent?: boolean | undefined;
}

const NAME = "gcp-metadata";
/** What Google's client libraries read to find another host, the first of them first. */
const HOSTS = ["GCE_METADATA_IP", "GCE_METADATA_HOST"];
/** What Cloud Run sets in services and functions, in jobs, and in worker pools. */
const SERVERLESS = ["K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_WORKER_POOL"];
const DETECTION = "METADATA_SERVER_DETECTION";
const optionsSchema = v.strictObject({
  serviceAccount: v.optional(like(/^(?:default|[\w.+-]+@[\w.-]+)$/, 'expected "default" or an e-mail address')),
  licenses: flag,
  assumePresent: flag,
});

/** The variable that names another host, if one does. */
function hostVariable({ env }: Platform): string | undefined {
  return HOSTS.find((name) => env[name]);
}

/** Where the server is, as far as it may be asked there: a name of anybody's would be whoever that is. */
function serverOf(platform: Platform): URL | undefined {
  const host = platform.env[hostVariable(platform) ?? ""] ?? GOOGLE_METADATA;
  const text = /^https?:\/\//.test(host) ? host : `http://${host}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return isLocal(text) || (url.origin === GOOGLE_METADATA && !url.username && !url.password) ? url : undefined;
}

/** A refusal, with what to do where there is no such account. */
function refused(reply: Reply, platform: Platform, serviceAccount: string): TokenError {
  if (reply.status !== 404) return refusal(NAME, reply, platform, undefined);
  const fix = `attach the service account ${serviceAccount} to the machine or service, or in GKE link it to the pod's`;
  return refusalWithFix(NAME, reply, undefined, fix);
}

/**
 * The identity token of the service account that a Google Cloud workload runs as, from the metadata server: Compute Engine, GKE
 * with workload identity federation, Cloud Run, Cloud Functions. It is asked at `metadata.google.internal` over plain http, or
 * where `GCE_METADATA_IP` or `GCE_METADATA_HOST` say, which must be on loopback or link-local. A reply without the header
 * `Metadata-Flavor: Google` is refused: something else answers there.
 *
 * - Audience: any, one per token.
 * - Lifetime: 1 hour, of which the server's cache may have used a part (UNCONFIRMED); taken from the token, corrected by the
 *   reply's `Date`.
 * - Issuer: `https://accounts.google.com`. Subject: the service account's unique numeric id. The token also says its `email`,
 *   and on Compute Engine the project, zone and instance.
 * - Provenance: `external`.
 *
 * `detect` asks no network. With `METADATA_SERVER_DETECTION=none` it finds nothing; else the server by the two variables above, by Cloud Run's own (`K_SERVICE`, which Knative sets
 * on other clouds too; `CLOUD_RUN_JOB`, `CLOUD_RUN_WORKER_POOL`), by `METADATA_SERVER_DETECTION=assume-present`, and by the option
 * `assumePresent`. `get` asks either way. It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` when the
 * variables name a host elsewhere, something else answers, or a proxy is before it that `NO_PROXY` does not take away, `ERR_SOURCE_FAILED` when the server refuses (404: no such service
 * account is attached), `ERR_SOURCE_REPLY`, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { gcpMetadata } from "@tokenhop/core/sources/gcp-metadata";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const arm = federate({
 *   from: gcpMetadata(),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://management.azure.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://cloud.google.com/compute/docs/instances/verifying-instance-identity
 * @see https://cloud.google.com/run/docs/container-contract
 */
export function gcpMetadata(options: GcpMetadataOptions = {}): IdentitySource {
  const {
    serviceAccount = "default",
    licenses = false,
    assumePresent = false,
  } = checkOptions(optionsSchema, options, "gcpMetadata()");

  const missingHost = (platform: Platform): readonly string[] =>
    serverOf(platform) ? [] : [`${hostVariable(platform)} on loopback, in 169.254.0.0/16 or metadata.google.internal`];

  return {
    name: NAME,
    identity: [NAME, serviceAccount, licenses],
    provenance: "external",
    detect(platform) {
      const { env } = platform;
      if (env[DETECTION] === "none") return detected([`${DETECTION} that is not none`]);
      const told = hostVariable(platform) ?? SERVERLESS.find((name) => env[name]);
      if (told || assumePresent || env[DETECTION] === "assume-present") return detected(missingHost(platform));
      return detected([`${[...SERVERLESS, ...HOSTS].join(", ")} or assumePresent: true on a machine or in GKE`]);
    },
    async getToken({ audience }, context) {
      const { platform, signal } = context;
      mustBeFound(NAME, detected(missingHost(platform)), signal);
      const path = `/computeMetadata/v1/instance/service-accounts/${serviceAccount}/identity`;
      const url = new URL(path, serverOf(platform));
      url.searchParams.set("audience", audience);
      url.searchParams.set("format", "full");
      if (licenses) url.searchParams.set("licenses", "TRUE");
      mustGoDirectly(NAME, url, platform);
      const reply = await send(NAME, url, { headers: METADATA_FLAVOR }, context);
      // A refusal of somebody else's says nothing of a service account; one that passes may be on the way to Google's.
      if (!isGoogleMetadata(reply) && !isTransient(reply.status)) {
        throw unavailable(
          NAME,
          `what answers at ${url.host} is no metadata server of Google's (Metadata-Flavor is absent)`,
        );
      }
      if (reply.status !== 200) throw refused(reply, platform, serviceAccount);
      const token = bareToken(reply.text, NAME).trim();
      const exp = expiryOf(token);
      return { token: secret(token), expiresAt: exp && localTime(exp, reply.headers, platform) };
    },
  };
}
