/** A bounded store of cache entries. */
import type { TokenError } from "../errors.ts";
import type { CredentialCache } from "../types.ts";
import { type NameObject, objectNames } from "./key.ts";
import type { State } from "./state.ts";

/** What an exchange came to. A value for failure too, so that a rejection can only mean that the runtime took the work away. */
export type Outcome<V> = { readonly value: V; readonly error?: undefined } | { readonly error: TokenError };

/** One exchange under way. */
export interface Flight<V> {
  promise: Promise<Outcome<V>>;
  /** Behind others' answers: it tries once. */
  readonly background: boolean;
  /** From this instant of the monotonic clock on nobody waits for it: its owner may be gone, and it may never end. */
  readonly lostAt: number;
}

/** One entry: its state, and what is under way for it. */
export interface Slot<V> {
  state: State<V>;
  /** Shortly before this instant of the wall clock the held value may be given without any further look. */
  freshUntil: number;
  /** Used since the last look for something to evict. */
  used: boolean;
  /** By claims; the exchange without claims has the empty text. Not there in most entries at most times. */
  flights?: Map<string, Flight<V>>;
  /** Told when the state changes. */
  listeners?: Set<() => void>;
}

/** The store behind a {@link CredentialCache}. */
export interface Store extends CredentialCache {
  readonly nameOf: NameObject;
  /** How far the wall clock was ahead of the monotonic one when they were last looked at. */
  aheadMs?: number;
  /** How long the monotonic clock has stood still. */
  sleptMs: number;
  /** The entry for a key; made when there is none, for which another may have to go. */
  open<V>(key: string, mono: number, onEvict: () => void): Slot<V>;
  /** The entry for a key, if there is one. */
  find<V>(key: string): Slot<V> | undefined;
}

function isIdle({ flights, listeners }: Slot<never>, mono: number): boolean {
  return !listeners?.size && [...(flights?.values() ?? [])].every(({ lostAt }) => lostAt <= mono);
}

function forget(slot: Slot<never>): void {
  slot.state = {};
  slot.freshUntil = 0;
}

/** An empty store that holds at most `max` entries, and more only while all of them are under way. */
export function createStore(max: number): Store {
  const slots = new Map<string, Slot<never>>();

  /** Second chance: what was used since the last look goes to the end of the line; what is under way or watched stays. */
  const evict = (mono: number): boolean => {
    let looks = 2 * max;
    // Moving an entry to the end puts it before this walk again, so the walk is counted. What it does not find is found later.
    for (const [key, slot] of slots) {
      if (looks-- === 0) break;
      slots.delete(key);
      if (!slot.used && isIdle(slot, mono)) {
        forget(slot);
        return true;
      }
      slot.used = false;
      slots.set(key, slot);
    }
    return false;
  };

  return {
    nameOf: objectNames(),
    sleptMs: 0,
    get size() {
      return slots.size;
    },
    clear() {
      for (const [key, slot] of slots) {
        forget(slot);
        if (isIdle(slot, 0)) slots.delete(key);
      }
    },
    find: (key) => slots.get(key),
    open(key, mono, onEvict) {
      const known = slots.get(key);
      if (known) return known;
      while (slots.size >= max && evict(mono)) onEvict();
      const slot: Slot<never> = { state: {}, freshUntil: 0, used: false };
      slots.set(key, slot);
      return slot;
    },
  };
}
