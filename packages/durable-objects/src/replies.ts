/** What is told of what went wrong: to whom it may concern in the log, and to a caller. */
import { isTokenError, TokenError } from "@tokenhop/core";
import { classOf } from "@tokenhop/core/kit";

/** What went wrong, for a message or a log. */
export const saysOf = (thrown: unknown): string => (isTokenError(thrown) ? thrown.message : classOf(thrown));

/** A call of the issuer's that failed for no reason that its caller could remove. It is printed here and not told there. */
export function outage(what: string, thrown: unknown): TokenError {
  console.error(`${what}: ${saysOf(thrown)}`);
  return new TokenError(what, { code: "ERR_ISSUER_KEYS", recovery: "retry" });
}
