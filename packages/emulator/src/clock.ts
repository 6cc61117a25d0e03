/** The emulator's time: the machine's, moved by as much as a test wants. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Moves the clock by so many ms, back too. */
  advance(byMs: number): void;
  /** Sets the clock to an instant (epoch ms), from which it goes on. */
  set(at: number): void;
}

/** Puts a movable clock on top of another one. */
export function createClock(now: () => number): Clock {
  let offsetMs = 0;
  return {
    now: () => now() + offsetMs,
    advance(byMs) {
      offsetMs += byMs;
    },
    set(at) {
      offsetMs = at - now();
    },
  };
}
