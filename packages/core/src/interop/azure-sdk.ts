/**
 * What the Azure SDKs for JavaScript take as their credential (`TokenCredential`), made of a provider.
 *
 * Import from `@tokenhop/core/interop/azure-sdk`.
 */
import * as v from "valibot";
import { ConfigError, TokenError } from "../errors.ts";
import { type AnyProvider, platformShape, providerShape, requestShape, waitUntilShape } from "../internal/interop.ts";
import { lasting } from "../internal/lasting.ts";
import { checkOptions, text } from "../internal/schema.ts";
import { defaultPlatform } from "../platform.ts";
import type { BearerToken, CredentialProvider, Platform } from "../types.ts";

/** A signal as the SDKs pass it: the DOM's, or one of their own that is no event target and knows no reason. */
export interface AzureSdkAbortSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What an SDK asks for besides the scope: `GetTokenOptions`, as far as it matters here. */
export interface AzureSdkGetTokenOptions {
  /** Ends this call's wait with an `AbortError`. */
  readonly abortSignal?: AzureSdkAbortSignal | undefined;
  /** A claims challenge (JSON text): gets a new token that satisfies it. */
  readonly claims?: string | undefined;
  /** Changes nothing: whether `cp1` is declared is the target's option. */
  readonly enableCae?: boolean | undefined;
  /** Another tenant, as Key Vault and Storage name theirs. Must be one that the target knows. */
  readonly tenantId?: string | undefined;
  /** `timeout`: how many ms the call may take before it fails with `ERR_CALL_TIMEOUT`. Default, and with 0: as long as the engine tries. */
  readonly requestOptions?: { readonly timeout?: number | undefined } | undefined;
}

/** What an SDK gets: `AccessToken`. */
export interface AzureSdkToken {
  readonly token: string;
  /** When it stops being valid, epoch ms. */
  readonly expiresOnTimestamp: number;
  /** From when on the SDK asks again behind its requests, epoch ms. */
  readonly refreshAfterTimestamp: number;
  readonly tokenType: "Bearer";
}

/** A `TokenCredential`. */
export interface AzureSdkCredential {
  /** A token for one resource, cached by the provider. */
  getToken(scopes: string | readonly string[], options?: AzureSdkGetTokenOptions): Promise<AzureSdkToken>;
}

/** What {@link azureSdk} may be given besides the provider. */
export interface AzureSdkOptions {
  /** The request being served, for sources that read it. Credential and client then belong to this request. */
  readonly request?: Request | undefined;
  /** Keeps a refresh alive past the request: `ctx.waitUntil` on Workers. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** Whose clock the SDK goes by. Default: {@link defaultPlatform}. */
  readonly platform?: Platform | undefined;
}

/** The same for a provider whose target takes no scope. */
export interface AzureSdkFixedOptions extends AzureSdkOptions {
  /** What the provider's token is for. A client that asks for anything else is refused. */
  readonly scope: string;
}

type ScopeOf<P> = string extends keyof P ? never : "scope" extends keyof P ? P["scope"] : never;

/** The options that a provider with the parameters `P` asks for: none need be given where `scope` is one of them. */
export type AzureSdkArguments<P extends object> =
  string extends ScopeOf<P> ? [options?: AzureSdkOptions] : [options: AzureSdkFixedOptions];

/** Views are light, and few: a client asks for one scope. */
const MAX_VIEWS = 100;

const optionsSchema = v.strictObject({
  provider: providerShape,
  scope: v.optional(text),
  request: requestShape,
  waitUntil: waitUntilShape,
  platform: platformShape("now"),
});

/** The scopes as one, in the way of OAuth. Whether a target serves more than one resource at once is its own matter. */
function scopeOf(scopes: string | readonly string[]): string {
  const scope = typeof scopes === "string" ? scopes : [...new Set(scopes)].join(" ");
  if (scope) return scope;
  throw new ConfigError("azureSdk().getToken()", ["scopes: expected at least one"]);
}

/** Views on the provider by scope and tenant, so that a call with both known finds its token without further ado. */
function viewsOf(
  provider: AnyProvider,
  fixed: string | undefined,
): (scope: string, tenantId: string | undefined) => AnyProvider {
  const views = new Map<string, AnyProvider>();
  return (scope, tenantId) => {
    if (fixed !== undefined && scope !== fixed) {
      throw new ConfigError("azureSdk().getToken()", [`scopes: expected ${fixed}, which is what the token is for`]);
    }
    const key = JSON.stringify([scope, tenantId]);
    const known = views.get(key);
    if (known) return known;
    const view = provider.with({ ...(fixed === undefined && { scope }), ...(tenantId && { tenantId }) });
    if (views.size >= MAX_VIEWS) views.delete(views.keys().next().value as string);
    views.set(key, view);
    return view;
  };
}

/** An SDK's signal as the platform's. It is let go of in the end: an SDK's may outlive thousands of calls. */
async function following<T>(
  from: AzureSdkAbortSignal | undefined,
  work: (signal?: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!from) return work();
  const controller = new AbortController();
  // Without the reason: of whatever is thrown the SDKs know an abort by the name AbortError only.
  const abort = (): void => controller.abort();
  if (from.aborted) abort();
  from.addEventListener("abort", abort);
  try {
    return await work(controller.signal);
  } finally {
    from.removeEventListener("abort", abort);
  }
}

function tokenOf({ kind, token, expiresAt, refreshAt }: BearerToken, now: number): AzureSdkToken {
  const text = kind === "bearer" ? token.reveal() : "";
  // A runtime that refuses a header shows its value.
  if (!/^[!-~]+$/.test(text)) {
    const what = kind === "bearer" ? "a token of these characters" : `credentials of kind ${String(kind)}`;
    throw new TokenError(`Cannot give an Azure SDK ${what}: it takes a bearer token`, {
      code: "ERR_DOWNSTREAM_PROVIDER",
    });
  }
  const refreshAfterTimestamp = refreshAt ?? Math.floor(now + (expiresAt - now) / 2);
  return { token: text, expiresOnTimestamp: expiresAt, refreshAfterTimestamp, tokenType: "Bearer" };
}

/**
 * Lets the clients of the Azure SDKs for JavaScript use a provider: what it gives is accepted wherever a `TokenCredential` is
 * (by its shape; nothing of `@azure/*` is needed). One credential serves every client. Each says which resource it needs, and
 * the provider's one identity token serves all of them; `entra` refuses two resources in one call, as Entra does. It caches
 * nothing but views; the provider holds the tokens, and concurrent calls of all clients share one exchange.
 *
 * - A provider whose target has no parameter `scope` needs the option `scope`: what its token is for. No other client gets it.
 * - `tenantId`: Key Vault and Storage name their tenant as a GUID. It must be `entra`'s own `tenantId` or one of its `tenants`.
 * - Claims challenges: the SDKs answer them, and ask with `claims` for a new token. They say `enableCae` in every call, handler
 *   or not, so it is left to the target: `entra({ enableCae: true })` declares `cp1` for all its tokens.
 * - `expiresOnTimestamp` is the token's end. `refreshAfterTimestamp` is when its issuer advises to renew it, or else halfway from
 *   the call to that end: from then on an SDK asks behind its requests, so the engine, which decides when to renew, is asked
 *   early enough to sit out an outage. Until it has a new one it gives the held one at once, so no request waits, and asking
 *   again costs no exchange. In its last 5 minutes, as `@azure/identity` does, a call waits for the new one, but 2 s at most,
 *   and not on Workers.
 * - An abort ends a wait. A token that is held is given all the same: clients refresh behind one request for all others, and
 *   would take its abort for a failure that they repeat every 3 s until the token is over.
 * - On Cloudflare Workers make a client for each request, with `{ waitUntil }`, and share the provider: a client that refreshes
 *   behind one request never hears of it again when that is over.
 *
 * @param provider What `federate` gives, after `with({ user })` if its target needs a user.
 * @param rest `{ scope, request, waitUntil, platform }`, see {@link AzureSdkOptions} and {@link AzureSdkFixedOptions}.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is wrong. `getToken` then fails with it for a scope or tenant
 * that the target does not serve, with `ERR_DOWNSTREAM_PROVIDER` for what is no bearer token, with `ERR_CALL_TIMEOUT`, with an
 * error named `AbortError`, or as `get` of the provider does: its errors pass through as they are.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { azureSdk } from "@tokenhop/core/interop/azure-sdk";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const { AZURE_TENANT_ID: tenantId, APP_CLIENT_ID: clientId } = process.env;
 * const provider = federate({ from: managedIdentity(), to: entra({ tenantId, clientId, enableCae: true }) });
 * export const credential = azureSdk(provider);
 * // new ResourceManagementClient(credential, subscriptionId), new SecretClient(vaultUrl, credential), ...
 * ```
 *
 * @see https://learn.microsoft.com/javascript/api/@azure/core-auth/tokencredential
 */
export function azureSdk<P extends object>(
  provider: CredentialProvider<BearerToken, P>,
  ...rest: AzureSdkArguments<P>
): AzureSdkCredential {
  const checked = checkOptions(optionsSchema, { ...rest[0], provider }, "azureSdk()");
  const { request, waitUntil, platform = defaultPlatform() } = checked as AzureSdkOptions;
  const viewOf = viewsOf(checked.provider, checked.scope);
  return {
    async getToken(scopes, options = {}) {
      const { abortSignal, claims, tenantId, requestOptions } = options;
      const view = viewOf(scopeOf(scopes), tenantId || undefined);
      const held = abortSignal?.aborted && !claims ? view.peek({ request }) : undefined;
      if (held) return tokenOf(held, platform.now());
      const timeoutMs = Number(requestOptions?.timeout) > 0 ? requestOptions?.timeout : undefined;
      const call = { request, waitUntil, claims, timeoutMs };
      const given = await following(abortSignal, (signal) => lasting(view, { ...call, signal }, platform));
      return tokenOf(given, platform.now());
    },
  };
}
