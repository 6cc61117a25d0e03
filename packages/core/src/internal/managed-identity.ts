/** What the endpoints of Azure's managed identities share: who is asked for, where it is safe to ask, how the reply is read. */
import * as v from "valibot";
import type { Platform, SubjectToken } from "../types.ts";
import { isLocal } from "./hosts.ts";
import { HOUR_MS, isTransient, localTime, parseJson, type Reply } from "./http.ts";
import { expiryOf } from "./jwt.ts";
import { checkReply, like, seconds, textThat } from "./schema.ts";
import { secret } from "./secret.ts";
import { refusal, tokenText } from "./source.ts";

/** At most one of the three ids; none means the system-assigned identity. */
export interface IdentitySelectors {
  readonly clientId?: string | undefined;
  readonly objectId?: string | undefined;
  readonly resourceId?: string | undefined;
}

/** Where IMDS is, the metadata service of virtual machines. */
export const IMDS = "http://169.254.169.254";
/** And where it gives tokens. */
export const IMDS_TOKEN_PATH = "/metadata/identity/oauth2/token";

/** Where plain http does not leave the machine. */
export const LOCAL_ONLY = "on loopback or in 169.254.0.0/16";

/** IMDS is being updated for at most 70 s, which this spans with four retries. */
const UPDATING_MS = 17_500;
const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const ARM_ID =
  /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i;

/** An id as Entra writes it. */
export const guid: v.GenericSchema<string> = like(GUID, "expected a GUID");

/** The schemas of the three ids, of which a second one is a problem of its own. */
export function selectorShapes(options: IdentitySelectors): v.ObjectEntries {
  const ids = { clientId: GUID, objectId: GUID, resourceId: ARM_ID };
  const [first] = Object.keys(ids).filter((id) => options?.[id as keyof typeof ids] !== undefined);
  const selectors = Object.entries(ids).map(([id, pattern]) => {
    const expected = pattern === GUID ? "expected a GUID" : "expected the ARM id of a user-assigned identity";
    const fits = textThat(
      id === first ? expected : `${expected}, and not together with ${first}`,
      (value) => id === first && pattern.test(value),
    );
    return [id, v.optional(fits)];
  });
  return Object.fromEntries(selectors);
}

/** What is missing for an endpoint that a variable names, if it is to be asked over plain http. */
export function missingEndpoint(env: Platform["env"], variable: string, why: string): readonly string[] {
  const url = env[variable];
  if (!url) return [variable];
  return isLocal(url) ? [] : [`${variable} ${LOCAL_ONLY} (${why})`];
}

/** The endpoint's URL with a query, in which what is absent does not stand. */
export function withQuery(endpoint: string | URL, query: Readonly<Record<string, string | undefined>>): URL {
  const url = new URL(endpoint);
  for (const [key, value] of Object.entries(query)) if (value) url.searchParams.set(key, value);
  return url;
}

/** The resource that an audience or scope is of. */
export function resourceOf(audience: string): string {
  return audience.replace(/\/\.default$/, "");
}

/** Epoch seconds, or a date as some hosts write it, in ms. */
const instantOf = (value: unknown): number => Number(value) * 1000 || Date.parse(String(value));
/** Beyond it a number is none of a time, and a sum with it no `Date`. */
const MAX_SECONDS = 1e11;
const replySchema = v.object({
  access_token: tokenText,
  expires_on: v.optional(
    v.custom<string | number>(
      (value) => instantOf(value) > 0 && instantOf(value) < MAX_SECONDS * 1000,
      "expected an instant",
    ),
  ),
  expires_in: v.optional(
    v.pipe(
      seconds,
      v.check((value) => Math.abs(Number(value)) < MAX_SECONDS, "expected a number of seconds"),
    ),
  ),
});

/**
 * The token in a reply, and when it ends: as the reply says, corrected by its clock; else as the token says. One for more than 2
 * hours is to be renewed at half of it.
 *
 * @param sent The secret of the request, which no message may echo.
 * @throws {TokenError} `ERR_SOURCE_FAILED`, which may pass when an identity was just assigned (404) or IMDS is being updated
 * (410); `ERR_SOURCE_REPLY`.
 */
export function managedToken(step: string, reply: Reply, platform: Platform, sent?: string | undefined): SubjectToken {
  const { status } = reply;
  if (status !== 200) {
    const again = isTransient(status) || status === 404 || status === 410;
    throw refusal(step, reply, platform, sent, {
      recovery: again ? "retry" : "stop",
      ...(status === 410 && { retryAfterMs: UPDATING_MS }),
    });
  }
  const body = checkReply(replySchema, parseJson(reply.text), step, "ERR_SOURCE_REPLY");
  const token = body.access_token.trim();
  const now = platform.now();
  const endsAt = body.expires_on === undefined ? expiryOf(token) : instantOf(body.expires_on);
  const expiresAt =
    body.expires_on === undefined && body.expires_in !== undefined
      ? now + Number(body.expires_in) * 1000
      : endsAt && localTime(endsAt, reply.headers, platform);
  const lifeMs = (expiresAt ?? now) - now;
  return { token: secret(token), expiresAt, refreshAt: lifeMs > 2 * HOUR_MS ? now + lifeMs / 2 : undefined };
}
