/** Pairs of measurements, alternating: whatever slows the machine down slows both. */
import type { App, Kind } from "./contestant.ts";

/** How much of the processor both apps took for the same number of requests, in ms. */
export interface Pair {
  readonly "no-op": number;
  readonly downstream: number;
}

/** How much is measured. */
export interface Effort {
  readonly pairs: number;
  /** How long each half of a pair takes, roughly. */
  readonly batchMs: number;
  readonly warmUpMs: number;
}

/** Serves as many requests as it is told, one after the other, and says how much of the processor that took, in ms. */
export type Batch = (kind: Kind, requests: number) => Promise<number>;

/** A batch in this process. Its own time and not that on the wall: whatever else the machine does is none of its business. */
export function batchOf(apps: Readonly<Record<Kind, App>>): Batch {
  return async (kind, requests) => {
    const app = apps[kind];
    const before = process.cpuUsage();
    for (let count = 0; count < requests; count++) await app.once();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
}

/** How many requests take the time of a batch, once both apps are warm. */
async function calibrate(batch: Batch, { batchMs, warmUpMs }: Effort): Promise<number> {
  let requests = 100;
  let took = 0;
  for (let spent = 0; spent < warmUpMs; ) {
    const times = [await batch("no-op", requests), await batch("downstream", requests)];
    took = Math.min(...times);
    spent += Math.max(...times) * 2;
    if (took < batchMs / 2) requests *= 2;
  }
  return Math.max(10, Math.round((requests * batchMs) / Math.max(took, 0.1)));
}

/** Every second pair begins with the other one. */
export async function measurePairs(
  batch: Batch,
  effort: Effort,
): Promise<{ requests: number; pairs: readonly Pair[] }> {
  const requests = await calibrate(batch, effort);
  const pairs: Pair[] = [];
  for (let round = 0; round < effort.pairs; round++) {
    const order: readonly Kind[] = round % 2 === 0 ? ["no-op", "downstream"] : ["downstream", "no-op"];
    const times = { "no-op": 0, downstream: 0 };
    for (const kind of order) times[kind] = await batch(kind, requests);
    pairs.push(times);
  }
  return { requests, pairs };
}
