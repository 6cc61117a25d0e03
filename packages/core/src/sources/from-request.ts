/**
 * An identity token that comes with the request being served.
 *
 * Import from `@tokenhop/core/sources/from-request`.
 */
import * as v from "valibot";
import { kebabName } from "../internal/kebab-name.ts";
import { checkOptions } from "../internal/schema.ts";
import { callable, provenance } from "../internal/shape.ts";
import { foundToken, sourceError, unavailable } from "../internal/source.ts";
import type { IdentitySource, Provenance } from "../types.ts";

/** What {@link fromRequest} is given besides the function. */
export interface FromRequestOptions {
  /** For messages and events, in kebab-case. Default `from-request`. */
  readonly name?: string | undefined;
  /** How the token came to be, as far as you know. Default `unknown`. */
  readonly provenance?: Provenance | undefined;
}

const NAME = "from-request";
const argumentsSchema = v.object({
  function: callable,
  options: v.strictObject({ name: v.optional(kebabName), provenance: v.optional(provenance) }),
});

/**
 * The token that a request carries: Vercel's `x-vercel-oidc-token`, or what a proxy in front adds. Adapters pass the request
 * along; elsewhere it is given as `get({ request })`. Take a header only where the platform overwrites what a client sends:
 * the token is not verified here.
 *
 * - Audience: the one that the platform put into the token; not compared here.
 * - Lifetime: the token's own `exp`, after which it is never presented. A text that is no JWT is used once.
 * - Issuer and subject: the token's. Provenance: `unknown` unless told.
 *
 * Requests with different tokens share nothing. Requests with the same token share what it was exchanged for, until the token ends.
 * It caches nothing itself; the provider that `federate` makes does.
 *
 * @param read Finds the token in the request. It must be synchronous and quick: it runs for each call.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong arguments. `get` then fails with `ERR_SOURCE_UNAVAILABLE` when no
 * request was given or it carries no token, and with `ERR_SOURCE_FAILED` when the token has expired or cannot be one, or
 * `read` throws.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { fromRequest } from "@tokenhop/core/sources/from-request";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const graph = federate({
 *   from: fromRequest((request) => request.headers.get("x-vercel-oidc-token"), { provenance: "external" }),
 *   to: entra({
 *     tenantId: "contoso.onmicrosoft.com",
 *     clientId: "11111111-1111-4111-8111-111111111111",
 *     scope: "https://graph.microsoft.com/.default",
 *   }),
 * });
 * export async function handle(request: Request): Promise<Response> {
 *   const { expiresAt } = await graph.get({ request });
 *   return new Response(new Date(expiresAt).toISOString());
 * }
 * ```
 *
 * @see https://vercel.com/docs/oidc
 */
export function fromRequest(
  read: (request: Request) => string | null | undefined,
  options: FromRequestOptions = {},
): IdentitySource {
  checkOptions(argumentsSchema, { function: read, options }, "fromRequest()");
  const { name = NAME, provenance = "unknown" } = options;
  return {
    name,
    identity: [NAME, read],
    perRequest: true,
    provenance,
    // The whole text tells tokens apart. A part of it would not: a signature can be copied behind other claims, and unsigned
    // tokens all have the same one; a digest could not be had synchronously. Keys never leave the cache, which holds the
    // token anyway. Requests without a token have a key of their own, so their failure is remembered for them alone.
    partition(request) {
      try {
        return [request && read(request)];
      } catch {
        return [];
      }
    },
    detect: () => ({ found: true }),
    async getToken(_wanted, { platform, signal, request }) {
      signal.throwIfAborted();
      if (!request) throw unavailable(name, "no request was given: call get({ request })");
      let token: string | null | undefined;
      try {
        token = read(request);
      } catch (error) {
        throw sourceError(name, `the function threw ${error instanceof Error ? error.name : typeof error}`);
      }
      if (!token) throw unavailable(name, "the request carries no token");
      return foundToken(name, token, "the request", platform);
    },
  };
}
