/** Clocks that jump, machines that sleep: no credential is given that has expired. */
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import { fateOf, HOUR, MINUTE, settle, world } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, clocks", () => {
    QUnit.test(
      "a machine that slept for hours gives nothing expired beyond the second that it trusts one clock",
      async (assert) => {
        const { provider, target, clock } = world();
        const first = await provider.get();
        await provider.get();
        clock.suspend(3 * HOUR);
        await clock.advance(1_000);
        assert.ok((await provider.get()) !== first);
        assert.strictEqual(target.calls, 2);
      },
    );

    QUnit.test("it never trusts one clock for more than that second", async (assert) => {
      for (const restMs of [1, 500, 999, 1_000]) {
        const { provider, clock } = world();
        const first = await provider.get();
        await clock.advance(MINUTE);
        await provider.get();
        await clock.advance(restMs);
        clock.suspend(3 * HOUR);
        await clock.advance(1_000 - restMs);
        assert.ok((await provider.get()) !== first, `${restMs}`);
      }
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
      await clock.advance(1_000);
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
          // The second in which one clock alone is trusted.
          await clock.advance(1_000);
          real += 1_000;
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
