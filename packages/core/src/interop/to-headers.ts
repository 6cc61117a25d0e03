/**
 * The headers that carry a provider's token, for clients that take nothing but headers.
 *
 * Import from `@tokenhop/core/interop/to-headers`.
 */
import * as v from "valibot";
import { bearerOf, headerText, mustBeHost } from "../attached-fetch.ts";
import { providerShape, requestShape, timeoutShape, waitUntilShape } from "../internal/interop.ts";
import { checkOptions, textThat } from "../internal/schema.ts";
import type { BearerToken, CredentialProvider, GetOptions } from "../types.ts";

/** What {@link toHeaders} is given besides the provider. */
export interface ToHeadersOptions extends Pick<GetOptions, "request" | "waitUntil" | "signal" | "claims"> {
  /** Where the headers are going to be sent. It must be one of the provider's hosts. */
  readonly url: string | URL;
  /** How long the call waits for a token before it fails with `ERR_CALL_TIMEOUT`. Default: as long as the engine tries. */
  readonly timeoutMs?: number | undefined;
}

const optionsSchema = v.strictObject({
  provider: providerShape,
  url: textThat("expected a URL", (value) => URL.canParse(value)),
  request: requestShape,
  waitUntil: waitUntilShape,
  timeoutMs: timeoutShape,
  signal: v.optional(v.custom((value) => value instanceof AbortSignal, "expected an AbortSignal")),
  claims: v.optional(textThat()),
});

/**
 * A plain object with the header `authorization`, for a client that takes headers and nothing else: gRPC metadata, a WebSocket's
 * handshake, an event source. Ask again for each connection: a token that was given is not renewed, and nothing answers a 401
 * for it. Where a client takes a `fetch`, `authorizedFetch` does both.
 *
 * Where the headers go is not seen here, so it is asked: the token is given only if `url` is one of the provider's hosts. `wss:`
 * counts as https.
 *
 * @param provider What `federate` gives, after `with({ user })` if its target needs a user.
 * @returns A new object at each call, yours to add to.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is wrong; {@link TokenError} with `ERR_DOWNSTREAM_HOST` before
 * anything is asked for, `ERR_DOWNSTREAM_PROVIDER` for what is no bearer token, or as `get` of the provider.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { toHeaders } from "@tokenhop/core/interop/to-headers";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const { AZURE_TENANT_ID: tenantId, APP_CLIENT_ID: clientId } = process.env;
 * const to = entra({ tenantId, clientId, scope: "https://cognitiveservices.azure.com/.default" });
 * const provider = federate({ from: managedIdentity(), to });
 * const url = "wss://contoso.openai.azure.com/openai/v1/realtime?model=voice";
 * const headers = await toHeaders(provider, { url });
 * console.log(Object.keys(headers)); // new WebSocket(url, { headers }) where the runtime takes them
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export async function toHeaders<P extends object>(
  provider: CredentialProvider<BearerToken, P>,
  options: ToHeadersOptions,
): Promise<{ authorization: string }> {
  const given = { ...options, url: options?.url === undefined ? undefined : String(options.url), provider };
  const checked = checkOptions(optionsSchema, given, "toHeaders()");
  mustBeHost(checked.provider, new URL(checked.url.replace(/^ws/i, "http")));
  const { request, waitUntil, timeoutMs, signal, claims } = options;
  const credential = await bearerOf(checked.provider, { request, waitUntil, timeoutMs, signal, claims });
  return { authorization: `Bearer ${headerText(credential)}` };
}
