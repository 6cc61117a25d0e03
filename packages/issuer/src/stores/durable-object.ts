/**
 * Keys in the storage of a Durable Object.
 *
 * Import from `@tokenhop/issuer/stores/durable-object`.
 */
import { ConfigError } from "@tokenhop/core";
import type { KeyRing, KeyStore } from "../types.ts";
import { isExpected } from "./revision.ts";

/** What one transaction of the storage can do, as far as it is used here. */
export interface DurableObjectTransactionLike {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
}

/** `DurableObjectStorage`, as far as it is used here. */
export interface DurableObjectStorageLike extends DurableObjectTransactionLike {
  transaction<T>(work: (transaction: DurableObjectTransactionLike) => Promise<T>): Promise<T>;
}

/** What {@link durableObjectKeyStore} may be given besides the storage. */
export interface DurableObjectKeyStoreOptions {
  /** Under which key the ring is. Default `issuer-keys`. */
  readonly key?: string | undefined;
}

/**
 * Keeps the keys in the storage of a Durable Object, as private JWKs: that storage refuses a `CryptoKey`. The key is made in the
 * object and imported there for use, so that nothing can export it from then on; who can read the object's storage has it.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for something that is no storage.
 *
 * @example
 * ```ts
 * import { createIssuer, type Issuer } from "@tokenhop/issuer";
 * import { durableObjectKeyStore, type DurableObjectStorageLike } from "@tokenhop/issuer/stores/durable-object";
 *
 * export const issuerIn = (ctx: { readonly storage: DurableObjectStorageLike }): Issuer =>
 *   createIssuer({
 *     issuer: "https://id.example.com",
 *     keyStore: durableObjectKeyStore(ctx.storage),
 *     subjects: ["worker:orders"],
 *     audiences: ["api://AzureADTokenExchange"],
 *   });
 * ```
 *
 * @see https://developers.cloudflare.com/durable-objects/api/storage-api/
 */
export function durableObjectKeyStore(
  storage: DurableObjectStorageLike,
  options: DurableObjectKeyStoreOptions = {},
): KeyStore {
  const { key = "issuer-keys" } = options;
  const problems: string[] = [];
  if (typeof storage?.get !== "function" || typeof storage.transaction !== "function") {
    problems.push("storage: expected the storage of a Durable Object (ctx.storage)");
  }
  if (typeof key !== "string" || key === "") problems.push("key: expected a text that is not empty");
  if (problems.length > 0) throw new ConfigError("durableObjectKeyStore()", problems);
  return {
    name: "durable-object",
    keeps: "jwk",
    // Whatever is there: whether it is a ring is for the issuer to find out.
    read: async () => (await storage.get(key)) as KeyRing | undefined,
    write: (ring, expectedRevision) =>
      storage.transaction(async (transaction) => {
        if (!isExpected(await transaction.get(key), expectedRevision)) return false;
        await transaction.put(key, ring);
        return true;
      }),
  };
}
