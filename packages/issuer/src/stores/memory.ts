/**
 * Keys in memory: for tests, and for trying out.
 *
 * Import from `@tokenhop/issuer/stores/memory`.
 */
import type { KeyRing, KeyStore } from "../types.ts";
import { isExpected } from "./revision.ts";

/**
 * Keeps the keys in memory, as `CryptoKey`s that cannot be exported. A restart is a new key: tokens of the old one are refused as
 * soon as a verifier looks, and for as long as it does not look the new ones are. Two processes are two issuers with one name.
 * So `createIssuer` warns.
 *
 * @example
 * ```ts
 * import { createIssuer } from "@tokenhop/issuer";
 * import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
 *
 * export const issuer = createIssuer({
 *   issuer: "http://localhost:8000",
 *   allowHttpLoopback: true,
 *   keyStore: memoryKeyStore(),
 *   subjects: ["worker:orders"],
 *   audiences: ["api://AzureADTokenExchange"],
 * });
 * ```
 */
export function memoryKeyStore(): KeyStore {
  let held: KeyRing | undefined;
  // Not every runtime clones a CryptoKey, and none needs to: nothing can change one.
  const copyOf = (ring: KeyRing): KeyRing => ({
    ...ring,
    keys: ring.keys.map((key) => ({ ...key, publicJwk: { ...key.publicJwk } })),
  });
  return {
    name: "memory",
    keeps: "crypto-key",
    warning: "the keys are in memory only: a restart is a new key, and two processes are two issuers with one name",
    read: async () => held && copyOf(held),
    async write(ring, expectedRevision) {
      if (!isExpected(held, expectedRevision)) return false;
      held = copyOf(ring);
      return true;
    },
  };
}
