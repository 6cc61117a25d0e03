/** The shell around the state machine: reads the clocks, starts and joins exchanges, and gives each caller its answer. */
import { dueIn, TokenError } from "../errors.ts";
import type { EngineEvent, Platform, RefreshPolicy } from "../types.ts";
import { type Call, type EventBody, fly, type Job, type Limits } from "./flight.ts";
import { ageMs, type Clock, dropped, type Expiring, failed, type Held, isValid, planOf, succeeded } from "./state.ts";
import type { Flight, Outcome, Slot, Store } from "./store.ts";
import { FOREVER_MS, race } from "./wait.ts";

/** Everything the engine needs, once per provider. */
export interface Engine {
  readonly store: Store;
  readonly platform: Platform;
  readonly limits: Limits;
  readonly policy: RefreshPolicy;
  readonly onEvent: ((event: EngineEvent) => void) | undefined;
  /** Whether an exchange has ever succeeded: a configuration that worked is right, so a refusal may be replication lag. */
  readonly memory: { worked: boolean };
  /** Aborts when the exchanges started by this engine must end. */
  readonly ended: AbortSignal | undefined;
}

/** How long the hit path trusts the monotonic clock alone: it may stand still while a machine sleeps. */
const RECHECK_MS = 1_000;
/** Two clocks are never read quite together, and a wall clock is adjusted all the time. */
const NOISE_MS = 500;

/** Looks at both clocks. What only the wall clock saw was sleep, or may have been; being set back takes nothing away again. */
export function readClock({ platform, store }: Engine): Clock {
  const mono = platform.monotonic();
  const wall = platform.now();
  store.aheadMs ??= wall - mono;
  const movedMs = wall - mono - store.aheadMs;
  if (Math.abs(movedMs) > NOISE_MS) {
    store.aheadMs += movedMs;
    store.sleptMs += Math.max(0, movedMs);
  }
  return { mono: mono + store.sleptMs, wall };
}

/** Tells the user's listener. */
function emit({ onEvent, platform }: Engine, { name, hop }: Job<never>, body: EventBody): void {
  try {
    onEvent?.({ at: platform.now(), name, hop, ...body } as EngineEvent);
  } catch {
    // A listener that throws must not cost a caller its credential.
  }
}

/** The entry for a key. */
export function openSlot<V>(engine: Engine, job: Job<V>, key: string): Slot<V> {
  return engine.store.open<V>(key, () => emit(engine, job as Job<never>, { type: "evicted" }));
}

function change<V>(slot: Slot<V>, state: Slot<V>["state"]): void {
  slot.state = state;
  slot.freshUntil = 0;
  for (const tell of slot.listeners ?? []) tell();
}

/** Drops a held value; see `CredentialProvider.invalidate`. Returns whether `get` will no longer give it. */
export function drop<V>(engine: Engine, slot: Slot<V>, value?: V, cause?: "unauthorized"): boolean {
  const state = dropped(slot.state, value, readClock(engine), cause !== undefined);
  if (state !== slot.state) change(slot, state);
  return !state.held || (value !== undefined && state.held.value !== value);
}

/** Starts an exchange. It goes on whatever becomes of the callers, and only it takes itself off the entry. */
function start<V extends Expiring>(
  engine: Engine,
  slot: Slot<V>,
  job: Job<V>,
  call: Call,
  background: boolean,
): Flight<V> {
  const { platform, limits, memory, policy } = engine;
  const { claims = "", request, waitUntil = platform.waitUntil?.bind(platform) } = call;
  const startedAt = platform.monotonic();
  const leftMs = (): number => startedAt + limits.deadlineMs - platform.monotonic();
  const budget = call.budget ?? { retries: limits.attempts - 1, leftMs };
  const handedOn: Call = { signal: engine.ended, waitUntil, claims: call.claims, request, budget, background };
  const firstTriedAt = slot.state.firstTriedAt ?? startedAt;
  slot.state = { ...slot.state, firstTriedAt };
  const tell = (body: EventBody): void => emit(engine, job as Job<never>, body);
  const propagates = (): boolean => memory.worked || platform.monotonic() - firstTriedAt < limits.propagationGraceMs;

  const land = (outcome: Outcome<V>): Outcome<V> => {
    if (slot.flights?.get(claims) === flight) slot.flights.delete(claims);
    const now = readClock(engine);
    const durationMs = platform.monotonic() - startedAt;
    const { error } = outcome;
    if (error) {
      change(slot, failed(slot.state, error, claims, now, platform.random()));
      tell({ type: "refresh-end", outcome: "error", durationMs, error });
    } else {
      memory.worked ||= job.hop === "target";
      change(slot, succeeded(slot.state, outcome.value, claims, now, limits.marginMs, policy, platform.random()));
      tell({ type: "refresh-end", outcome: "ok", durationMs, expiresAt: outcome.value.expiresAt ?? now.wall });
    }
    return outcome;
  };

  tell({ type: "refresh-start", background });
  const flight = { background, kept: waitUntil !== undefined } as Flight<V>;
  slot.flights ??= new Map();
  // On the entry first: the hop before may need room, and what is under way is not evicted.
  slot.flights.set(claims, flight);
  flight.promise = fly(job, handedOn, budget, { platform, limits, propagates, emit: tell }).then(land);
  waitUntil?.(flight.promise);
  return flight;
}

function serve<V extends Expiring>(engine: Engine, slot: Slot<V>, job: Job<V>, held: Held<V>, now: Clock): V {
  const freshMs = held.refreshMs - ageMs(held, now);
  slot.used = true;
  if (freshMs > 0) slot.freshUntil = engine.platform.monotonic() + Math.min(freshMs, RECHECK_MS);
  emit(engine, job as Job<never>, { type: freshMs > 0 ? "hit" : "stale", expiresAt: held.value.expiresAt ?? now.wall });
  return held.value;
}

/** A value for a caller: held, from an exchange under way, or from a new one. */
export async function acquire<V extends Expiring>(engine: Engine, slot: Slot<V>, job: Job<V>, call: Call): Promise<V> {
  const { platform, limits } = engine;
  const { claims = "", eager = false, background = false, budget, timeoutMs = FOREVER_MS } = call;
  const behind = !platform.requestBoundIo || (call.waitUntil ?? platform.waitUntil) !== undefined;
  const deadlineAt = platform.monotonic() + timeoutMs;
  const leftMs = budget?.leftMs ?? (() => deadlineAt - platform.monotonic());
  // Whoever waited in vain takes what is held and really still valid; new claims or a watcher cannot use it.
  const mayFallBack = !claims && !eager;
  for (let waited = false; ; waited = mayFallBack) {
    const now = readClock(engine);
    const plan = planOf(slot.state, now, { claims, behind, eager, waited });
    const { failure, held } = slot.state;
    if (plan === "refuse" && failure) throw dueIn(failure.error, Math.ceil(failure.until - now.mono));
    if (plan === "serve-and-refresh" && !slot.flights?.has(claims)) start(engine, slot, job, call, true);
    if (plan !== "wait" && held) return serve(engine, slot, job, held, now);

    const joined = slot.flights?.get(claims);
    const flight = joined ?? start(engine, slot, job, call, background);
    // Where a promise dies with the request that made it, another request's exchange may never end.
    const joinMs =
      joined && platform.requestBoundIo ? limits[joined.kept ? "deadlineMs" : "joinTimeoutMs"] : FOREVER_MS;
    const waitMs = Math.min(
      leftMs(),
      mayFallBack && isValid(slot.state, now) ? limits.marginWaitMs : FOREVER_MS,
      joinMs,
    );
    // An exchange settles to a value in every case: a rejection is the runtime's word that its owner is gone.
    const settled = flight.promise.catch((): null => null);
    const outcome = await race(settled, platform, waitMs, call.signal);
    if (outcome && !outcome.error) return outcome.value;

    if (mayFallBack && isValid(slot.state, readClock(engine))) continue;
    if (outcome === null || (!outcome && waitMs === joinMs)) {
      if (slot.flights?.get(claims) === flight) slot.flights.delete(claims);
      emit(engine, job as Job<never>, { type: "failover" });
    } else if (outcome?.error && (background || !joined?.background)) {
      // Somebody else's refresh behind an answer tried once only; whoever needs the value now tries in earnest.
      throw outcome.error;
    }
    if (leftMs() <= 0) {
      throw new TokenError("Cannot get a credential in time", { code: "ERR_CALL_TIMEOUT", recovery: "retry" });
    }
  }
}
