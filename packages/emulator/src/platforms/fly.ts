/** The route at which a machine on Fly gets its ID token, which is the whole body. Texts of its errors are UNCONFIRMED. */
import { bearerOf, sameSecret } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";
import { identityOf } from "./identity.ts";
import { audienceOf, issueWorkloadToken, jobsOn, type KnownJob } from "./token.ts";

/** `POST /v1/tokens/oidc`. */
export async function flyToken(world: World, call: Call): Promise<Answer> {
  const known = callerOf(world, call);
  if (!known) return refuse(401, "unauthorized");
  const asked = audienceAsked(call.body);
  if (asked === false) return refuse(400, "invalid body");
  const token = await issueWorkloadToken(world, known, { audience: asked });
  const identity = identityOf(known.job);
  return {
    status: 200,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
    body: token,
    log: {
      outcome: "granted",
      reason: "The machine",
      subject: identity.subject,
      audience: audienceOf(identity, asked),
    },
  };
}

/**
 * Whoever reaches the socket is the machine that has it, and shows nothing; the API's own hosts want a token. A token that is shown
 * nevertheless has to be right.
 */
function callerOf(world: World, { headers, url }: Call): KnownJob | undefined {
  const jobs = jobsOn(world.config, "fly");
  const isApi = /^(api\.machines\.dev|_api\.internal)$/.test(url.hostname);
  const shown = bearerOf(headers);
  if (shown === undefined) return isApi || headers.has("authorization") ? undefined : jobs[0];
  return jobs.find(({ workload }) => workload.requestToken !== undefined && sameSecret(workload.requestToken, shown));
}

/** `false` for a body that cannot be read. */
function audienceAsked(body: string): string | undefined | false {
  if (body === "") return undefined;
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null) return false;
    const { aud } = value as { readonly aud?: unknown };
    return aud === undefined ? undefined : typeof aud === "string" && aud !== "" && aud;
  } catch {
    return false;
  }
}

function refuse(status: number, error: string): Answer {
  return { status, body: { error }, log: { outcome: "refused", code: status, reason: error } };
}
