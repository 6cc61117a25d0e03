/**
 * A token that is simply given, for tests and local development.
 *
 * Import from `@tokenhop/core/sources/fixed-token`.
 */
import { checkOptions } from "../internal/schema.ts";
import { foundToken, tokenText } from "../internal/source.ts";
import type { IdentitySource } from "../types.ts";

/** A source whose token can be changed. */
export interface FixedToken extends IdentitySource {
  /** Puts another token in the place of the one before; nothing that was made with that one is given out any more. */
  set(token: string): void;
}

const NAME = "fixed-token";

/**
 * One token, until `set` gives another. **For tests and local development**: a token in a program's text or configuration is
 * the stored secret that this project does away with.
 *
 * - Audience: whatever the token was issued for; not compared here.
 * - Lifetime: the token's own `exp`. A text that is no JWT has none that could be known, and is used once.
 * - Issuer and subject: the token's. Provenance: `unknown`.
 *
 * It reads nothing and caches nothing. Each call makes a source of its own: two never share a credential.
 *
 * @param text The token.
 * @throws {ConfigError} `ERR_CONFIG_INVALID`, from `set` too, for a text that cannot be a token. `get` then fails with
 * `ERR_SOURCE_FAILED` once the token has expired.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { fixedToken } from "@tokenhop/core/sources/fixed-token";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export function localGraph(token: string) {
 *   const from = fixedToken(token);
 *   const to = entra({
 *     tenantId: "contoso.onmicrosoft.com",
 *     clientId: "11111111-1111-4111-8111-111111111111",
 *     scope: "https://graph.microsoft.com/.default",
 *   });
 *   return { graph: federate({ from, to }), use: (newer: string) => from.set(newer) };
 * }
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc7519
 */
export function fixedToken(text: string): FixedToken {
  let token: string = checkOptions(tokenText, text, "fixedToken()");
  let version = 0;
  const set = (newer: string): void => {
    token = checkOptions(tokenText, newer, "fixedToken().set()");
    version++;
  };
  return {
    name: NAME,
    // A function is itself in a cache key, and each call of this one makes another.
    identity: [NAME, set],
    provenance: "unknown",
    // Another token is another identity: what was cached for the one before is out of reach.
    partition: () => [version],
    detect: () => ({ found: true }),
    set,
    async getToken(_wanted, { platform, signal }) {
      signal.throwIfAborted();
      return foundToken(NAME, token, "it", platform);
    },
  };
}
