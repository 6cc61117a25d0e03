/** Waiting that always ends: for a signal, a time, or both. */
import type { Platform } from "../types.ts";

export const FOREVER_MS: number = Number.POSITIVE_INFINITY;

/** The signals that are there, as one. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter(Boolean) as AbortSignal[]);
}

/**
 * Waits for a promise, but no longer than `ms` (then it gives undefined) and only until the signal aborts (then it rejects
 * with the signal's reason). The promise itself goes on: ending one's own wait never ends the work of others.
 */
export async function race<T extends object | null>(
  promise: Promise<T>,
  platform: Platform,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  if (ms === FOREVER_MS && !signal) return promise;
  const done = new AbortController();
  const late = platform.sleep(ms, anySignal(done.signal, signal)).then(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    // The sleep rejects now; Promise.race has taken it over, so nobody is told.
    done.abort();
  }
}
