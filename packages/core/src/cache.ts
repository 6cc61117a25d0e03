import { createStore } from "./engine/store.ts";
import { ConfigError } from "./errors.ts";
import type { CredentialCache } from "./types.ts";

/**
 * A cache that several providers may share: hops with the same identity are then made once, so that one managed identity
 * token serves many apps. When it is full, what was not used for longest goes.
 *
 * @param options `maxPartitions`: how many credentials and identity tokens it holds. Default 1,000.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` when `maxPartitions` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { createCache, federate } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const cache = createCache();
 * const from = managedIdentity();
 * const tenantId = "contoso.onmicrosoft.com";
 * export const one = federate({ from, cache, to: entra({ tenantId, clientId: "11111111-1111-4111-8111-111111111111" }) });
 * export const two = federate({ from, cache, to: entra({ tenantId, clientId: "22222222-2222-4222-8222-222222222222" }) });
 * ```
 */
export function createCache(options: { readonly maxPartitions?: number | undefined } = {}): CredentialCache {
  const { maxPartitions = 1_000 } = options;
  if (Number.isInteger(maxPartitions) && maxPartitions > 0) return createStore(maxPartitions);
  throw new ConfigError("createCache()", ["maxPartitions: expected a whole number of at least 1"]);
}
