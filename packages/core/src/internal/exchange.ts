/** What exchanges share: saying why there is no credential. */
import { TokenError, type TokenErrorFields } from "../errors.ts";
import type { Platform } from "../types.ts";
import { isTransient, type Reply, retryAfterMs } from "./http.ts";
import type { Told } from "./reply.ts";

/** The failure of an exchange; `ERR_EXCHANGE_FAILED`, recovery `stop`, unless the fields say otherwise. */
export function exchangeError(step: string, why: string, fields?: Partial<TokenErrorFields>): TokenError {
  return new TokenError(`Cannot exchange token at ${step}: ${why}`, { code: "ERR_EXCHANGE_FAILED", step, ...fields });
}

/**
 * What a refusing reply comes to: `ERR_EXCHANGE_REFUSED` when it names an error, else `ERR_EXCHANGE_FAILED`; what is transient by
 * its status is tried again.
 *
 * @param told What the reply says, as `toldBy` or the target's own reading has it: fit for a message.
 * @param fields What else is known of that error: above all its recovery.
 */
export function exchangeRefusal(
  step: string,
  { status, headers }: Reply,
  platform: Platform,
  { why, ...told }: Partial<Told>,
  fields?: Partial<TokenErrorFields>,
): TokenError {
  const { error } = told;
  return exchangeError(step, [`HTTP ${status}`, error, why].filter(Boolean).join(" "), {
    code: error ? "ERR_EXCHANGE_REFUSED" : "ERR_EXCHANGE_FAILED",
    recovery: isTransient(status) ? "retry" : "stop",
    ...told,
    status,
    retryAfterMs: retryAfterMs(headers, platform),
    ...fields,
  });
}
