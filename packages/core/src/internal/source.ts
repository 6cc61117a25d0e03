/** What identity sources share: taking a token, and saying why there is none. */
import type * as v from "valibot";
import { TokenError, type TokenErrorFields } from "../errors.ts";
import type { Detection, Platform, SubjectToken } from "../types.ts";
import { isTransient, type Reply, retryAfterMs } from "./http.ts";
import { expiryOf, peekClaims } from "./jwt.ts";
import { toldBy } from "./reply.ts";
import { like } from "./schema.ts";
import { secret } from "./secret.ts";
import { plain } from "./text.ts";

const TOKEN = /^\s*[!-~]+\s*$/;

/** A token that may stand in a header or a form, once it is trimmed: nothing but visible ASCII. */
function isToken(value: unknown): value is string {
  return typeof value === "string" && TOKEN.test(value);
}

/** A token, perhaps with white space around it. */
export const tokenText: v.GenericSchema<string> = like(TOKEN, "expected a token");

/** The failure of a source; `ERR_SOURCE_FAILED`, recovery `stop`, unless the fields say otherwise. */
export function sourceError(step: string, why: string, fields?: Partial<TokenErrorFields>): TokenError {
  return new TokenError(`Cannot get a token from ${step}: ${why}`, { code: "ERR_SOURCE_FAILED", step, ...fields });
}

/** The source is not here at all. */
export function unavailable(step: string, why: string): TokenError {
  return sourceError(step, why, { code: "ERR_SOURCE_UNAVAILABLE" });
}

/** Found, if nothing is missing. */
export function detected(missing: readonly string[]): Detection {
  return missing.length === 0 ? { found: true } : { found: false, missing };
}

/** Goes on only where the source finds its platform and somebody still waits. */
export function mustBeFound(step: string, detection: Detection, signal: AbortSignal): void {
  signal.throwIfAborted();
  if (!detection.found) throw unavailable(step, `missing ${detection.missing.join(", ")}`);
}

/**
 * A token that was lying somewhere, checked.
 *
 * @param place Where it was, for messages.
 * @param fields What the error says of a token that is none or has expired.
 */
export function foundToken(
  step: string,
  given: unknown,
  place: string,
  platform: Platform,
  fields?: Partial<TokenErrorFields>,
): SubjectToken {
  if (!isToken(given)) throw sourceError(step, `${place} holds no token`, fields);
  const token = given.trim();
  const expiresAt = expiryOf(token);
  if (expiresAt !== undefined && expiresAt <= platform.now()) {
    throw sourceError(step, `${place} holds an expired token`, fields);
  }
  return { token: secret(token), expiresAt };
}

/**
 * Goes on only with a token for this audience, where the platform has fixed the audience and none can be asked for.
 *
 * @param place Where the token was, for the message.
 * @param fix What to do about another one.
 */
export function mustBeFor(step: string, { token }: SubjectToken, audience: string, place: string, fix: string): void {
  const { aud } = peekClaims(token.reveal()) ?? {};
  const told = [aud].flat().filter((one) => typeof one === "string");
  if (told.includes(audience)) return;
  throw sourceError(
    step,
    `the token in ${place} has the audience ${plain(told.join(", ")) || "none"}, wanted is ${audience}; ${fix}`,
  );
}

/**
 * What a refusing reply comes to.
 *
 * @param sent The secret of the request: a server that echoes it must not bring it into a message.
 */
export function refusal(
  step: string,
  reply: Reply,
  platform: Platform,
  sent: string | undefined,
  fields?: Partial<TokenErrorFields>,
): TokenError {
  const { status, headers } = reply;
  const { why, ...told } = toldBy(reply, sent);
  const recovery = fields?.recovery ?? (isTransient(status) ? "retry" : "stop");
  return sourceError(step, [`HTTP ${status}`, told.error, why].filter(Boolean).join(" "), {
    ...told,
    status,
    recovery,
    retryAfterMs: recovery === "retry" ? retryAfterMs(headers, platform) : undefined,
    ...fields,
  });
}
