/** The ring of one issuer, between the store and those who sign and publish. */
import { isTokenError } from "@tokenhop/core";
import { classOf } from "@tokenhop/core/kit";
import type { Dropping } from "./drop.ts";
import { importKey, makeKey, type NewKey } from "./keys.ts";
import { checkRing, keysError } from "./ring.ts";
import { planKeys, type RotationPolicy, signingKey } from "./rotation.ts";
import type { IssuerKey, IssuerPlatform, KeyRing, KeyStore } from "./types.ts";

/** After so long the store is read again: another process may have dropped a key. */
const RING_MAX_AGE_MS = 60_000;
/** A store that has failed is left alone for so long. What is held goes on meanwhile. */
const STORE_PAUSE_MS = 5_000;
/** For so long one call is taken to be at it, and the others go on with what is held. */
const AT_IT_MS = 10_000;
/** A store that does not answer is one that fails. */
const STORE_TIMEOUT_MS = 10_000;
/** How often a change is tried when others change the ring, too. */
const ATTEMPTS = 8;

/** A key as it is held: of its private half nothing that could be exported, and nothing at all once it has retired. */
export interface HeldKey extends Omit<IssuerKey, "privateKey"> {
  readonly sign?: CryptoKey | undefined;
}

/** One that is ready for use. */
export type SigningKey = HeldKey & { readonly sign: CryptoKey };

/** What is held between calls. Settled values only: a promise belongs to its request on Workers. */
interface Held {
  readonly revision: number;
  readonly keys: readonly HeldKey[];
  readonly nextChangeAt: number;
  readonly readAt: number;
}

/** The keys of one issuer. */
export interface KeyKeeper {
  /** The keys as of now, at most about a minute behind the store. */
  keys(): Promise<readonly HeldKey[]>;
  /** The key that signs now. */
  signing(): Promise<SigningKey>;
  /** Reads the store, carries out what is due, and the emergency. Gives when something is due again. */
  update(emergency?: Dropping): Promise<number>;
}

/** Whether less than `ms` have gone by since then. Not so where the clock was set back. */
const isWithin = (since: number, ms: number, now: number): boolean => now >= since && now < since + ms;

const isSame = (a: readonly IssuerKey[], b: readonly IssuerKey[]): boolean =>
  a.length === b.length && a.every((key, at) => key === b[at]);

/** Who never signs again needs nothing to do it with. */
function withoutUse(key: IssuerKey): IssuerKey {
  const { privateKey, ...rest } = key;
  return key.retiredAt === undefined || privateKey === undefined ? key : rest;
}

/** Keeps the ring of one issuer. */
export function keyKeeper(store: KeyStore, policy: RotationPolicy, platform: Required<IssuerPlatform>): KeyKeeper {
  let held: Held | undefined;
  /** Whether the store is to be read at the next use, however young what is held is: what became of a change is not known. */
  let stale = false;
  let atItFrom = Number.NEGATIVE_INFINITY;
  let failure: { readonly at: number; readonly error: unknown } | undefined;
  /** Every key id that was ever held here: a few a year. */
  const known = new Set<string>();
  /** Those that an emergency was about which the store did not let through. It is carried out as soon as it can be. */
  const dropped = new Set<string>();
  let flight: Promise<Held> | undefined;

  /** A step of the store's. What it throws is told by its class alone. */
  async function asked<T>(step: "read" | "write", run: () => Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = platform.sleep(STORE_TIMEOUT_MS, done.signal).then(
      () => Promise.reject(new DOMException(step, "TimeoutError")),
      () => undefined as never,
    );
    try {
      return await Promise.race([run(), late]);
    } catch (error) {
      throw keysError(`the key store ${store.name} cannot ${step} (${classOf(error)})`);
    } finally {
      done.abort();
    }
  }

  async function ready(key: IssuerKey): Promise<HeldKey> {
    const { privateKey, ...rest } = key;
    if (privateKey === undefined) return rest;
    try {
      const ready = held?.keys.find(({ kid }) => kid === key.kid)?.sign;
      return { ...rest, sign: ready ?? (await importKey(key.alg, privateKey)) };
    } catch (error) {
      const why = `a private key in the key store ${store.name} cannot be imported (${classOf(error)})`;
      throw keysError(why, { recovery: "stop" });
    }
  }

  const allowed = <K extends { readonly kid: string }>(keys: readonly K[]): readonly K[] =>
    keys.filter(({ kid }) => !dropped.has(kid));

  async function make(): Promise<NewKey> {
    try {
      return await makeKey(policy.algorithm, store.keeps);
    } catch (error) {
      throw keysError(`a key cannot be made (${classOf(error)})`);
    }
  }

  /** Reads, changes and writes until nobody came between. */
  async function replaced(
    emergency: Dropping | undefined,
  ): Promise<{ readonly ring: KeyRing; readonly nextChangeAt: number }> {
    let spare: NewKey | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = await asked("read", () => store.read());
      const ring = stored === undefined ? undefined : await checkRing(stored, store);
      const now = platform.now();
      const due = planKeys(ring?.keys ?? [], policy, now);
      const left = emergency?.left(due.keys, now, (kid) => known.has(kid)) ?? due.keys;
      const plan = planKeys(allowed(left), policy, now);
      const keys = plan.keys.map(withoutUse);
      if (ring && !plan.make && isSame(keys, ring.keys)) return { ring, nextChangeAt: plan.nextChangeAt };
      if (plan.make) {
        spare ??= await make();
        keys.push({ ...spare, ...plan.make, createdAt: now, longestTokenMs: policy.maxTokenLifetimeMs });
      }
      const next: KeyRing = { version: 1, revision: (ring?.revision ?? 0) + 1, keys };
      const written = await asked("write", () => store.write(next, ring?.revision));
      if (written) return { ring: next, nextChangeAt: plan.nextChangeAt };
    }
    throw keysError(`others keep changing the ring in the key store ${store.name}`);
  }

  async function refresh(emergency?: Dropping): Promise<Held> {
    const before = held;
    const { ring, nextChangeAt } = await replaced(emergency);
    const keys = allowed(await Promise.all(ring.keys.map(ready)));
    // Somebody may have read or written later and be done already. Unless the store was emptied, the revision tells.
    if (held === undefined || held === before || ring.revision >= held.revision) {
      held = { revision: ring.revision, keys, nextChangeAt, readAt: platform.now() };
      for (const { kid } of keys) known.add(kid);
      stale = keys.length < ring.keys.length;
    }
    return held;
  }

  /** Everywhere but on Workers, calls at the same time share the work. */
  function shared(): Promise<Held> {
    if (platform.requestBoundIo) return refresh();
    flight ??= refresh().finally(() => {
      flight = undefined;
    });
    return flight;
  }

  /**
   * What is held, as far as it is good without the store; undefined when nobody could sign. Not for longer than a next key is
   * published ahead: others may have taken over since, and dropped these.
   */
  function without(now: number): readonly HeldKey[] | undefined {
    if (held === undefined || Math.abs(now - held.readAt) > policy.publishAheadMs) return undefined;
    const { keys } = planKeys(held.keys, policy, now);
    return signingKey(keys, now) && keys;
  }

  /** What is to be said while the store fails. */
  function despite(error: unknown, now: number): readonly HeldKey[] {
    const still = isTokenError(error) && error.recovery === "retry" ? without(now) : undefined;
    if (still === undefined) throw error;
    return still;
  }

  async function keys(): Promise<readonly HeldKey[]> {
    const now = platform.now();
    if (held && !stale && isWithin(held.readAt, RING_MAX_AGE_MS, now) && now < held.nextChangeAt) return held.keys;
    if (failure && isWithin(failure.at, STORE_PAUSE_MS, now)) return despite(failure.error, now);
    const meanwhile = isWithin(atItFrom, AT_IT_MS, now) ? without(now) : undefined;
    if (meanwhile) return meanwhile;
    atItFrom = now;
    try {
      return (await shared()).keys;
    } catch (error) {
      failure = { at: now, error };
      return despite(error, now);
    } finally {
      atItFrom = Number.NEGATIVE_INFINITY;
    }
  }

  return {
    keys,
    async signing() {
      const key = signingKey(await keys(), platform.now());
      if (key?.sign === undefined) throw keysError("the clock was set back, and no key signed then");
      return key as SigningKey;
    },
    async update(emergency) {
      try {
        return (await refresh(emergency)).nextChangeAt;
      } catch (error) {
        // It may have been written all the same.
        stale = true;
        if (emergency && isTokenError(error) && error.code === "ERR_ISSUER_KEYS") {
          // Nor must it go on because the store is in the way of its end.
          emergency.left(held?.keys ?? [], platform.now(), () => true);
          for (const kid of emergency.about) dropped.add(kid);
          held &&= { ...held, keys: allowed(held.keys) };
        }
        throw error;
      }
    },
  };
}
