/**
 * A copy of something public, kept in an isolate. Requests share settled values only: a promise belongs to the request that made
 * it, and whoever waits for another one's may wait for ever.
 */

/** How long a copy is good, in milliseconds. */
export interface CopyTimes {
  /** How long it is served without asking. */
  readonly freshMs: number;
  /** How long it is served when nobody answers. */
  readonly staleMs: number;
}

/** How `load` is treated, in milliseconds. */
export interface LoadTimes {
  /** How long nobody is asked after a failure. */
  readonly restMs: number;
  /** How long another request that asks is waited for. It may have ended. */
  readonly waitMs: number;
}

/** Something, and when it was there. */
export interface Kept<T> {
  readonly value: T;
  /** Epoch ms. */
  readonly at: number;
}

const TICK_MS = 20;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Nothing is from the future: a clock that was set back ends whatever it measured. */
function isWithin(kept: Kept<unknown> | undefined, ms: number): boolean {
  const ageMs = kept ? Date.now() - kept.at : -1;
  return ageMs >= 0 && ageMs < ms;
}

/**
 * Gives what `load` gave last, and asks again once that is old: one request at a time, however many want it. Call the result with
 * a `load` that ends by itself.
 *
 * It fails as `load` did, and only without a copy.
 *
 * @param timesOf How long a value is good.
 */
export function createKeptCopy<T>(
  { restMs, waitMs }: LoadTimes,
  timesOf: (value: T) => CopyTimes,
): (load: () => Promise<T>) => Promise<Kept<T>> {
  let copy: Kept<T> | undefined;
  let failure: Kept<unknown> | undefined;
  let asking: Kept<unknown> | undefined;

  async function ask(load: () => Promise<T>): Promise<Kept<T> | undefined> {
    const mine = { value: load, at: Date.now() };
    asking = mine;
    try {
      const got = { value: await load(), at: Date.now() };
      copy = got;
      failure = undefined;
      return got;
    } catch (error) {
      failure = { value: error, at: Date.now() };
      return undefined;
    } finally {
      if (asking === mine) asking = undefined;
    }
  }

  return async (load) => {
    for (;;) {
      const isAsked = isWithin(asking, waitMs);
      const rests = isWithin(failure, restMs);
      const { freshMs, staleMs } = copy ? timesOf(copy.value) : { freshMs: 0, staleMs: 0 };
      if (copy && isWithin(copy, isAsked || rests ? staleMs : freshMs)) return copy;
      if (isAsked) {
        await pause(TICK_MS);
        continue;
      }
      if (rests) throw failure?.value;
      const got = await ask(load);
      if (got) return got;
    }
  };
}
