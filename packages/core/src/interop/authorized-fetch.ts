/**
 * A `fetch` that attaches a provider's token, for SDKs that take one.
 *
 * Import from `@tokenhop/core/interop/authorized-fetch`.
 */
import * as v from "valibot";
import { attachedFetch } from "../attached-fetch.ts";
import { platformShape, providerShape, requestShape, timeoutShape, waitUntilShape } from "../internal/interop.ts";
import { checkOptions } from "../internal/schema.ts";
import { defaultPlatform } from "../platform.ts";
import type { BearerToken, CredentialProvider, Fetch, GetOptions, Platform } from "../types.ts";

/** What {@link authorizedFetch} may be given besides the provider. */
export interface AuthorizedFetchOptions extends Pick<GetOptions, "request" | "waitUntil"> {
  /** How long a call waits for a token before it fails with `ERR_CALL_TIMEOUT`. Default: as long as the engine tries. */
  readonly timeoutMs?: number | undefined;
  /** Default: {@link defaultPlatform}. */
  readonly platform?: Platform | undefined;
}

const optionsSchema = v.strictObject({
  provider: providerShape,
  request: requestShape,
  waitUntil: waitUntilShape,
  timeoutMs: timeoutShape,
  platform: platformShape("fetch"),
});

/**
 * `fetch` with the provider's bearer token, for a client that takes a `fetch` of yours: the OpenAI SDK, the MCP SDK's transports,
 * openapi-fetch and the like. It is the `fetch` that adapters put into a request's context, without the request:
 *
 * - The token goes to the provider's hosts only, over https; anything else fails with `ERR_DOWNSTREAM_HOST`. A service of your
 *   own is named in the target's option `hosts`.
 * - An `authorization` header that the client set by itself is replaced.
 * - A redirect is followed for requests without a body; beyond the first origin it goes without the token.
 * - A 401 is answered once, with a new token, when the body can be sent again. A claims challenge (continuous access evaluation)
 *   is satisfied the same way.
 *
 * It caches nothing; the provider does.
 *
 * @param provider What `federate` gives, after `with({ user })` if its target needs a user.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is wrong. The `fetch` fails with `ERR_DOWNSTREAM_HOST`,
 * `ERR_DOWNSTREAM_PROVIDER` for what is no bearer token, as `get` of the provider does, or as the runtime's own.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { authorizedFetch } from "@tokenhop/core/interop/authorized-fetch";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const { AZURE_TENANT_ID: tenantId, APP_CLIENT_ID: clientId } = process.env;
 * const to = entra({ tenantId, clientId, scope: "api://orders/.default", hosts: ["orders.contoso.com"] });
 * const fetch = authorizedFetch(federate({ from: managedIdentity(), to }));
 * const response = await fetch("https://orders.contoso.com/v1/orders", { signal: AbortSignal.timeout(5_000) });
 * console.log(response.status);
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750
 */
export function authorizedFetch<P extends object>(
  provider: CredentialProvider<BearerToken, P>,
  options: AuthorizedFetchOptions = {},
): Fetch {
  const checked = checkOptions(optionsSchema, { ...options, provider }, "authorizedFetch()");
  const { platform = defaultPlatform(), request, waitUntil, timeoutMs } = options;
  return (input, init) => attachedFetch(checked.provider, { request, waitUntil, timeoutMs }, platform, input, init);
}
