/**
 * The errors of the project: few classes, many stable codes. Tell them apart by `code` (and `isTokenError`), never by class:
 * classes do not survive a second copy of the package or a Durable Object's RPC.
 *
 * No error holds token text, and none keeps another library's error as its `cause`: those carry replies, and replies carry tokens.
 */

/** Every code. Each has a paragraph in docs/errors.md under the same name. */
export type ErrorCode =
  | "ERR_CONFIG_INVALID"
  | "ERR_CONFIG_CHAIN"
  | "ERR_SOURCE_UNAVAILABLE"
  | "ERR_SOURCE_FAILED"
  | "ERR_SOURCE_REPLY"
  | "ERR_EXCHANGE_REFUSED"
  | "ERR_EXCHANGE_CHAIN"
  | "ERR_EXCHANGE_FAILED"
  | "ERR_EXCHANGE_REPLY"
  | "ERR_EXCHANGE_INTERACTION"
  | "ERR_HTTP_NETWORK"
  | "ERR_HTTP_REDIRECT"
  | "ERR_HTTP_TOO_LARGE"
  | "ERR_STEP_TIMEOUT"
  | "ERR_CREDENTIAL_EXPIRED"
  | "ERR_CALL_TIMEOUT"
  | "ERR_CALL_CLAIMS"
  | "ERR_PROVIDER_CLOSED"
  | "ERR_WATCH_UNSUPPORTED"
  | "ERR_DOWNSTREAM_HOST"
  | "ERR_DOWNSTREAM_PROVIDER"
  | "ERR_AUTH_MISSING"
  | "ERR_AUTH_REQUEST"
  | "ERR_AUTH_INVALID"
  | "ERR_AUTH_FORBIDDEN"
  | "ERR_AUTH_UNAVAILABLE"
  | "ERR_AUTH_APP_ONLY"
  | "ERR_ISSUER_REFUSED"
  | "ERR_ISSUER_KEYS"
  | "ERR_BROKER_REFUSED";

/**
 * What the engine does about an error. Sources and targets choose it, the engine acts on it.
 *
 * - `retry`: the same again, after `retryAfterMs` or a backoff
 * - `subject`: once more with a new identity token
 * - `propagation`: may be replication lag; retried where it worked before or within `propagationGraceMs`
 * - `stop`: nothing but a change of configuration helps; remembered for a while
 */
export type Recovery = "retry" | "subject" | "propagation" | "stop";

/** The fields of an error besides its message. */
export interface TokenErrorFields {
  readonly code: ErrorCode;
  /** Default `stop`. */
  readonly recovery?: Recovery | undefined;
  /** Name of the source or target where it happened. */
  readonly step?: string | undefined;
  /** How long to wait before another attempt makes sense. */
  readonly retryAfterMs?: number | undefined;
  /** Configuration errors: every problem found. A refused token: the reason. */
  readonly problems?: readonly string[] | undefined;
  /** HTTP status of the refusing reply. */
  readonly status?: number | undefined;
  /** The OAuth 2.0 `error` value (RFC 6749, 5.2). */
  readonly error?: string | undefined;
  /** Numeric codes of the server: AADSTS numbers at Entra. */
  readonly errorCodes?: readonly number[] | undefined;
  readonly correlationId?: string | undefined;
  readonly traceId?: string | undefined;
  /** The server's own time of the refusal, as it wrote it. */
  readonly timestamp?: string | undefined;
  /** A claims challenge that the caller must pass on (JSON text). */
  readonly claims?: string | undefined;
  /** What the answer to the request says in `WWW-Authenticate` (RFC 9110, 11.6.1). */
  readonly challenge?: string | undefined;
}

export const HELP = "https://github.com/tokenhop/tokenhop/blob/main/docs/errors.md#";

/** Any failure of this project. */
export class TokenError extends Error implements TokenErrorFields {
  override readonly name: string = "TokenError";
  declare readonly code: ErrorCode;
  declare readonly recovery: Recovery;
  declare readonly step?: string | undefined;
  declare readonly retryAfterMs?: number | undefined;
  declare readonly problems?: readonly string[] | undefined;
  declare readonly status?: number | undefined;
  declare readonly error?: string | undefined;
  declare readonly errorCodes?: readonly number[] | undefined;
  declare readonly correlationId?: string | undefined;
  declare readonly traceId?: string | undefined;
  declare readonly timestamp?: string | undefined;
  declare readonly claims?: string | undefined;
  declare readonly challenge?: string | undefined;

  /**
   * @param message What failed and why, in one sentence without a full stop; the code and its help link are added.
   * @param fields The code and what else is known. Absent fields do not appear on the error.
   */
  constructor(message: string, fields: TokenErrorFields) {
    const help = ` (${fields.code}, ${HELP}${fields.code.toLowerCase()})`;
    super(message.endsWith(help) ? message : message + help);
    const { recovery = "stop" } = fields;
    for (const [key, value] of Object.entries({ ...fields, recovery })) {
      if (value !== undefined) Object.assign(this, { [key]: value });
    }
  }

  /** Message and fields, for logs. */
  toJSON(): TokenErrorFields & { readonly name: string; readonly message: string } {
    return { ...this, message: this.message };
  }
}

/** A mistake in the program or its configuration, found at once. `problems` lists all that are wrong. */
export class ConfigError extends TokenError {
  override readonly name: string = "ConfigError";

  /**
   * @param what Which thing is wrong: `entra()`.
   * @param problems Each as `where: what was expected`.
   * @param code Default `ERR_CONFIG_INVALID`.
   */
  constructor(what: string, problems: readonly string[], code: ErrorCode = "ERR_CONFIG_INVALID") {
    super(`Cannot use ${what}: ${problems.join("; ")}`, { code, problems });
  }
}

/** The same error for a later caller, saying when the next attempt is due. */
export function dueIn(error: TokenError, retryAfterMs: number): TokenError {
  return new TokenError(error.message, { ...error, retryAfterMs });
}

/**
 * Whether a value is an error of this project, also one from another copy of it.
 *
 * @example
 * ```ts
 * import { isTokenError } from "@tokenhop/core";
 *
 * export function describe(problem: unknown): string {
 *   return isTokenError(problem) ? `${problem.code}, recovery ${problem.recovery}` : "not ours";
 * }
 * ```
 */
export function isTokenError(value: unknown): value is TokenError {
  const error = value as Partial<TokenError> | null | undefined;
  return value instanceof Error && typeof error?.recovery === "string" && String(error.code).startsWith("ERR_");
}
