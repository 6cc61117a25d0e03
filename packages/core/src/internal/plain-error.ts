/** Errors as plain data, for where instances do not pass: the RPC of Workers and Durable Objects. */
import { isTokenError, TokenError, type TokenErrorFields } from "../errors.ts";
import { HOUR_MS } from "./http.ts";
import { plain } from "./text.ts";

/** What `TokenError.toJSON()` gives. */
export type PlainError = TokenErrorFields & { readonly message: string };

/** What a call comes to that was not answered with what it asked for. */
export interface Refusal {
  readonly ok: false;
  readonly error: PlainError;
}

/** Of every kind but one: what a client is told of its own token is not for another process to say. */
const CODE = /^ERR_(?!AUTH)[A-Z_]{1,40}$/;
const RECOVERIES: readonly unknown[] = ["retry", "subject", "propagation", "stop"];

/** Whether it has what makes an error. Whoever rebuilds it looks at the rest. */
export function isPlainError(value: unknown): value is PlainError {
  const { code, recovery, message } = Object(value);
  return typeof code === "string" && CODE.test(code) && RECOVERIES.includes(recovery) && typeof message === "string";
}

/** The core of a plain error, with fields that the caller answers for: what to do about it, and when, survives the way. */
export function errorWith(error: PlainError, fields: Partial<TokenErrorFields>): TokenError {
  const { code, recovery, message, retryAfterMs } = error;
  return new TokenError(plain(message, "", 1_000), {
    code,
    recovery,
    retryAfterMs: Math.min(Math.max(0, Number(retryAfterMs)), HOUR_MS) || undefined,
    ...fields,
  });
}

/**
 * The error that a plain one stands for, with the same code, recovery and message. Texts are bounded and made fit to be shown,
 * a pause is an hour at most. `problems`, `claims` and `challenge` are not carried: the first are in the message, the others
 * are meant for the client of a request that is not this one.
 *
 * What comes from elsewhere is checked by `plainErrorSchema` first.
 *
 * @example
 * ```ts
 * import { isTokenError, TokenError } from "@tokenhop/core";
 * import { errorFrom } from "@tokenhop/core/kit";
 *
 * const refused = new TokenError("Cannot mint a token", { code: "ERR_ISSUER_REFUSED" });
 * const back = errorFrom(refused.toJSON());
 * console.log(isTokenError(back), back.message === refused.message);
 * ```
 */
export function errorFrom(error: PlainError): TokenError {
  const field = (name: "step" | "error" | "correlationId" | "traceId" | "timestamp"): string | undefined =>
    typeof error[name] === "string" ? plain(error[name]) : undefined;
  const errorCodes = [error.errorCodes].flat().filter((code) => code !== undefined && Number.isInteger(code));
  return errorWith(error, {
    step: field("step"),
    status: Number.isInteger(error.status) ? error.status : undefined,
    error: field("error"),
    errorCodes: errorCodes.length > 0 ? (errorCodes as number[]).slice(0, 10) : undefined,
    correlationId: field("correlationId"),
    traceId: field("traceId"),
    timestamp: field("timestamp"),
  });
}

/** The class of a thrown thing, which is all that is told of a stranger's: its message may hold a secret. */
export function classOf(thrown: unknown): string {
  const { name } = Object(thrown) as { readonly name?: unknown };
  return typeof name === "string" ? plain(name, "", 60) : typeof thrown;
}

/**
 * The answer of `work`, or the error that it fails with, as data: a thrown error loses its class on the way through RPC.
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
    return { ok: false, error: (isTokenError(error) ? error : unexpected(error)).toJSON() };
  }
}
