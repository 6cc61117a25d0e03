/** What a client is answered when its request could not be served for want of a credential, or of its own. */
import { HELP, isTokenError } from "./errors.ts";

const DEFAULT_RETRY_AFTER_MS = 5_000;

/** What a request is refused with for what it carries. Whatever else has a challenge is 401: that is what one is for. */
const REFUSED: Readonly<Record<string, number>> = {
  ERR_AUTH_REQUEST: 400,
  ERR_AUTH_FORBIDDEN: 403,
  ERR_AUTH_APP_ONLY: 403,
  ERR_AUTH_UNAVAILABLE: 503,
};

/**
 * The answer to a request that failed here, as problem details (RFC 9457). It names the error's code, the challenge that the
 * error carries as `WWW-Authenticate`, and nothing else of it.
 *
 * - 503 with `Retry-After` when a credential could not be obtained but may be soon, or a token cannot be checked; 502 otherwise
 * - 401, 403 or 400 for what the client sent (`ERR_AUTH_*`), and 401 when the user has to act (`ERR_EXCHANGE_INTERACTION`)
 *
 * @returns Undefined for anything that is not such a failure, a mistake in the program included.
 */
export function problemResponse(error: unknown): Response | undefined {
  if (!isTokenError(error) || /^ERR_(?:CONFIG|CALL_CLAIMS|DOWNSTREAM|WATCH)/.test(error.code)) return undefined;
  const { code, recovery, retryAfterMs, challenge } = error;
  const refused = REFUSED[code] ?? (challenge ? 401 : undefined);
  const status = refused ?? (recovery === "stop" ? 502 : 503);
  const title = refused
    ? "The request was not authorized"
    : "A credential for a downstream service could not be obtained";
  const seconds = Math.max(1, Math.ceil((retryAfterMs ?? DEFAULT_RETRY_AFTER_MS) / 1000));
  return new Response(JSON.stringify({ type: HELP + code.toLowerCase(), title, status, code }), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(status === 503 && { "retry-after": String(seconds) }),
      ...(challenge && { "www-authenticate": challenge }),
    },
  });
}
