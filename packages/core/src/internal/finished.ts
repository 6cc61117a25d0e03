/** What another engine has given up on: it must not be tried as often again by the engine that asked. */
import { isTokenError, TokenError } from "../errors.ts";

/** How soon another try makes sense, where the error does not say it. */
const SOON_MS = 5_000;

/**
 * An error of a provider that is asked within a step. Its own engine has tried all that its recovery allows, so for the step it is
 * final: the same error, with the recovery `stop`. As it may well pass, `retryAfterMs` has the next call try again soon, where a
 * refusal is remembered for longer. Anything else is what it was.
 */
export function finished(error: unknown): unknown {
  if (!isTokenError(error) || error.recovery === "stop") return error;
  return new TokenError(error.message, {
    ...error,
    recovery: "stop",
    retryAfterMs: error.retryAfterMs || SOON_MS,
  });
}
