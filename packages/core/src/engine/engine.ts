/** The shell around the state machine: reads the clocks, starts and joins exchanges, and gives each caller its answer. */
import { dueIn } from "../errors.ts";
import type { EngineEvent, Platform, RefreshPolicy } from "../types.ts";
import { type Call, type EventBody, failureOf, fly, type Job, type Limits } from "./flight.ts";
import {
  ageMs,
  type Clock,
  dropped,
  type Expiring,
  failed,
  type Held,
  planOf,
  succeeded,
  validForMs,
} from "./state.ts";
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

/** How long the hit path trusts the wall clock alone: it may be set. */
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

/** Calls what is the user's, at once. Its failures, now or later, are its own. */
async function quietly(call: () => unknown): Promise<void> {
  try {
    await call();
  } catch {
    // A listener, or a waitUntil, that throws must not cost a caller its credential.
  }
}

/** Tells the user's listener. */
function emit({ onEvent, platform }: Engine, { name, hop }: Job<never>, body: EventBody): void {
  if (onEvent) quietly(() => onEvent({ at: platform.now(), name, hop, ...body } as EngineEvent));
}

/** The entry for a key. */
export function openSlot<V>(engine: Engine, job: Job<V>, key: string): Slot<V> {
  const mono = engine.platform.monotonic();
  return engine.store.open<V>(key, mono, () => emit(engine, job as Job<never>, { type: "evicted" }));
}

function change<V>(slot: Slot<V>, state: Slot<V>["state"]): void {
  slot.state = state;
  slot.freshUntil = 0;
  for (const tell of slot.listeners ?? []) tell();
}

/** The hit path: whether the held value may be given by a look at one clock, the one that sleep does not stop. */
export function isFresh({ freshUntil }: Slot<never>, { platform }: Engine): boolean {
  const leftMs = freshUntil - platform.now();
  // More than what is trusted is left where the clock was set back.
  return leftMs > 0 && leftMs <= RECHECK_MS;
}

/** Drops a held value; see `CredentialProvider.invalidate`. Returns whether a `get` may bring another one now. */
export function drop<V>(engine: Engine, slot: Slot<V>, value?: V, cause?: "unauthorized"): boolean {
  const { state } = slot;
  const { held, droppedAt } = state;
  const now = readClock(engine);
  const next = dropped(state, value, now, cause);
  if (next === state) {
    // Of those who were refused together the first has dropped it. The others wait for the same new one, but not twice.
    const awaited = now.mono - (droppedAt as number) < engine.limits.marginWaitMs;
    return awaited || !held || (value ?? held.value) !== held.value;
  }
  change(slot, next);
  return true;
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
    const random = platform.random();
    if (outcome.error) {
      const { error } = outcome;
      change(slot, failed(slot.state, error, claims, now, random));
      tell({ type: "refresh-end", outcome: "error", durationMs, error });
    } else {
      const { value } = outcome;
      memory.worked ||= job.hop === "target";
      change(slot, succeeded(slot.state, value, claims, now, limits.marginMs, policy, random));
      tell({ type: "refresh-end", outcome: "ok", durationMs, expiresAt: value.expiresAt ?? now.wall });
    }
    return outcome;
  };

  // A moment later, when it is on the entry: a listener may ask for the same, and the hop before may need room in the cache.
  const take = (): Promise<Outcome<V>> => fly(job, handedOn, budget, { platform, limits, propagates, emit: tell });
  const promise = Promise.resolve().then(take).then(land);
  // Where a promise dies with the request that made it, it is waited for as long as it may take, and no longer.
  const mayTakeMs = limits[waitUntil ? "deadlineMs" : "joinTimeoutMs"];
  const lostAt = platform.requestBoundIo ? startedAt + mayTakeMs : FOREVER_MS;
  const flight: Flight<V> = { promise, background, lostAt };
  slot.flights ??= new Map();
  slot.flights.set(claims, flight);
  if (waitUntil) quietly(() => waitUntil(promise));
  tell({ type: "refresh-start", background });
  return flight;
}

function serve<V extends Expiring>(engine: Engine, slot: Slot<V>, job: Job<V>, held: Held<V>, now: Clock): V {
  const freshMs = held.refreshMs - ageMs(held, now);
  slot.used = true;
  if (freshMs > 0) slot.freshUntil = now.wall + Math.min(freshMs, RECHECK_MS);
  emit(engine, job as Job<never>, { type: freshMs > 0 ? "hit" : "stale", expiresAt: held.value.expiresAt ?? now.wall });
  return held.value;
}

/** Takes an exchange that may never end off its entry, unless another one has taken its place. */
function abandon<V>(engine: Engine, slot: Slot<V>, job: Job<V>, claims: string, flight: Flight<V>): undefined {
  if (slot.flights?.get(claims) === flight) slot.flights.delete(claims);
  emit(engine, job as Job<never>, { type: "failover" });
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
    const mono = platform.monotonic();
    let joined = slot.flights?.get(claims);
    if (joined && joined.lostAt <= mono) joined = abandon(engine, slot, job, claims, joined);
    if (plan === "serve-and-refresh" && !joined) start(engine, slot, job, call, true);
    if (plan !== "wait" && held) return serve(engine, slot, job, held, now);

    const flight = joined ?? start(engine, slot, job, call, background);
    const lostInMs = joined ? joined.lostAt - mono : FOREVER_MS;
    // Whoever came while it was valid must get it while it is.
    const restMs = validForMs(slot.state, now);
    const marginMs = mayFallBack && restMs > 0 ? Math.min(limits.marginWaitMs, restMs / 2) : FOREVER_MS;
    const waitMs = Math.min(leftMs(), marginMs, lostInMs);
    // An exchange settles to a value in every case: a rejection is the runtime's word that its owner is gone.
    const settled = flight.promise.catch((): null => null);
    const outcome = await race(settled, platform, waitMs, call.signal);
    if (outcome && !outcome.error) return outcome.value;

    if (mayFallBack && validForMs(slot.state, readClock(engine)) > 0) continue;
    if (outcome === null || (!outcome && waitMs === lostInMs)) {
      abandon(engine, slot, job, claims, flight);
    } else if (outcome?.error && (background || !joined?.background)) {
      // Somebody else's refresh behind an answer tried once only; whoever needs the value now tries in earnest.
      throw outcome.error;
    }
    if (leftMs() <= 0) {
      throw failureOf(job.name, budget ? "ERR_STEP_TIMEOUT" : "ERR_CALL_TIMEOUT", "no answer within the time");
    }
  }
}
