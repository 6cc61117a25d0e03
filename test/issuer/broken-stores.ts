/** Key stores that are wrong in one way each. */
import type { KeyRing, KeyStore } from "@tokenhop/issuer";
import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
import { canary } from "../leak.ts";

/** A store of JWKs that clones by way of JSON, as one in a file or a database of texts does. */
export function jsonStore(): KeyStore {
  let text: string | undefined;
  return {
    name: "json",
    keeps: "jwk",
    read: async () => (text === undefined ? undefined : (JSON.parse(text) as KeyRing)),
    async write(ring, expected) {
      const held = text === undefined ? undefined : (JSON.parse(text) as KeyRing).revision;
      if (held !== expected) return false;
      text = JSON.stringify(ring);
      return true;
    },
  };
}

/** The same without any care. */
function carelessStore(bend: (state: { held: KeyRing | undefined }) => Partial<KeyStore>): KeyStore {
  const state: { held: KeyRing | undefined } = { held: undefined };
  return {
    name: "careless",
    keeps: "jwk",
    read: async () => structuredClone(state.held),
    async write(ring, expected) {
      if (state.held?.revision !== expected) return false;
      state.held = structuredClone(ring);
      return true;
    },
    ...bend(state),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Stores that are wrong in one way, and what must be said of them first. */
export const broken: readonly { readonly what: string; make(): KeyStore; readonly problem: string }[] = [
  { what: "no name", make: () => ({ ...jsonStore(), name: "" }), problem: "name: expected one in kebab-case" },
  {
    what: "keeps what nobody knows",
    make: () => ({ ...jsonStore(), keeps: "pem" as never }),
    problem: "keeps: expected crypto-key or jwk",
  },
  {
    what: "no methods",
    make: () => ({ name: "none", keeps: "jwk" }) as never,
    problem: "read, write: expected functions",
  },
  {
    what: "null for nothing",
    make: () => carelessStore((state) => ({ read: async () => (structuredClone(state.held) ?? null) as never })),
    problem: "read: expected undefined of an empty store; open an empty one",
  },
  {
    what: "forgets",
    make: () => carelessStore(() => ({ read: async () => undefined })),
    problem: "read: expected what was written, member by member",
  },
  {
    what: "no compare-and-swap",
    make: () =>
      carelessStore((state) => ({
        write: async (ring) => {
          state.held = structuredClone(ring);
          return true;
        },
      })),
    problem: "write: expected false when there is none of that revision",
  },
  {
    what: "says false and writes",
    make: () =>
      carelessStore((state) => ({
        write: async (ring, expected) => {
          const fits = state.held?.revision === expected;
          state.held = structuredClone(ring);
          return fits;
        },
      })),
    problem: "write: wrote although there was none of that revision",
  },
  {
    what: "says nothing",
    make: () =>
      carelessStore((state) => ({
        write: (async (ring: KeyRing, expected: number | undefined) => {
          if (state.held?.revision === expected) state.held = structuredClone(ring);
        }) as never,
      })),
    problem: "write: expected false when there is none of that revision",
  },
  {
    what: "writes the first ring over any other",
    make: () =>
      carelessStore((state) => ({
        write: async (ring, expected) => {
          if (expected !== undefined && state.held?.revision !== expected) return false;
          state.held = structuredClone(ring);
          return true;
        },
      })),
    problem: "write: expected false for revision undefined when 1 is stored",
  },
  {
    what: "compares by order only",
    make: () =>
      carelessStore((state) => ({
        write: async (ring, expected) => {
          if ((state.held?.revision ?? 0) > (expected ?? 0) || (!state.held && expected !== undefined)) return false;
          state.held = structuredClone(ring);
          return true;
        },
      })),
    problem: "write: expected false for revision 2 when 1 is stored",
  },
  {
    what: "compares, waits, and swaps",
    make: () =>
      carelessStore((state) => ({
        write: async (ring, expected) => {
          const fits = state.held?.revision === expected;
          await turn();
          if (fits) state.held = structuredClone(ring);
          return fits;
        },
      })),
    problem: "write: of 8 at once 8 were told that they wrote, expected 1",
  },
  {
    what: "the winner is not the one that was told so",
    make: () =>
      carelessStore((state) => {
        let told = 0;
        return {
          write: async (ring, expected) => {
            if (expected === 2 && ring.revision === 3) {
              state.held = structuredClone(ring);
              return told++ === 0;
            }
            if (state.held?.revision !== expected) return false;
            state.held = structuredClone(ring);
            return true;
          },
        };
      }),
    problem: "write: of several at once another one wrote than was told so",
  },
  {
    what: "gives what it keeps",
    make: () => carelessStore((state) => ({ read: async () => state.held })),
    problem: "read: what is done to the ring changes what is stored",
  },
  {
    what: "keeps what it was given",
    make: () =>
      carelessStore((state) => ({
        write: async (ring, expected) => {
          if (state.held?.revision !== expected) return false;
          state.held = ring;
          return true;
        },
      })),
    problem: "write: what is done to the ring afterwards changes what is stored",
  },
  {
    what: "copies the ring, but not its keys",
    make: () =>
      carelessStore((state) => ({
        read: async () => state.held && { ...state.held, keys: [...state.held.keys] },
      })),
    problem: "read: what is done to the ring changes what is stored",
  },
  {
    what: "drops a member that it does not know",
    make: () =>
      carelessStore((state) => ({
        read: async () => {
          const ring = structuredClone(state.held);
          return ring && { ...ring, keys: ring.keys.map(({ retiredAt: _, ...key }) => key) };
        },
      })),
    problem: "read: expected what was written, member by member",
  },
  {
    what: "stores every key as something else",
    make: () => {
      const store = memoryKeyStore();
      const ecdh = crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
      return {
        ...store,
        read: async () => {
          const { privateKey } = await ecdh;
          const ring = await store.read();
          return ring && { ...ring, keys: ring.keys.map((key) => (key.privateKey ? { ...key, privateKey } : key)) };
        },
      };
    },
    problem: "read: the keys are not what they were (TokenError)",
  },
  {
    what: "gives the private key of another pair",
    make: () => {
      const store = memoryKeyStore();
      const other = crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
      return {
        ...store,
        read: async () => {
          const { privateKey } = await other;
          const ring = await store.read();
          return (
            ring && {
              ...ring,
              keys: ring.keys.map((key) => (key.alg === "ES256" && key.privateKey ? { ...key, privateKey } : key)),
            }
          );
        },
      };
    },
    problem: "read: the ES256 key does not sign any more what its public key verifies",
  },
  {
    what: "throws",
    make: () => ({
      ...jsonStore(),
      write: async () => {
        throw Object.assign(new RangeError(canary("what-the-database-said-of-the-key")), { name: "KvError" });
      },
    }),
    problem: "it throws (KvError)",
  },
];
