/** The route at which a job of Buildkite gets its ID token. Texts of its errors are UNCONFIRMED. */
import * as v from "valibot";
import { sameSecret } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";
import type { BuildkiteJob } from "./config-types.ts";
import { buildkiteIds, identityOf } from "./identity.ts";
import { issueWorkloadToken, jobsOn } from "./token.ts";

const requestSchema = v.object({
  audience: v.optional(v.pipe(v.string(), v.minLength(1))),
  lifetime: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  claims: v.optional(v.array(v.string())),
  aws_session_tags: v.optional(v.array(v.string())),
  subject_claim: v.optional(v.string()),
});

/** `POST /v3/jobs/{job}/oidc/tokens`. */
export async function buildkiteToken(world: World, call: Call): Promise<Answer> {
  // Not Bearer: the agent's API has a scheme of its own.
  const [, shown = ""] = /^token +(\S+)$/i.exec(call.headers.get("authorization") ?? "") ?? [];
  const known = jobsOn(world.config, "buildkite").find(({ workload }) =>
    sameSecret(workload.requestToken ?? "", shown),
  );
  if (!known) return refuse(401, "Authentication required");
  const { job } = known;
  if (call.params.job !== job.jobId) return refuse(404, "No job found");
  const request = read(call.body);
  if (!request) return refuse(400, "The body is not a request for a token");

  // As a map: a claim may be called as a member of every object.
  const ids = new Map(Object.entries(buildkiteIds(job)));
  const { audience, lifetime, subject_claim: subjectClaim, claims: more = [], aws_session_tags: tags = [] } = request;
  const usual = identityOf(job);
  const subject = subjectClaim === undefined ? usual.subject : ids.get(subjectClaim);
  if (subject === undefined) return refuse(422, "subject_claim is not a claim that can be the subject");
  const values = valuesOf(job);
  const unknown = [...more, ...tags].find((name) => !Object.hasOwn(values, name));
  if (unknown !== undefined) return refuse(422, "A claim is not one of those that can be asked for");

  const pick = (names: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(names.map((name) => [name, values[name]]));
  const principalTags = Object.fromEntries(tags.map((name) => [name, [values[name]]]));
  const token = await issueWorkloadToken(world, known, {
    audience,
    // The agent sends 0 for a lifetime that nobody chose.
    lifetimeMs: lifetime ? lifetime * 1000 : undefined,
    identity: { ...usual, subject },
    claims: {
      ...pick(more),
      ...(tags.length > 0 && { "https://aws.amazon.com/tags": { principal_tags: principalTags } }),
    },
  });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: { token },
    log: { outcome: "granted", reason: "The job's agent token", subject, audience },
  };
}

function read(body: string): v.InferOutput<typeof requestSchema> | undefined {
  try {
    const { success, output } = v.safeParse(requestSchema, body === "" ? {} : JSON.parse(body));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

/** What a token may be asked to say: the usual claims too. */
function valuesOf(job: BuildkiteJob): Readonly<Record<string, unknown>> {
  return { ...identityOf(job).claims, ...buildkiteIds(job) };
}

function refuse(status: number, message: string): Answer {
  return { status, body: { message }, log: { outcome: "refused", code: status, reason: message } };
}
