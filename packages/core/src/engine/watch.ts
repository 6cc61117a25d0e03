/** A credential as a stream: refreshed when due, each new value once, errors survived. */
import { isTokenError } from "../errors.ts";
import type { Credential, Secret, WatchEvent } from "../types.ts";
import { acquire, type Engine, readClock } from "./engine.ts";
import type { Job } from "./flight.ts";
import { type Clock, type State, validForMs } from "./state.ts";
import type { Slot } from "./store.ts";
import { anySignal } from "./wait.ts";

/** Never spins, whatever the clocks say. */
const SHORTEST_PAUSE_MS = 50;
/** Timers stand still while a machine sleeps, so the clocks are looked at again before long. */
const LONGEST_PAUSE_MS = 60_000;

/** What a credential has by each name, as far as it is text or secret. */
type Fields = Readonly<Record<string, Partial<Secret> | undefined>>;

/**
 * Whether a credential is the one before: the same texts and secrets, and the same end within 10 s. A server that gives the same
 * again says how long it still lives, never quite to the same instant, and may advise anew when to renew it.
 */
function isSame(before: Credential | undefined, credential: Credential): boolean {
  return (
    Math.abs(credential.expiresAt - (before?.expiresAt as number)) < 10_000 &&
    Object.entries(credential as unknown as Fields).every(([key, value]) =>
      typeof value === "string"
        ? value === (before as unknown as Fields)[key]
        : value?.reveal?.() === (before as unknown as Fields)[key]?.reveal?.(),
    )
  );
}

/** How long until there is something to do: the refresh is due, an attempt is allowed again, or the held value ends. */
function pauseMs(state: State<unknown>, now: Clock): number {
  const { failure, held } = state;
  const blockedMs = failure && !failure.claims ? failure.until - now.mono : 0;
  if (!held) return blockedMs;
  const restMs = validForMs(state, now);
  const dueMs = Math.max(blockedMs, held.refreshMs - held.validMs + restMs);
  return restMs > 0 ? Math.min(dueMs, restMs) : dueMs;
}

/** Sleeps until the time is up, the entry changes, or the signal aborts. */
async function pause<V>({ platform }: Engine, slot: Slot<V>, ms: number, signal: AbortSignal): Promise<void> {
  const woken = new AbortController();
  const wake = (): void => woken.abort();
  slot.listeners ??= new Set();
  slot.listeners.add(wake);
  await platform.sleep(ms, anySignal(woken.signal, signal)).catch(() => undefined);
  slot.listeners.delete(wake);
}

/**
 * Every new credential until the signal aborts. It works when its reader asks: a slow reader holds nothing up, and gets the
 * latest when it comes back.
 */
export async function* watchSlot<V extends Credential>(
  engine: Engine,
  open: () => Slot<V>,
  job: Job<V>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<V>, void, undefined> {
  let last: V | undefined;
  let told: unknown;
  while (!signal.aborted) {
    const slot = open();
    let credential: V | undefined;
    try {
      credential = await acquire(engine, slot, job, { eager: true, signal });
    } catch (error) {
      if (signal.aborted || !isTokenError(error)) return;
    }
    const { failure } = slot.state;
    const now = readClock(engine);
    let event: WatchEvent<V> | undefined;
    if (credential ? !isSame(last, credential) : last && !(validForMs(slot.state, now) > 0)) {
      last = credential;
      event = credential ? { type: "update", credential } : { type: "remove" };
    } else if (failure && !failure.claims && failure !== told) {
      told = failure;
      event = { type: "error", error: failure.error, nextAttemptAt: now.wall + Math.max(0, failure.until - now.mono) };
    }
    if (event) yield event;
    const ms = Math.max(SHORTEST_PAUSE_MS, pauseMs(slot.state, readClock(engine)));
    // Something may have happened while the reader was busy.
    await pause(engine, slot, Math.min(ms, event ? SHORTEST_PAUSE_MS : LONGEST_PAUSE_MS), signal);
  }
}
