/** What pairs of measurements come to. */

/** A median and where it lies with a probability of 95 %. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** As many pairs as it takes for an interval worth its name. */
export const ENOUGH_PAIRS = 30;

const at = (sorted: readonly number[], index: number): number =>
  sorted[Math.max(0, Math.min(sorted.length - 1, index))] ?? NaN;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (at(sorted, Math.floor((sorted.length - 1) / 2)) + at(sorted, Math.ceil((sorted.length - 1) / 2))) / 2;
}

/**
 * The interval of a median by order statistics: of how the values are distributed it assumes nothing, so a round in which the
 * machine did something else moves it by one place and no more.
 */
export function intervalOf(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const reach = 1.96 * Math.sqrt(sorted.length) * 0.5;
  const low = Math.floor(sorted.length / 2 - reach);
  const high = Math.ceil(sorted.length / 2 + reach) - 1;
  return { median: median(values), low: at(sorted, low), high: at(sorted, high) };
}
