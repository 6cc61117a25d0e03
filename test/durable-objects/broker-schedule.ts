/** When a broker renews and isolates ask again: pure functions, in random order. */
import fc from "fast-check";
import {
  comeBackMs,
  keepMs,
  notYetAt,
  type Plan,
  planOf,
  retryAt,
} from "../../packages/durable-objects/src/broker/schedule.ts";
import type { Suite } from "../harness.ts";

const NOW = Date.UTC(2026, 0, 1);
const lifetime = fc.integer({ min: 10_000, max: 48 * 3_600_000 });
const uniform = fc.double({ min: 0, max: 0.999999, noNaN: true });
const turn = fc.integer({ min: 0, max: 100_000 });

/** Says what is wrong, for the first case in which something is. */
const holds = (property: fc.IProperty<never> | fc.IPropertyWithHooks<never>): string => {
  const details = fc.check(property as fc.IProperty<unknown>, { seed: 6, numRuns: 500 });
  return details.failed ? `${JSON.stringify(details.counterexample)} ${details.errorInstance}` : "";
};

const plan = (lifetimeMs: number, random: number, refreshInMs?: number): Plan =>
  planOf({ expiresAt: NOW + lifetimeMs, refreshAt: refreshInMs && NOW + refreshInMs }, NOW, random);

export const suite: Suite = (QUnit) => {
  QUnit.module("broker, schedule", () => {
    QUnit.test("an hour is due after 51:36 to 52:48, and asked for from 36:36 on", (assert) => {
      const [early, late] = [plan(3_600_000, 0), plan(3_600_000, 0.999999)];
      assert.deepEqual([early.dueAt - NOW, early.windowAt - NOW], [3_096_000, 2_196_000]);
      assert.deepEqual([late.dueAt - NOW, Math.round(late.windowAt - NOW)], [3_168_000, 2_268_000]);
    });

    QUnit.test("what the issuer advises counts when it is earlier, and only then", (assert) => {
      assert.strictEqual(plan(3_600_000, 0, 1_800_000).dueAt - NOW, 1_800_000);
      assert.strictEqual(plan(3_600_000, 0, 3_500_000).dueAt - NOW, 3_096_000);
      assert.strictEqual(plan(3_600_000, 0, -1).dueAt - NOW, 3_096_000);
      // Its window is the second half of the time until then, where a quarter of the lifetime would be more than that.
      assert.strictEqual(plan(3_600_000, 0, 600_000).windowAt - NOW, 300_000);
    });

    QUnit.test("the window begins after the credential and ends before it does", (assert) => {
      const property = fc.property(lifetime, uniform, fc.option(uniform), (lifetimeMs, random, advice) => {
        const { windowAt, dueAt, expiresAt } = plan(
          lifetimeMs,
          random,
          advice === null ? undefined : advice * lifetimeMs,
        );
        return NOW < windowAt && windowAt < dueAt && dueAt < expiresAt && dueAt - windowAt <= lifetimeMs / 4 + 1;
      });
      assert.strictEqual(holds(property as never), "");
    });

    QUnit.test("who asks before the window comes back in its first half", (assert) => {
      const property = fc.property(
        lifetime,
        uniform,
        uniform,
        uniform,
        turn,
        (lifetimeMs, first, random, when, turns) => {
          const one = plan(lifetimeMs, first);
          const now = NOW + when * (one.windowAt - NOW);
          const backAt = now + comeBackMs(one, now, random, turns);
          return backAt >= one.windowAt && backAt <= (one.windowAt + one.dueAt) / 2;
        },
      );
      assert.strictEqual(holds(property as never), "");
    });

    QUnit.test("at a moment of its own", (assert) => {
      const hour = plan(3_600_000, 0);
      assert.deepEqual(
        [0, 0.5, 0.8].map((random) => comeBackMs(hour, NOW, random, 9)),
        [2_196_000, 2_421_000, 2_556_000],
      );
    });

    QUnit.test("who asks later comes back when it is due and well before the end, the first at once", (assert) => {
      const property = fc.property(lifetime, uniform, uniform, turn, (lifetimeMs, first, when, turns) => {
        const one = plan(lifetimeMs, first);
        const now = one.windowAt + when * (one.expiresAt - one.windowAt - 100);
        const backAt = now + comeBackMs(one, now, 0, turns);
        const from = Math.max(now, one.dueAt);
        const leftMs = one.expiresAt - from;
        return backAt >= from && backAt <= from + Math.max(10, leftMs / 2) && backAt < one.expiresAt;
      });
      assert.strictEqual(holds(property as never), "");
      const hour = plan(3_600_000, 0);
      const late = hour.dueAt - 1_000;
      assert.deepEqual(
        [0, 1, 2, 11_000].map((turns) => comeBackMs(hour, late, 0.9, turns)),
        [2_000, 2_010, 2_020, 112_000],
      );
    });

    QUnit.test("a thousand isolates come back one after the other", (assert) => {
      const hour = plan(3_600_000, 0);
      const backs = Array.from({ length: 1_000 }, (_, turns) => comeBackMs(hour, hour.windowAt, 0.5, turns));
      const inOneSecond = backs.filter((ms) => ms < (backs[0] as number) + 1_000).length;
      assert.deepEqual([new Set(backs).size, inOneSecond], [1_000, 100]);
    });

    QUnit.test("an isolate keeps what it holds beyond an eviction only if that lasts until it comes back", (assert) => {
      const property = fc.property(
        lifetime,
        fc.integer({ min: -10_000, max: 172_800_000 }),
        turn,
        (dueMs, moreMs, turns) => {
          const expiresInMs = Math.max(1, dueMs + moreMs);
          const backMs = keepMs(NOW + dueMs, expiresInMs, NOW, turns);
          if (backMs === undefined) return moreMs < expiresInMs / 2;
          return backMs >= dueMs && backMs < expiresInMs - Math.min(10_000, expiresInMs / 10);
        },
      );
      assert.strictEqual(holds(property as never), "");
      assert.strictEqual(keepMs(NOW, 3_600_000, NOW, 0), undefined);
      assert.strictEqual(keepMs(NOW - 1, 3_600_000, NOW, 0), undefined);
      assert.strictEqual(keepMs(NOW + 60_000, 59_000, NOW, 0), undefined);
      assert.strictEqual(keepMs(NOW + 60_000, 600_000, NOW, 0), 61_000);
    });

    QUnit.test("after a failure it tries again, never before it may, never when it is over", (assert) => {
      const retryAfter = fc.option(fc.integer({ min: 1, max: 600_000 }), { nil: undefined });
      const property = fc.property(
        lifetime,
        uniform,
        uniform,
        retryAfter,
        (lifetimeMs, first, random, retryAfterMs) => {
          const one = plan(lifetimeMs, first);
          const leftMs = one.expiresAt - one.dueAt;
          const at = retryAt(one, one.dueAt, random, retryAfterMs);
          const leastMs = retryAfterMs ?? Math.min(500, leftMs);
          if (at === undefined) return leastMs >= leftMs || leftMs <= 1_000;
          const mostMs = retryAfterMs ?? Math.min(60_000, Math.max(1_000, leftMs / 4));
          return at - one.dueAt >= leastMs && at - one.dueAt <= mostMs + 1 && at < one.expiresAt;
        },
      );
      assert.strictEqual(holds(property as never), "");
    });

    QUnit.test("what another policy finds due later is looked at more and more often, and not for ever", (assert) => {
      const property = fc.property(lifetime, uniform, (lifetimeMs, random) => {
        let { dueAt, expiresAt, windowAt } = plan(lifetimeMs, random);
        let looks = 0;
        for (; dueAt < expiresAt; looks++) dueAt = notYetAt({ windowAt, dueAt, expiresAt }, dueAt);
        return looks <= 20;
      });
      assert.strictEqual(holds(property as never), "");
    });
  });
};
