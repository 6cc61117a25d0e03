/** Clocks that jump, machines that sleep: no credential is given that has expired. */
import { manualClock } from "@tokenhop/core/testing";
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import { fateOf, HOUR, MINUTE, settle, world } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, clocks", () => {
    QUnit.test("a machine that slept for hours gives nothing expired, not even as it wakes", async (assert) => {
      for (const restMs of [0, 1, 500, 999, 1_000]) {
        const { provider, target, clock } = world();
        const first = await provider.get();
        await provider.get();
        await clock.advance(restMs);
        clock.suspend(3 * HOUR);
        assert.ok((await provider.get()) !== first, `${restMs}`);
        assert.strictEqual(target.calls, 2);
      }
    });

    QUnit.test("a wall clock that is set makes it look at the other one, and then go on as before", async (assert) => {
      for (const ms of [-HOUR, -1_001, -1, 1, 1_001, HOUR / 2]) {
        const { provider, target, clock } = world();
        const first = await provider.get();
        clock.jump(ms);
        for (let second = 0; second < 100; second++) {
          assert.ok((await provider.get()) === first, `${ms} and ${second} s`);
          await clock.advance(1_000);
        }
        assert.strictEqual(target.calls, 1);
      }
    });

    QUnit.test("a cached answer costs one look at one clock", async (assert) => {
      const looks = { now: 0, monotonic: 0 };
      const clock = manualClock();
      const counted = {
        ...clock,
        now: () => ++looks.now && clock.now(),
        monotonic: () => ++looks.monotonic && clock.monotonic(),
      };
      const { provider } = world({ clock: counted });
      await provider.get();
      await provider.get();
      looks.now = looks.monotonic = 0;
      await Promise.all(Array.from({ length: 10 }, () => provider.get()));
      assert.deepEqual(looks, { now: 10, monotonic: 0 });
    });

    QUnit.test("peek() reads both clocks", async (assert) => {
      const { provider, clock } = world();
      await provider.get();
      assert.ok(provider.peek());
      clock.suspend(3 * HOUR);
      assert.strictEqual(provider.peek(), undefined);
    });

    QUnit.test("a wall clock that is set back makes nothing last longer", async (assert) => {
      const { provider, target, clock } = world();
      const first = await provider.get();
      clock.jump(-5 * HOUR);
      assert.ok((await provider.get()) === first && provider.peek() === first, "nor does it cost anything");
      await clock.advance(HOUR);
      assert.ok((await provider.get()) !== first);
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("a wall clock that is set forward costs one exchange", async (assert) => {
      const { provider, source, target, clock } = world();
      await provider.get();
      clock.jump(5 * HOUR);
      await provider.get();
      for (let minute = 0; minute < 40; minute++) {
        await provider.get();
        await clock.advance(MINUTE);
      }
      assert.deepEqual([source.calls, target.calls], [2, 2]);
    });

    QUnit.test("a wall clock that is wrong from the start makes no difference", async (assert) => {
      const { provider, target, clock } = world();
      clock.jump(-30 * 365 * 24 * HOUR);
      const first = await provider.get();
      await clock.advance(40 * MINUTE);
      assert.ok((await provider.get()) === first);
      await clock.advance(20 * MINUTE);
      assert.ok((await provider.get()) !== first);
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("any mixture of time, sleep and jumps", async (assert) => {
      const HOURS = fc.integer({ min: -5 * HOUR, max: 5 * HOUR });
      const step = fc.oneof(
        fc.record({ type: fc.constant<"advance">("advance"), ms: fc.integer({ min: 0, max: 30 * MINUTE }) }),
        fc.record({ type: fc.constant<"suspend">("suspend"), ms: fc.integer({ min: 0, max: 3 * HOUR }) }),
        fc.record({ type: fc.constant<"jump">("jump"), ms: HOURS }),
      );
      const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { provider, clock } = world();
        const born = new Map<object, number>();
        let real = 0;
        for (const { type, ms } of steps) {
          await clock[type](ms);
          if (type !== "jump") real += ms;
          const call = fateOf(provider.get());
          await settle(clock);
          if (call.value === undefined) return false;
          if (!born.has(call.value)) born.set(call.value, real);
          if (real - (born.get(call.value) as number) >= HOUR) return false;
        }
        return true;
      });
      await fc.assert(property, { numRuns: 300, seed: 2 });
      assert.ok(true);
    });
  });
};
