/** Every key store runs the contract: on the real thing where this runtime has it, and on a faithful double everywhere. */
import type { KeyRing } from "@tokenhop/issuer";
import { type DenoKv, denoKvKeyStore } from "@tokenhop/issuer/stores/deno-kv";
import { type DurableObjectStorageLike, durableObjectKeyStore } from "@tokenhop/issuer/stores/durable-object";
import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
import { keyStoreContract } from "../contract/key-store.ts";
import type { Suite } from "../harness.ts";
import { bench, failureOf, fakeStore, mint } from "./support.ts";

/** A structured clone, with or without the one class of which runtimes differ. */
function cloneOf(value: unknown, takesCryptoKey: boolean): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw new DOMException("function", "DataCloneError");
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof CryptoKey) {
    if (takesCryptoKey) return value;
    throw new DOMException("CryptoKey", "DataCloneError");
  }
  if (Array.isArray(value)) return value.map((one) => cloneOf(one, takesCryptoKey));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cloneOf(one, takesCryptoKey)]));
}

/** Lets others come between, as a database does. */
const aTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** `Deno.Kv` with what is known of it: clones, version stamps, atomic checks. */
function fakeKv(): DenoKv & { readonly entries: Map<string, { value: unknown; versionstamp: string }> } {
  const entries = new Map<string, { value: unknown; versionstamp: string }>();
  let commits = 0;
  return {
    entries,
    async get(key) {
      const found = entries.get(JSON.stringify(key));
      const given = found && { value: cloneOf(found.value, true), versionstamp: found.versionstamp };
      await aTurn();
      return given ?? { value: null, versionstamp: null };
    },
    atomic() {
      const checks: (() => boolean)[] = [];
      const sets: (() => void)[] = [];
      const operation: ReturnType<DenoKv["atomic"]> = {
        check({ key, versionstamp }) {
          checks.push(() => (entries.get(JSON.stringify(key))?.versionstamp ?? null) === versionstamp);
          return operation;
        },
        set(key, value) {
          const kept = cloneOf(value, true);
          sets.push(() => {
            entries.set(JSON.stringify(key), { value: kept, versionstamp: `${++commits}`.padStart(20, "0") });
          });
          return operation;
        },
        async commit() {
          await aTurn();
          if (!checks.every((holds) => holds())) return { ok: false };
          for (const set of sets) set();
          return { ok: true };
        },
      };
      return operation;
    },
  };
}

/** The storage of a Durable Object with what is known of it: clones, no `CryptoKey`, one transaction after the other. */
interface FakeStorage extends DurableObjectStorageLike {
  readonly entries: Map<string, unknown>;
}

function fakeStorage(): FakeStorage {
  const entries = new Map<string, unknown>();
  let last: Promise<unknown> = Promise.resolve();
  const storage: FakeStorage = {
    entries,
    async get(key) {
      const found = cloneOf(entries.get(key), false);
      await aTurn();
      return found;
    },
    async put(key, value) {
      entries.set(key, cloneOf(value, false));
    },
    transaction(work) {
      const done = last.then(() => work(storage));
      last = done.catch(() => {});
      return done;
    },
  };
  return storage;
}

interface WithKv {
  readonly Deno?: { readonly openKv?: (path: string) => Promise<DenoKv & { close(): void }> };
}

export const suite: Suite = (QUnit) => {
  keyStoreContract(QUnit, {
    name: "memory",
    keeps: "crypto-key",
    storage: async () => {
      const store = memoryKeyStore();
      return { open: () => store };
    },
  });
  keyStoreContract(QUnit, {
    name: "deno-kv",
    keeps: "crypto-key",
    storage: async () => {
      const kv = fakeKv();
      return { open: () => denoKvKeyStore(kv) };
    },
  });
  keyStoreContract(QUnit, {
    name: "deno-kv in Deno's own database",
    keeps: "crypto-key",
    storage: async () => {
      const kv = await (globalThis as WithKv).Deno?.openKv?.(":memory:");
      return kv && { open: () => denoKvKeyStore(kv), close: () => kv.close() };
    },
  });
  keyStoreContract(QUnit, {
    name: "durable-object",
    keeps: "jwk",
    storage: async () => {
      const storage = fakeStorage();
      return { open: () => durableObjectKeyStore(storage) };
    },
  });

  QUnit.module("issuer, key stores, their own", () => {
    QUnit.test("what somebody else wrote between reading and writing is not written over", async (assert) => {
      const store = fakeStore();
      await mint(bench({ keyStore: store }));
      const ring = store.ring as KeyRing;
      for (const foreign of [{ user: "u" }, "text", null, 0]) {
        const kv = fakeKv();
        await kv.atomic().set(["a"], foreign).commit();
        const storage = fakeStorage();
        await storage.put("a", foreign);
        const stores = [denoKvKeyStore(kv, { key: ["a"] }), durableObjectKeyStore(storage, { key: "a" })];
        for (const one of stores) {
          assert.strictEqual(await one.write(ring, undefined), false, one.name);
          assert.deepEqual((await one.read()) as unknown, foreign);
          assert.strictEqual((await failureOf(() => mint(bench({ keyStore: one })))).recovery, "stop");
        }
      }
    });

    QUnit.test("two issuers in one database, under keys of their own", async (assert) => {
      const kv = fakeKv();
      await mint(bench({ keyStore: denoKvKeyStore(kv) }));
      await mint(bench({ keyStore: denoKvKeyStore(kv, { key: ["tenant", 1] }) }));
      assert.deepEqual([...kv.entries.keys()], ['["tokenhop","issuer","keys"]', '["tenant",1]']);
      const storage = fakeStorage();
      await mint(bench({ keyStore: durableObjectKeyStore(storage) }));
      await mint(bench({ keyStore: durableObjectKeyStore(storage, { key: "tenant" }) }));
      assert.deepEqual([...storage.entries.keys()], ["issuer-keys", "tenant"]);
    });

    QUnit.test(
      "what Deno KV keeps cannot be exported; what a Durable Object keeps is a JWK and nothing around it",
      async (assert) => {
        const kv = fakeKv();
        await mint(bench({ keyStore: denoKvKeyStore(kv) }));
        const kept = [...kv.entries.values()][0]?.value as KeyRing;
        const held = kept.keys[0]?.privateKey as CryptoKey;
        assert.deepEqual([held.type, held.extractable, held.usages], ["private", false, ["sign"]]);
        const storage = fakeStorage();
        await mint(bench({ keyStore: durableObjectKeyStore(storage), algorithm: "RS256" }));
        const ring = storage.entries.get("issuer-keys") as KeyRing;
        assert.strictEqual(
          Object.keys(ring.keys[0]?.privateKey ?? {})
            .sort()
            .join(" "),
          "d dp dq e kty n p q qi",
        );
      },
    );
  });
};
