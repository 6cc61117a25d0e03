/** A clock for real sockets: it stands still while anything is under way, and then goes on to the next sleeper at once. */
import type { Platform } from "@tokenhop/core";

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** Time as the engine sees it. */
export interface SkippingClock extends Pick<Platform, "now" | "monotonic" | "sleep"> {
  /** When the next sleeper is due; infinite when none ever is. */
  readonly nextAt: number;
  /** Goes on to an instant of the monotonic clock and wakes who is due. */
  skipTo(at: number): void;
}

export function skippingClock(startAt: number): SkippingClock {
  let mono = 0;
  const sleepers = new Set<Sleeper>();
  return {
    now: () => startAt + mono,
    monotonic: () => mono,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        };
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal.removeEventListener("abort", stop);
          resolve();
        };
        const sleeper: Sleeper = { at: mono + ms, wake };
        if (signal.aborted) return stop();
        sleepers.add(sleeper);
        signal.addEventListener("abort", stop, { once: true });
      }),
    get nextAt() {
      return Math.min(...[...sleepers].map(({ at }) => at));
    },
    skipTo(at) {
      mono = Math.max(mono, at);
      const due = [...sleepers].filter((sleeper) => sleeper.at <= mono);
      for (const { wake } of due) wake();
    },
  };
}
