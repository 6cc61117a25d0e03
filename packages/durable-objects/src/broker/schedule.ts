/**
 * When a credential is renewed and when isolates ask again, as pure functions: instants (epoch ms) and a random number in, instants
 * or durations out.
 *
 * A credential of lifetime L is due at 0.86 L to 0.88 L, or when its issuer advises it earlier. The last quarter of its life before
 * that is its window. Isolates come back in the first half of the window: whoever comes in it will need the next credential, and
 * that is the demand for which the object has itself woken when the credential is due. Then they come back shortly after it is due,
 * each in its turn. Where nobody comes in the window no alarm is ever set, so the last one rings within L of the last question.
 */

/** What a credential says of its time. */
export interface Lifespan {
  readonly expiresAt: number;
  readonly refreshAt?: number | undefined;
}

/** What is planned for one credential. */
export interface Plan {
  /** From here on a question is demand. */
  readonly windowAt: number;
  readonly dueAt: number;
  readonly expiresAt: number;
}

/** Beyond the latest that the engine's own policy chooses: what is due here, is due there. */
const LATEST = 0.86;
/** So that what was obtained together is not renewed together. */
const JITTER = 0.02;
const WINDOW = 0.25;
/** How long whoever comes back first gives the renewal. At most an eighth of what is left then. */
const PAUSE_MS = 1_000;
/** Isolates come back one by one. At most for a quarter of what is left then. */
const TURN_MS = 10;
/** The engine's margin: a caller waits when no more than this is left, or a tenth. */
const MARGIN_MS = 10_000;
const LEAST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** Plans a credential that was obtained now. */
export function planOf({ expiresAt, refreshAt }: Lifespan, now: number, random: number): Plan {
  const lifetimeMs = expiresAt - now;
  const adviceMs = (refreshAt as number) - now;
  const wantedMs = adviceMs > 0 ? Math.max(adviceMs, LEAST_WAIT_MS) : lifetimeMs;
  const baseMs = Math.min(wantedMs, LATEST * lifetimeMs);
  const dueMs = baseMs + JITTER * lifetimeMs * random;
  const windowMs = Math.min(WINDOW * lifetimeMs, dueMs / 2);
  return { windowAt: now + dueMs - windowMs, dueAt: Math.ceil(now + dueMs), expiresAt };
}

/**
 * In how many ms an isolate asks again.
 *
 * @param turn How many were sent away for this credential before: from the window on they come back one behind the other.
 */
export function comeBackMs({ windowAt, dueAt, expiresAt }: Plan, now: number, random: number, turn: number): number {
  if (now < windowAt) return windowAt - now + (random * (dueAt - windowAt)) / 2;
  const from = Math.max(now, dueAt);
  const leftMs = expiresAt - from;
  const queueMs = (turn * TURN_MS) % Math.max(TURN_MS, leftMs / 4);
  return from - now + Math.min(PAUSE_MS, leftMs / 8) + queueMs;
}

/**
 * In how many ms an isolate asks again that holds a credential of which the object knows no more than when one is due: it was
 * evicted meanwhile. Undefined when that credential would not do until then.
 */
export function keepMs(dueAt: number, expiresInMs: number, now: number, turn: number): number | undefined {
  if (dueAt <= now) return undefined;
  const backMs = comeBackMs({ windowAt: now, dueAt, expiresAt: now + expiresInMs }, now, 0, turn);
  return backMs < expiresInMs - Math.min(MARGIN_MS, expiresInMs / 10) ? backMs : undefined;
}

/** When to look again at a credential whose provider has another idea of when it is due: later, and each time sooner. */
export function notYetAt({ expiresAt }: Plan, now: number): number {
  return Math.ceil(now + Math.max(LEAST_WAIT_MS, (expiresAt - now) / 2));
}

/** When to try again after a failure, as long as the credential lasts. */
export function retryAt(
  { expiresAt }: Plan,
  now: number,
  random: number,
  retryAfterMs: number | undefined,
): number | undefined {
  const capMs = Math.min(LONGEST_WAIT_MS, Math.max(LEAST_WAIT_MS, (expiresAt - now) / 4));
  const at = Math.ceil(now + (retryAfterMs ?? (capMs * (1 + random)) / 2));
  return at < expiresAt ? at : undefined;
}
