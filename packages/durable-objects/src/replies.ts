/** What passes through RPC: plain data. A thrown error loses its class there, and an instance does not pass at all. */
import { isTokenError, TokenError } from "@tokenhop/core";
import { type PlainError, plain } from "@tokenhop/core/kit";

/** What a call comes to that was not answered with what it asked for. */
export interface Refusal {
  readonly ok: false;
  readonly error: PlainError;
}

/** An error as data. */
export const refusal = (error: TokenError): Refusal => ({ ok: false, error: error.toJSON() });

/** What went wrong, for a message or a log. A stranger's message may hold a secret, so of that only the class is told. */
export function saysOf(thrown: unknown): string {
  if (isTokenError(thrown)) return thrown.message;
  return thrown instanceof Error ? plain(thrown.name, "", 60) : typeof thrown;
}

/**
 * The answer of `work`, or the error that it fails with.
 *
 * @param unexpected What to say of a failure that is no error of this project: of that, the caller is shown nothing.
 */
export async function answered<T>(
  work: () => Promise<T>,
  unexpected: (thrown: unknown) => TokenError,
): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    return refusal(isTokenError(error) ? error : unexpected(error));
  }
}

/** A call that failed for no reason that its caller could remove. It is printed here and not told there. */
export function outage(what: string, thrown: unknown, code: "ERR_ISSUER_KEYS" = "ERR_ISSUER_KEYS"): TokenError {
  console.error(`${what}: ${saysOf(thrown)}`);
  return new TokenError(what, { code, recovery: "retry" });
}
