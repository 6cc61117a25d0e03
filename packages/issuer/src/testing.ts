/**
 * The contract of key stores, for one of your own.
 *
 * Import from `@tokenhop/issuer/testing`.
 */
import { classOf } from "@tokenhop/core/kit";
import { algorithmOf, importKey, isCryptoKey, makeKey, verifyingKey } from "./keys.ts";
import { checkRing } from "./ring.ts";
import type { IssuerKey, KeyRing, KeyStore } from "./types.ts";

const WRITERS = 8;

/** A ring as an object of its own, down to what nothing can change. */
const copyOf = (ring: KeyRing): KeyRing => ({
  ...ring,
  keys: ring.keys.map((key) => ({
    ...key,
    publicJwk: { ...key.publicJwk },
    ...(key.privateKey && { privateKey: isCryptoKey(key.privateKey) ? key.privateKey : { ...key.privateKey } }),
  })),
});

/** A ring as a text, members in one order: two with the same text hold the same. A `CryptoKey` has no text. */
const textOf = (ring: unknown): string =>
  JSON.stringify(ring, (_, value) =>
    typeof value !== "object" || value === null || Array.isArray(value)
      ? value
      : isCryptoKey(value)
        ? "CryptoKey"
        : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))),
  );

/** Does to a ring what nobody should. A store that gives frozen objects is safe from it. */
function spoil(ring: KeyRing | undefined): void {
  if (ring === undefined) return;
  try {
    Object.assign(ring, { revision: 99 });
    Object.assign(ring.keys[0] ?? {}, { kid: "spoilt" });
    (ring.keys as IssuerKey[]).pop();
  } catch {
    // Frozen.
  }
}

/** Whether a key signs what its public half verifies, unless it never signs again. */
async function works(key: IssuerKey): Promise<boolean> {
  if (key.privateKey === undefined) return true;
  const text = new TextEncoder().encode("a token");
  const algorithm = algorithmOf(key.alg);
  const signature = await crypto.subtle.sign(algorithm, await importKey(key.alg, key.privateKey), text);
  return crypto.subtle.verify(algorithm, await verifyingKey(key), signature, text);
}

/** A ring with everything that one can have: both algorithms, keys that sign and one that has retired, of its public half alone. */
async function someRing(keeps: KeyStore["keeps"]): Promise<KeyRing> {
  const createdAt = Date.now();
  const times = { createdAt, activeAt: createdAt + 1, longestTokenMs: 3_600_000 };
  const [rsa, ec, { privateKey: _, ...old }] = await Promise.all([
    makeKey("RS256", keeps),
    makeKey("ES256", keeps),
    makeKey("ES256", keeps),
  ]);
  return {
    version: 1,
    revision: 1,
    keys: [
      { ...rsa, ...times },
      { ...ec, ...times },
      { ...old, ...times, retiredAt: createdAt + 2 },
    ],
  };
}

/** Runs the contract, and says what does not hold. Gives up after what makes the rest pointless. */
async function* problemsIn(open: () => KeyStore | Promise<KeyStore>): AsyncGenerator<string> {
  const store = await open();
  const { name, keeps, read, write } = Object(store) as Partial<Record<keyof KeyStore, unknown>>;
  if (typeof name !== "string" || !/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(name)) yield "name: expected one in kebab-case";
  if (keeps !== "crypto-key" && keeps !== "jwk") return yield "keeps: expected crypto-key or jwk";
  if (typeof read !== "function" || typeof write !== "function") return yield "read, write: expected functions";

  const first = await someRing(keeps);
  const second: KeyRing = { ...first, revision: 2, keys: first.keys.slice(1) };
  const holds = async (ring: KeyRing, from = store): Promise<boolean> => textOf(await from.read()) === textOf(ring);

  if ((await store.read()) !== undefined) return yield "read: expected undefined of an empty store; open an empty one";
  if ((await store.write(copyOf(first), 1)) !== false)
    yield "write: expected false when there is none of that revision";
  if ((await store.read()) !== undefined) return yield "write: wrote although there was none of that revision";
  const given = copyOf(first);
  if ((await store.write(given, undefined)) !== true) return yield "write: expected true for the first ring";
  if (!(await holds(first))) return yield "read: expected what was written, member by member";
  spoil(given);
  if (!(await holds(first))) return yield "write: what is done to the ring afterwards changes what is stored";
  spoil(await store.read());
  if (!(await holds(first))) return yield "read: what is done to the ring changes what is stored";

  const kept = (await store.read()) as KeyRing;
  try {
    await checkRing(kept, store);
    for (const key of kept.keys) {
      if (!(await works(key))) yield `read: the ${key.alg} key does not sign any more what its public key verifies`;
    }
  } catch (error) {
    return yield `read: the keys are not what they were (${classOf(error)})`;
  }

  for (const revision of [undefined, 0, 2]) {
    if ((await store.write(copyOf(second), revision)) !== false) {
      yield `write: expected false for revision ${revision} when 1 is stored`;
    }
    if (!(await holds(first))) return yield `write: wrote over revision 1 when ${revision} was expected`;
  }
  if ((await store.write(copyOf(second), 1)) !== true)
    return yield "write: expected true for the revision that is stored";
  if (!(await holds(second))) return yield "read: expected what was written last";
  if ((await store.write(copyOf(first), 1)) !== false) yield "write: expected false for a revision that was replaced";

  const other = await open();
  if (!(await holds(second, other))) return yield "open: expected the same ring through another handle";
  const rings = Array.from({ length: WRITERS }, (_, at): KeyRing => {
    return { ...second, revision: 3, keys: second.keys.map((key) => ({ ...key, createdAt: key.createdAt + at })) };
  });
  const written = await Promise.all(rings.map((ring, at) => (at % 2 ? store : other).write(copyOf(ring), 2)));
  const winners = rings.filter((_, at) => written[at]);
  if (winners.length !== 1)
    return yield `write: of ${WRITERS} at once ${winners.length} were told that they wrote, expected 1`;
  if (!(await holds(winners[0] as KeyRing))) yield "write: of several at once another one wrote than was told so";
}

/**
 * Whether a key store does what the issuer relies on: it gives what was written, with keys that still work; it compares and swaps,
 * also between handles and under contention; what it gave or was given is not what it keeps.
 *
 * @param open Opens the store. Empty at first, and the same one each time: a second call is another handle, as another process
 * would have it, where the store has such.
 * @returns What does not hold, one sentence each; empty when all does. A store that throws is a problem too, told by the class of
 * what it threw.
 *
 * @example
 * ```ts
 * import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
 * import { keyStoreProblems } from "@tokenhop/issuer/testing";
 *
 * const store = memoryKeyStore();
 * const problems = await keyStoreProblems(() => store);
 * if (problems.length > 0) throw new Error(problems.join("; "));
 * ```
 */
export async function keyStoreProblems(open: () => KeyStore | Promise<KeyStore>): Promise<readonly string[]> {
  const problems: string[] = [];
  try {
    for await (const problem of problemsIn(open)) problems.push(problem);
  } catch (error) {
    problems.push(`it throws (${classOf(error)})`);
  }
  return problems;
}
