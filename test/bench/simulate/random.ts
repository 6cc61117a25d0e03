/** Chance that is the same in every run: a small generator with a seed, and what is drawn from it. */

/** Uniform in [0, 1). */
export type Random = () => number;

/** A generator of the xorshift family (Marsaglia) with 128 bits of state, filled from one number. */
export function seeded(seed: number): Random {
  let word = seed >>> 0;
  const fill = (): number => {
    word = (Math.imul(word ^ (word >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return word | 0;
  };
  let [a, b, c, d] = [fill(), fill(), fill(), fill()];
  const next: Random = () => {
    const mixed = a ^ (a << 11);
    a = b;
    b = c;
    c = d;
    d = d ^ (d >>> 19) ^ mixed ^ (mixed >>> 8);
    return (d >>> 0) / 2 ** 32;
  };
  // Seeds that are near each other start near each other.
  for (let turn = 0; turn < 20; turn++) next();
  return next;
}

/** Uniform between two numbers. */
export const between = (random: Random, min: number, max: number): number => min + (max - min) * random();

/** When the callers of one instance call. */
export interface Calls {
  /** The first call after an instant, for an instance. */
  after(instance: number, ms: number): number;
  /** On average. */
  readonly everyMs: number;
}

/** Calls that know nothing of each other: what happened before an instant says nothing about the first one after it. */
export function poissonCalls(everyMs: number, random: Random): Calls {
  return { everyMs, after: (_instance, ms) => ms - Math.log(1 - random()) * everyMs };
}

/** Calls like a clock's, each instance with a beat of its own. */
export function fixedCalls(everyMs: number, offsetMs: (instance: number) => number): Calls {
  const after = (instance: number, ms: number): number => {
    const offset = offsetMs(instance);
    return offset + Math.max(0, Math.floor((ms - offset) / everyMs) + 1) * everyMs;
  };
  return { everyMs, after };
}
