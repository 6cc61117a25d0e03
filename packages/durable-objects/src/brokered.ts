/** The isolate's side of a {@link TokenBroker}. */
import { workersPlatform } from "@tokenhop/cloudflare";
import { createBrokered } from "./broker/brokered.ts";
import type { BrokeredOptions, SharedProviders } from "./broker/options.ts";
import type { BrokerStub } from "./broker/protocol.ts";
import type { NamespaceLike } from "./types.ts";

/**
 * The same providers, whose credentials come from a {@link TokenBroker}: one exchange serves all isolates, and the broker renews
 * ahead of time as long as anybody asks. An isolate keeps its copy until the broker's word is due, and asks again behind an answer.
 *
 * Whenever the broker cannot be asked (it is down, overloaded, evicted or redeployed in the middle, does not answer within
 * `timeoutMs`, is of another version, or has no such provider) or fails for a reason of its own (network, identity token,
 * configuration) the isolate exchanges on its own by the provider that was given here, and goes back to the broker when that
 * credential is due for renewal. An exchange that is under way at the broker is waited for as well, but never longer than twice
 * `timeoutMs`. Only what the identity provider said of the exchange (`ERR_EXCHANGE_*`, `ERR_CALL_CLAIMS`) is the answer: it would
 * say the same here.
 *
 * - `with(params)` goes to the provider that was given here: a broker is asked for a provider by its name, never for a configuration.
 * - A claims challenge and `invalidate` are passed on to the broker, which obeys its engine's limits: one isolate cannot have it
 *   exchange again and again.
 * - A name stands for one configuration. A question has a digest of the provider's `identity` and hosts, and the broker refuses one
 *   that differs from its own provider's: while a deployment changes a tenant or a scope, the isolates that the object does not
 *   match exchange on their own. Functions and bindings count for nothing in it.
 * - `limits`, `refresh`, `cache` and `onEvent` of the providers apply to what an isolate exchanges on its own, and in the broker to
 *   what that exchanges. What the broker gives is kept in front of them, for as long as the broker says.
 * - `invalidate()` without a credential has the broker told of a 401, as with one: it gives the same again within 30 s of a new
 *   one, or when it replaced one within the last minute. A provider by itself exchanges again at once.
 *
 * @param namespace The binding of the broker's namespace. Where it is undefined (tests, other runtimes) the providers are given
 * back as they are.
 * @param providers What the broker has by the same names, and what an isolate exchanges with on its own. The application's own
 * credentials only: one that needs a user, or belongs to a request, is refused, because all isolates would share it.
 * @param options See {@link BrokeredOptions}.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every provider that cannot be shared and every wrong option.
 *
 * @see https://developers.cloudflare.com/durable-objects/
 *
 * @example
 * ```ts
 * import { downstream } from "@tokenhop/cloudflare";
 * import { federate } from "@tokenhop/core";
 * import { selfIssued, type TokenMinter } from "@tokenhop/core/sources/self-issued";
 * import { entra } from "@tokenhop/core/targets/entra";
 * import { type BrokerStub, brokered, type NamespaceLike } from "@tokenhop/durable-objects";
 *
 * interface Env {
 *   readonly ISSUER: TokenMinter;
 *   readonly BROKER: NamespaceLike<BrokerStub>;
 *   readonly TENANT_ID: string;
 *   readonly CLIENT_ID: string;
 * }
 *
 * const providers = (env: Env) => ({
 *   arm: federate({
 *     from: selfIssued(env.ISSUER),
 *     to: entra({ tenantId: env.TENANT_ID, clientId: env.CLIENT_ID, scope: "https://management.azure.com/.default" }),
 *   }),
 * });
 *
 * const azure = downstream((env: Env) => brokered(env.BROKER, providers(env)));
 *
 * export default azure({
 *   async fetch(_request, _env, _ctx, { arm }) {
 *     return arm.fetch("https://management.azure.com/subscriptions?api-version=2022-12-01");
 *   },
 * });
 * ```
 */
export function brokered<T extends SharedProviders>(
  namespace: NamespaceLike<BrokerStub> | undefined,
  providers: T,
  options: BrokeredOptions = {},
): T {
  return createBrokered(namespace, providers, { ...options, platform: options.platform ?? workersPlatform() });
}
