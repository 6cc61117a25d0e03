/**
 * An identity token from a function of yours.
 *
 * Import from `@tokenhop/core/sources/from-function`.
 */
import * as v from "valibot";
import { expiryOf } from "../internal/jwt.ts";
import { kebabName } from "../internal/kebab-name.ts";
import { checkOptions, checkReply } from "../internal/schema.ts";
import { secret } from "../internal/secret.ts";
import { callable, provenance } from "../internal/shape.ts";
import { tokenText } from "../internal/source.ts";
import type { IdentitySource, Platform, Provenance } from "../types.ts";

/** What the function is told. */
export interface TokenRequest {
  /** What the token must be issued for. */
  readonly audience: string;
  /** Aborts when nobody waits any longer; pass it on. */
  readonly signal: AbortSignal;
  readonly platform: Platform;
  /** The request being served; only with the option `partition`. */
  readonly request: Request | undefined;
}

/** What the function gives: a token, or a token and when it ends (epoch ms). */
export type GivenToken = string | { readonly token: string; readonly expiresAt?: number | undefined };

/** What {@link fromFunction} is given besides the function. */
export interface FromFunctionOptions {
  /** For messages and events, in kebab-case. Default `from-function`. */
  readonly name?: string | undefined;
  /** How the token came to be, as far as you know. Default `unknown`. */
  readonly provenance?: Provenance | undefined;
  /** What of a request makes another identity. Without it the function is not shown any request: its token serves them all. */
  readonly partition?: ((request: Request | undefined) => readonly unknown[]) | undefined;
}

const NAME = "from-function";
const argumentsSchema = v.object({
  function: callable,
  options: v.strictObject({
    name: v.optional(kebabName),
    provenance: v.optional(provenance),
    partition: v.optional(callable),
  }),
});
const givenSchema = v.object({
  token: tokenText,
  // In seconds it would be 1970: long over.
  expiresAt: v.optional(
    v.custom<number>((value) => Number.isFinite(value) && Number(value) > 1e11, "expected epoch milliseconds"),
  ),
});

/**
 * The token that a function gives: for a platform that has no source of its own yet. The function is called for each token
 * that is needed, never for one that is cached, and must not retry.
 *
 * - Audience: whatever the function makes of the one it is told.
 * - Lifetime: `expiresAt` if it gives one, else the `exp` of a JWT; with neither the token is used once.
 * - Issuer and subject: the token's. Provenance: `unknown` unless told.
 *
 * It reads nothing and caches nothing. It is known by its function: another function, even with the same text, is another
 * source, so make it once and not per request.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong arguments. `get` then fails with the function's own error if that is
 * one of this project (throw one to choose `recovery`), with `ERR_SOURCE_FAILED` for any other, and with
 * `ERR_SOURCE_REPLY` when it gives no token.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { fromFunction } from "@tokenhop/core/sources/from-function";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const graph = federate({
 *   from: fromFunction(async ({ audience, signal, platform }) => {
 *     const url = `https://identity.example/token?audience=${encodeURIComponent(audience)}`;
 *     const response = await platform.fetch(url, { signal });
 *     return response.text();
 *   }, { name: "my-platform", provenance: "external" }),
 *   to: entra({
 *     tenantId: "contoso.onmicrosoft.com",
 *     clientId: "11111111-1111-4111-8111-111111111111",
 *     scope: "https://graph.microsoft.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc7519
 */
export function fromFunction(
  give: (wanted: TokenRequest) => GivenToken | Promise<GivenToken>,
  options: FromFunctionOptions = {},
): IdentitySource {
  checkOptions(argumentsSchema, { function: give, options }, "fromFunction()");
  const { name = NAME, provenance = "unknown", partition } = options;
  return {
    name,
    identity: [NAME, give, partition],
    provenance,
    ...(partition && { partition }),
    detect: () => ({ found: true }),
    async getToken({ audience }, { platform, signal, request }) {
      signal.throwIfAborted();
      // A token made from one request must not serve another, so without a partition there is no request to make it from.
      const given = await give({ audience, signal, platform, request: partition && request });
      const reply = typeof given === "string" ? { token: given } : given;
      const checked = checkReply(givenSchema, reply, name, "ERR_SOURCE_REPLY");
      const token = checked.token.trim();
      return { token: secret(token), expiresAt: checked.expiresAt ?? expiryOf(token) };
    },
  };
}
