/**
 * Keys in Deno KV.
 *
 * Import from `@tokenhop/issuer/stores/deno-kv`.
 */
import { ConfigError } from "@tokenhop/core";
import type { KeyRing, KeyStore } from "../types.ts";
import { isExpected } from "./revision.ts";

/** One part of a key of Deno KV. */
export type DenoKvKeyPart = string | number | bigint | boolean | Uint8Array;

/** `Deno.Kv`, as far as it is used here. */
export interface DenoKv {
  get(
    key: readonly DenoKvKeyPart[],
    options?: { readonly consistency?: "strong" },
  ): Promise<{ readonly value: unknown; readonly versionstamp: string | null }>;
  atomic(): DenoKvAtomic;
}

/** `Deno.AtomicOperation`, as far as it is used here. */
export interface DenoKvAtomic {
  check(entry: { readonly key: readonly DenoKvKeyPart[]; readonly versionstamp: string | null }): DenoKvAtomic;
  set(key: readonly DenoKvKeyPart[], value: unknown): DenoKvAtomic;
  commit(): Promise<{ readonly ok: boolean }>;
}

/** What {@link denoKvKeyStore} may be given besides the database. */
export interface DenoKvKeyStoreOptions {
  /** Under which key the ring is. Default `["tokenhop", "issuer", "keys"]`; two issuers need two. */
  readonly key?: readonly DenoKvKeyPart[] | undefined;
}

/**
 * Keeps the keys in Deno KV, as `CryptoKey`s that cannot be exported: the private key never exists as text. (The database holds
 * its bytes all the same: who can read its files has the key.) Any number of processes may share the database; a change of theirs
 * is a compare-and-swap.
 *
 * On Deno as a program of your own this needs `--unstable-kv`.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for something that is no `Deno.Kv`.
 *
 * @example
 * ```ts
 * import { createIssuer } from "@tokenhop/issuer";
 * import { type DenoKv, denoKvKeyStore } from "@tokenhop/issuer/stores/deno-kv";
 *
 * declare const Deno: { openKv(): Promise<DenoKv> };
 *
 * export const issuer = createIssuer({
 *   issuer: "https://id.example.com",
 *   keyStore: denoKvKeyStore(await Deno.openKv()),
 *   subjects: ["worker:orders"],
 *   audiences: ["api://AzureADTokenExchange"],
 * });
 * ```
 *
 * @see https://docs.deno.com/deploy/kv/
 */
export function denoKvKeyStore(kv: DenoKv, options: DenoKvKeyStoreOptions = {}): KeyStore {
  const { key = ["tokenhop", "issuer", "keys"] } = options;
  const problems: string[] = [];
  if (typeof kv?.get !== "function" || typeof kv.atomic !== "function") problems.push("kv: expected a Deno.Kv");
  if (!Array.isArray(key) || key.length === 0) problems.push("key: expected a key of Deno KV");
  if (problems.length > 0) throw new ConfigError("denoKvKeyStore()", problems);
  const get = async () => {
    const { value, versionstamp } = await kv.get(key, { consistency: "strong" });
    return { stored: versionstamp === null ? undefined : value, versionstamp };
  };
  return {
    name: "deno-kv",
    keeps: "crypto-key",
    // Whatever is there: whether it is a ring is for the issuer to find out.
    read: async () => (await get()).stored as KeyRing | undefined,
    async write(ring, expectedRevision) {
      const { stored, versionstamp } = await get();
      if (!isExpected(stored, expectedRevision)) return false;
      const { ok } = await kv.atomic().check({ key, versionstamp }).set(key, ring).commit();
      return ok;
    },
  };
}
