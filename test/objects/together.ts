/** Scenes that take their time, all played at once. Each gives what it came to, and that is compared with what it was to come to. */
import type { QUnitLike } from "../harness.ts";
import { once } from "../workerd/results.ts";

export interface Play {
  readonly says: string;
  readonly play: () => Promise<unknown>;
  readonly expected: unknown;
}

/** Registers a test for each. They begin with the first test; `end` comes after the last one. */
export function playTogether(QUnit: QUnitLike, name: string, plays: readonly Play[], end?: () => Promise<void>): void {
  const start = once(async () => plays.map(({ play }) => Promise.allSettled([play()])));
  let left = plays.length;
  QUnit.module(name, () => {
    for (const [at, { says, expected }] of plays.entries()) {
      QUnit.test(says, async (assert) => {
        const [result] = (await (await start())[at]) ?? [];
        left--;
        if (left === 0) await end?.();
        if (result?.status === "rejected") throw result.reason;
        assert.deepEqual(result?.value, expected);
      });
    }
  });
}
