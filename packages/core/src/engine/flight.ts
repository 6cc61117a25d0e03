/** One exchange from its start to its outcome: tries, waits, and tries again. */
import { type ErrorCode, isTokenError, TokenError } from "../errors.ts";
import type { EngineEvent, EngineLimits, Platform } from "../types.ts";
import { type Budget, retryInMs } from "./retry.ts";
import type { Expiring } from "./state.ts";
import type { Outcome } from "./store.ts";
import { anySignal, race } from "./wait.ts";

/** The engine's limits with their defaults filled in. */
export type Limits = { readonly [K in keyof Omit<EngineLimits, "maxPartitions">]-?: NonNullable<EngineLimits[K]> };

/** What a caller wants, handed on from hop to hop. */
export interface Call {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  readonly claims?: string | undefined;
  readonly request?: Request | undefined;
  /** Wait for a new value where others would be given the stale one. */
  readonly eager?: boolean | undefined;
  /** Shared by the hops of one exchange. */
  readonly budget?: Budget | undefined;
  /** For a refresh behind others' answers. */
  readonly background?: boolean | undefined;
}

/** The token that an exchange starts from, and how to give it back when the server calls it expired. */
export interface Prepared {
  readonly value: unknown;
  drop(): void;
}

/** How one hop is made. Engine and hops meet here and nowhere else. */
export interface Job<V> {
  readonly name: string;
  readonly hop: "source" | "target";
  /** What the hop before gives. Its failure is final here: that hop has its own retries. */
  prepare?(call: Call): Promise<Prepared>;
  /** One attempt. */
  step(prepared: unknown, call: Call, signal: AbortSignal): Promise<V>;
}

/** `EngineEvent` without what the engine adds. */
export type EventBody = EngineEvent extends infer E
  ? E extends EngineEvent
    ? Omit<E, "at" | "name" | "hop">
    : never
  : never;

/** What an exchange needs besides its job. */
export interface Cockpit {
  readonly platform: Platform;
  readonly limits: Limits;
  /** Whether a refusal may be replication lag; asked for each decision. */
  propagates(): boolean;
  emit(body: EventBody): void;
}

/** A failure that the engine itself sees. */
export function failureOf(step: string, code: ErrorCode, why: string): TokenError {
  return new TokenError(`Cannot finish ${step}: ${why}`, { code, recovery: "retry", step });
}

/** One attempt within its time. A step that ignores its signal is left behind. */
async function tryOnce<V extends Expiring>(
  job: Job<V>,
  prepared: unknown,
  call: Call,
  ms: number,
  platform: Platform,
): Promise<V> {
  const timer = new AbortController();
  const value = await race(job.step(prepared, call, anySignal(timer.signal, call.signal)), platform, ms, call.signal);
  if (value === undefined) {
    timer.abort();
    throw failureOf(job.name, "ERR_STEP_TIMEOUT", `no answer within ${ms} ms`);
  }
  if (value.expiresAt !== undefined && !(value.expiresAt > platform.now())) {
    throw failureOf(job.name, "ERR_CREDENTIAL_EXPIRED", "what it gave is expired");
  }
  return value;
}

/** What anything that was thrown is called from here on. A stranger's message may hold a token, so only its class is kept. */
function asTokenError(thrown: unknown, { name, hop }: Job<never>): TokenError {
  if (isTokenError(thrown)) return thrown;
  const code = hop === "source" ? "ERR_SOURCE_FAILED" : "ERR_EXCHANGE_FAILED";
  return failureOf(name, code, `it threw ${thrown instanceof Error ? thrown.name : typeof thrown}`);
}

/** Tries until there is a value, or nothing more to try. */
async function tryAll<V extends Expiring>(job: Job<V>, call: Call, budget: Budget, cockpit: Cockpit): Promise<V> {
  const { platform, limits } = cockpit;
  const { background = false, signal } = call;
  let renewable = job.prepare !== undefined;
  for (let failures = 1; ; failures++) {
    const prepared = await job.prepare?.(call);
    const leftMs = Math.min(limits.attemptTimeoutMs, budget.leftMs());
    try {
      return await tryOnce(job, prepared?.value, call, leftMs, platform);
    } catch (thrown) {
      const error = asTokenError(thrown, job as Job<never>);
      const propagates = cockpit.propagates();
      const random = platform.random();
      const delayMs = retryInMs({ error, failures, budget, background, renewable, propagates, random });
      if (delayMs === undefined || signal?.aborted) throw error;
      const { code, recovery } = error;
      cockpit.emit({ type: "retry", code, recovery, delayMs });
      if (recovery === "subject") {
        renewable = false;
        prepared?.drop();
      } else {
        budget.retries--;
        await platform.sleep(delayMs, anySignal(signal));
      }
    }
  }
}

/** One exchange. Never rejects. */
export function fly<V extends Expiring>(
  job: Job<V>,
  call: Call,
  budget: Budget,
  cockpit: Cockpit,
): Promise<Outcome<V>> {
  return tryAll(job, call, budget, cockpit).then(
    (value) => ({ value }),
    (thrown) => ({ error: asTokenError(thrown, job as Job<never>) }),
  );
}
