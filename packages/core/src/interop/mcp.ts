/**
 * What a client of the Model Context Protocol takes as its credential, made of a provider.
 *
 * Import from `@tokenhop/core/interop/mcp`.
 */
import * as v from "valibot";
import { bearerOf, claimsChallenge, headerText, mustBeHost } from "../attached-fetch.ts";
import { providerShape, requestShape, timeoutShape, waitUntilShape } from "../internal/interop.ts";
import { checkOptions, textThat } from "../internal/schema.ts";
import type { BearerToken, CredentialProvider, GetOptions } from "../types.ts";

/** What {@link mcp} is given besides the provider. */
export interface McpOptions extends Pick<GetOptions, "request" | "waitUntil"> {
  /** The MCP server that the transport is for. It must be one of the provider's hosts. */
  readonly url: string | URL;
  /** How long a request waits for a token before it fails with `ERR_CALL_TIMEOUT`. Default: as long as the engine tries. */
  readonly timeoutMs?: number | undefined;
}

/** What the transport knows of a 401, as far as it matters here. */
export interface McpUnauthorized {
  readonly response: Response;
}

/** An `AuthProvider` of `@modelcontextprotocol/client`. */
export interface McpAuthProvider {
  /** The token, cached by the provider. The transport asks before each request. */
  token(): Promise<string>;
  /** Sees to it that the next token is another one, as far as there is a point in that. The transport then tries once more. */
  onUnauthorized(context: McpUnauthorized): Promise<void>;
}

const optionsSchema = v.strictObject({
  provider: providerShape,
  url: textThat("expected a URL", (value) => URL.canParse(value)),
  request: requestShape,
  waitUntil: waitUntilShape,
  timeoutMs: timeoutShape,
});

/**
 * Lets a client of an MCP server use a provider: the `authProvider` of the transports of `@modelcontextprotocol/client` 2, by its
 * shape (nothing of that package is needed). No user signs in and no client is registered: the workload's own identity, or that
 * of the user behind `with({ user })`, is what the server sees.
 *
 * - The token is given only if `url` is one of the provider's hosts. An MCP server is a service of your own, so name its host in
 *   the target's option `hosts`, and give the transport the same URL.
 * - A 401 with a claims challenge gets a new token that satisfies it; any other gets one if the refused one is older than 30 s,
 *   and once a minute at most, so that a server that refuses everybody is no request loop at the identity provider. The transport
 *   tries again once, and then fails as it does for any 401.
 * - `@modelcontextprotocol/sdk` 1 knows no such provider, only whole OAuth clients: give its transport
 *   `fetch: authorizedFetch(provider)` instead. That works with 2 as well, and checks the host of every request.
 *
 * @param provider What `federate` gives, after `with({ user })` if its target needs a user.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is wrong. `token` fails with `ERR_DOWNSTREAM_HOST`, with
 * `ERR_DOWNSTREAM_PROVIDER` for what is no bearer token, or as `get` of the provider does, and so does `onUnauthorized`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { mcp } from "@tokenhop/core/interop/mcp";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const { AZURE_TENANT_ID: tenantId, APP_CLIENT_ID: clientId } = process.env;
 * const to = entra({ tenantId, clientId, scope: "api://tools/.default", hosts: ["tools.contoso.com"] });
 * const url = new URL("https://tools.contoso.com/mcp");
 * const authProvider = mcp(federate({ from: managedIdentity(), to }), { url });
 * // await client.connect(new StreamableHTTPClientTransport(url, { authProvider }));
 * console.log((await authProvider.token()).length);
 * ```
 *
 * @see https://modelcontextprotocol.io/specification/2025-06-18/basic/authorization
 */
export function mcp<P extends object>(
  provider: CredentialProvider<BearerToken, P>,
  options: McpOptions,
): McpAuthProvider {
  const asked = { ...options, url: options?.url === undefined ? undefined : String(options.url), provider };
  const checked = checkOptions(optionsSchema, asked, "mcp()");
  const url = new URL(checked.url);
  const { request, waitUntil, timeoutMs } = options;
  const call: GetOptions = { request, waitUntil, timeoutMs };
  let given: BearerToken | undefined;
  return {
    async token() {
      mustBeHost(checked.provider, url);
      given = await bearerOf(checked.provider, call);
      return headerText(given);
    },
    async onUnauthorized({ response }) {
      // After a redirect it is somebody else who refuses; what they demand is not listened to.
      if (response.url && new URL(response.url).origin !== url.origin) return;
      const claims = claimsChallenge(response.headers);
      if (claims) await bearerOf(checked.provider, call, { claims });
      else if (given) checked.provider.invalidate(given, "unauthorized");
    },
  };
}
