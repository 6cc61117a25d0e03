/** The public keys of one issuer, kept by the engine: refreshed behind requests, and reloaded for a key that is not known. */
import { acquire, type Engine, readClock } from "../engine/engine.ts";
import type { Call, Job } from "../engine/flight.ts";
import { validForMs } from "../engine/state.ts";
import { createStore, type Slot } from "../engine/store.ts";
import { dueIn, type ErrorCode, TokenError } from "../errors.ts";
import { parseJson, send } from "../internal/http.ts";
import type { Platform } from "../types.ts";
import type { KeySource, PublishedKey } from "./issuer.ts";

/** What was published at some time. */
interface KeySet {
  /** By their ids. One id may be several keys' (RFC 7517, 4.5). */
  readonly keys: ReadonlyMap<string, readonly PublishedKey[]>;
  readonly expiresAt: number;
}

/** How long keys are trusted that cannot be fetched again. */
const HELD_MS = 24 * 3_600_000;
/** When they are read again behind a request; less up to a tenth, so that a fleet started together spreads out. */
const REFRESH_MS = 3_600_000;
/** After so long without a look at them a request rather waits for one: what is held may have been withdrawn. */
const UNSEEN_MS = 3 * 3_600_000;
/** A reload is the same exchange with a claim, which the engine makes beside the others: whose key is known is not held up. */
const RELOAD = "reload";

/** The engine for the keys of all issuers of one `createBearerAuth`. */
export function keyEngine(platform: Platform, onEvent: Engine["onEvent"]): Engine {
  return {
    // Only what it knows of the clocks is used; the keys are held by those who find them.
    store: createStore(1),
    platform,
    limits: {
      // Keys are good until they end, and nobody waits for new ones while there are any.
      marginMs: 0,
      marginWaitMs: 0,
      propagationGraceMs: 0,
      joinTimeoutMs: 5_000,
      attempts: 3,
      attemptTimeoutMs: 5_000,
      deadlineMs: 15_000,
    },
    policy: ({ random }) => REFRESH_MS * (1 - random / 10),
    onEvent,
    memory: { worked: false },
    ended: undefined,
  };
}

/** Finds the keys of an id. */
export type FindKeys = (kid: string, call: Call) => Promise<readonly PublishedKey[]>;

function failure(name: string, code: ErrorCode, why: string): TokenError {
  return new TokenError(`Cannot get the keys of ${name}: ${why}`, { code, recovery: "retry", step: name });
}

function jobOf({ name, load }: KeySource, { platform }: Engine): Job<KeySet> {
  return {
    name,
    hop: "source",
    async step(_prepared, _call, signal) {
      const get = async (url: string): Promise<unknown> => {
        const reply = await send(name, url, { headers: { accept: "application/json" } }, { platform, signal });
        if (reply.status === 200) return parseJson(reply.text);
        throw failure(name, "ERR_SOURCE_FAILED", `HTTP ${reply.status}`);
      };
      const { keys: published } = Object(await load(get)) as { readonly keys?: unknown };
      const keys = new Map<string, readonly PublishedKey[]>();
      for (const key of Array.isArray(published) ? published : []) {
        if (typeof key?.kid === "string") keys.set(key.kid, [...(keys.get(key.kid) ?? []), key]);
      }
      // An empty set would turn everybody away for an hour.
      if (keys.size === 0) throw failure(name, "ERR_SOURCE_REPLY", "expected a JWKS with at least one key");
      return { keys, expiresAt: platform.now() + HELD_MS };
    },
  };
}

/**
 * The keys of one issuer. The first request waits for them. Later ones get what is held, an unknown key id reloads at most every
 * `reloadEveryMs`, and no request with a known key waits for either, but after hours in which nobody looked.
 */
export function keysOf(source: KeySource, engine: Engine, reloadEveryMs: number): FindKeys {
  const job = jobOf(source, engine);
  // Not in a store: no other issuer can come to its keys, and nothing evicts them.
  const slot: Slot<KeySet> = { state: {}, freshUntil: 0, used: false };
  let triedAt = Number.NEGATIVE_INFINITY;

  return async (kid, call) => {
    const more = (fields: Call): Call => Object.assign(Object.create(call), fields);
    const now = readClock(engine);
    // Who has nothing to fall back on respects the pause after a failure, or each request would be one to the issuer.
    const eager = !(validForMs(slot.state, now) > 0);
    const seenAt = Math.max(slot.state.held?.at.mono ?? 0, slot.state.failure?.until ?? 0);
    if (!eager && now.mono - seenAt >= UNSEEN_MS) {
      await acquire(engine, slot, job, more({ eager: true, background: true })).catch(() => undefined);
    }
    const { keys } = await acquire(engine, slot, job, more({ eager }));
    const known = keys.get(kid);
    if (known) return known;

    const { mono } = readClock(engine);
    const { held, failure: failed } = slot.state;
    const dueMs = Math.max(triedAt, held?.at.mono ?? 0) + reloadEveryMs - mono;
    const flight = slot.flights?.get(RELOAD);
    const lost = flight && flight.lostAt <= engine.platform.monotonic();
    if (!flight || lost) {
      // It may be a new key that cannot be had now: that is no verdict on the token.
      const error = lost ? failure(source.name, "ERR_STEP_TIMEOUT", "who asked for them is gone") : failed?.error;
      if (dueMs > 0 && error) throw dueIn(error, dueMs);
      if (dueMs > 0) return [];
      triedAt = mono;
    }
    const reloaded = await acquire(engine, slot, job, more({ claims: RELOAD, eager: true, background: true }));
    return reloaded.keys.get(kid) ?? [];
  };
}
