/**
 * The engine's rules, written down a second time from what the documentation says of them. The simulation shares no code with
 * the engine but the policy, so that a test can compare the two.
 */
import type { Random } from "./random.ts";

/** The engine's numbers, all at their defaults. */
export interface Rules {
  /** This close to its end a credential is not given without trying for a new one... */
  readonly marginMs: number;
  /** ...nor in the last part of a short lifetime. */
  readonly marginShare: number;
  /** Tries of an exchange that somebody waits for. One behind an answer is tried once. */
  readonly attempts: number;
  /** The longest one exchange may take over all its tries. */
  readonly deadlineMs: number;
  /** Full jitter between the tries of one exchange, doubled each time. They end before the engine's cap of it is reached. */
  readonly retryBaseMs: number;
  /** Full jitter between exchanges that failed. */
  readonly failedBaseMs: number;
  readonly failedCapMs: number;
  /** Between half and all of this after an exchange that was refused. */
  readonly refusedBaseMs: number;
  readonly refusedCapMs: number;
}

export const defaultRules: Rules = {
  marginMs: 10_000,
  marginShare: 0.1,
  attempts: 5,
  deadlineMs: 90_000,
  retryBaseMs: 1_000,
  failedBaseMs: 1_000,
  failedCapMs: 60_000,
  refusedBaseMs: 10_000,
  refusedCapMs: 300_000,
};

/** What a server says when it gives no credential. */
export interface Refusal {
  /** Whether another try may help. */
  readonly recovery: "retry" | "stop";
  readonly retryAfterMs?: number | undefined;
}

const doubled = (baseMs: number, capMs: number, failures: number): number =>
  Math.min(capMs, baseMs * 2 ** (failures - 1));

/** How long an exchange waits before its next try; undefined when it gives up. */
export function nextTryInMs(
  rules: Rules,
  { recovery, retryAfterMs }: Refusal,
  { background, failures }: { readonly background: boolean; readonly failures: number },
  leftMs: number,
  random: Random,
): number | undefined {
  if (recovery === "stop" || background || failures >= rules.attempts) return undefined;
  const ms = retryAfterMs ?? random() * doubled(rules.retryBaseMs, Number.POSITIVE_INFINITY, failures);
  return ms < leftMs ? ms : undefined;
}

/** How long nothing is tried after that many failed exchanges, and whether callers without a credential fail at once. */
export function pauseAfter(
  rules: Rules,
  { recovery, retryAfterMs }: Refusal,
  failures: number,
  random: Random,
): { readonly ms: number; readonly hard: boolean } {
  const stop = recovery === "stop";
  const jitterMs = stop
    ? ((1 + random()) / 2) * doubled(rules.refusedBaseMs, rules.refusedCapMs, failures)
    : random() * doubled(rules.failedBaseMs, rules.failedCapMs, failures);
  return { ms: retryAfterMs ?? jitterMs, hard: stop || retryAfterMs !== undefined };
}
