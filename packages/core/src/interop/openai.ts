/**
 * What the OpenAI SDK takes as its credential for Azure OpenAI, made of a provider.
 *
 * Import from `@tokenhop/core/interop/openai`.
 */
import * as v from "valibot";
import { bearerOf, headerText } from "../attached-fetch.ts";
import { isTokenError } from "../errors.ts";
import { type AnyProvider, providerShape, requestShape, timeoutShape, waitUntilShape } from "../internal/interop.ts";
import { checkOptions, text } from "../internal/schema.ts";
import type { BearerToken, CredentialProvider, GetOptions } from "../types.ts";

/** What {@link openai} may be given besides the provider. */
export interface OpenaiOptions extends Pick<GetOptions, "request" | "waitUntil"> {
  /** What to ask a token for. Default `https://cognitiveservices.azure.com/.default`, if the provider's target takes a scope. */
  readonly scope?: string | undefined;
  /** How long a call waits for a token before it fails with `ERR_CALL_TIMEOUT`. Default: as long as the engine tries. */
  readonly timeoutMs?: number | undefined;
}

const SCOPE = "https://cognitiveservices.azure.com/.default";

const optionsSchema = v.strictObject({
  provider: providerShape,
  scope: v.optional(text),
  request: requestShape,
  waitUntil: waitUntilShape,
  timeoutMs: timeoutShape,
});

/** The provider for a scope. A target that has no such parameter has one token, and nobody asked for another. */
function scoped(provider: AnyProvider, scope: string | undefined): AnyProvider {
  try {
    return provider.with({ scope: scope ?? SCOPE });
  } catch (error) {
    const takesNone = isTokenError(error) && error.problems?.includes("scope: unknown option");
    if (scope === undefined && takesNone) return provider;
    throw error;
  }
}

/**
 * The `azureADTokenProvider` of `AzureOpenAI` in the package `openai`, and of every SDK that copied it (Vercel's AI SDK,
 * LangChain, LlamaIndex): a function that gives the token's text. They call it for each request; the provider holds the token,
 * renews it behind them, and lets concurrent calls share one exchange. It is also what `OpenAI` itself takes as `apiKey` where
 * Azure is asked by `/openai/v1/`.
 *
 * - Scope: `https://cognitiveservices.azure.com/.default`, whatever the provider's own is. `https://ai.azure.com/.default` is that
 *   of Azure AI Foundry's projects.
 * - Where it is sent is the SDK's business and not seen here, so give the SDK no endpoint but your own resource. With
 *   `fetch: authorizedFetch(provider)` besides, the host of every request is checked, and a 401 is answered with a new token.
 *
 * @param provider What `federate` gives, after `with({ user })` if its target needs a user.
 * @returns `() => Promise<string>`.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is wrong, a scope that the target does not serve too. The
 * function fails as `get` of the provider does, and with `ERR_DOWNSTREAM_PROVIDER` for what is no bearer token.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { openai } from "@tokenhop/core/interop/openai";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const { AZURE_TENANT_ID: tenantId, APP_CLIENT_ID: clientId } = process.env;
 * const azureADTokenProvider = openai(federate({ from: managedIdentity(), to: entra({ tenantId, clientId }) }));
 * // new AzureOpenAI({ azureADTokenProvider, endpoint: "https://contoso.openai.azure.com", apiVersion: "2024-10-21" })
 * export { azureADTokenProvider };
 * ```
 *
 * @see https://learn.microsoft.com/azure/ai-services/openai/how-to/managed-identity
 */
export function openai<P extends object>(
  provider: CredentialProvider<BearerToken, P>,
  options: OpenaiOptions = {},
): () => Promise<string> {
  const checked = checkOptions(optionsSchema, { ...options, provider }, "openai()");
  const { request, waitUntil, timeoutMs } = options;
  const view = scoped(checked.provider, checked.scope);
  return async () => headerText(await bearerOf(view, { request, waitUntil, timeoutMs }));
}
