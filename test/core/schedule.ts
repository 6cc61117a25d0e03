/** When a credential is refreshed. */
import type { EngineLimits, RefreshInput, RefreshPolicy } from "@tokenhop/core";
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import { bearer, errorOf, HOUR, MINUTE, settle, world } from "./support.ts";

interface Given {
  readonly lifetimeMs: number;
  readonly refreshInMs?: number | undefined;
  readonly random?: number;
  readonly refresh?: "default" | "tokenex" | RefreshPolicy;
  readonly limits?: EngineLimits;
}

/** After how many ms the first refresh starts, found by halving: a fresh provider is asked once at a time. */
async function refreshedAfterMs({ lifetimeMs, refreshInMs, random = 0.5, refresh, limits }: Given): Promise<number> {
  const isDueAt = async (ms: number): Promise<boolean> => {
    const { provider, target, clock } = world({ refresh, limits, random: () => random });
    target.answer = () => bearer(clock, lifetimeMs, refreshInMs);
    await provider.get();
    await clock.advance(ms);
    void provider.get();
    await settle(clock);
    return target.calls > 1;
  };
  let [early, late] = [0, lifetimeMs];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (await isDueAt(middle)) late = middle;
    else early = middle;
  }
  return late;
}

const near = (actual: number, expected: number): boolean => Math.abs(actual - expected) <= 1;

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, refresh time", () => {
    QUnit.test("is 70 % to 85 % of the lifetime by default", async (assert) => {
      for (const lifetimeMs of [HOUR, 24 * HOUR, 5 * MINUTE]) {
        const times = [];
        for (const random of [0, 0.5, 0.999999]) times.push(await refreshedAfterMs({ lifetimeMs, random }));
        const shares = times.map((time) => Math.round((1_000 * time) / lifetimeMs) / 1_000);
        assert.deepEqual(shares, [0.7, 0.775, 0.85], `${lifetimeMs}`);
      }
    });

    QUnit.test("is the issuer's advice where there is one", async (assert) => {
      const at = await refreshedAfterMs({ lifetimeMs: 24 * HOUR, refreshInMs: 12 * HOUR });
      assert.ok(near(at, 12 * HOUR), `${at}`);
    });

    QUnit.test("is not an advice that lies in the past, which would ask without end", async (assert) => {
      for (const refreshInMs of [0, -1, -HOUR, Number.NaN]) {
        const at = await refreshedAfterMs({ lifetimeMs: HOUR, refreshInMs });
        assert.ok(at >= 0.7 * HOUR - 1, `${refreshInMs}: ${at}`);
      }
    });

    QUnit.test("is never later than the margin, whatever the advice", async (assert) => {
      assert.ok(near(await refreshedAfterMs({ lifetimeMs: HOUR, refreshInMs: 2 * HOUR }), HOUR - 10_000));
    });

    // The numbers of tokenex itself, written down from its source: a fifth, 1 to 5 minutes, plus up to a tenth of that.
    const tokenex: readonly (readonly [minutes: number, random: number, expectedMs: number])[] = [
      [60, 0, 55 * MINUTE],
      [60, 0.999999, 54.5 * MINUTE],
      [15, 0, 12 * MINUTE],
      [15, 0.999999, 11.7 * MINUTE],
      [3, 0, 2 * MINUTE],
      [3, 0.999999, 1.9 * MINUTE],
      [10, 0.5, 10 * MINUTE - 2.1 * MINUTE],
      // It leaves no margin at all below two minutes; ours stays.
      [2, 0.5, 110_000],
      [1, 0.5, 54_000],
    ];
    for (const [minutes, random, expectedMs] of tokenex) {
      QUnit.test(`of the preset tokenex for ${minutes} minutes and chance ${random}`, async (assert) => {
        const at = await refreshedAfterMs({ lifetimeMs: minutes * MINUTE, random, refresh: "tokenex" });
        assert.ok(near(at, expectedMs), `${at} instead of ${expectedMs}`);
      });
    }

    QUnit.test("is what a function of the user's says, which is told everything", async (assert) => {
      const told: RefreshInput[] = [];
      const refresh = (input: RefreshInput): number => {
        told.push(input);
        return input.lifetimeMs / 4;
      };
      const at = await refreshedAfterMs({ lifetimeMs: HOUR, refreshInMs: MINUTE, random: 0.25, refresh });
      assert.ok(near(at, HOUR / 4), `${at}`);
      assert.ok(told.some(({ lifetimeMs }) => lifetimeMs === HOUR));
      assert.deepEqual(
        told.find(({ refreshInMs }) => refreshInMs !== undefined),
        { lifetimeMs: HOUR, refreshInMs: MINUTE, random: 0.25 },
      );
    });

    QUnit.test("survives a function of the user's that fails", async (assert) => {
      const broken: Readonly<Record<string, RefreshPolicy>> = {
        throws: () => {
          throw new Error("oops");
        },
        "gives no number": () => Number.NaN,
        "gives less than nothing": () => -1,
      };
      for (const [name, refresh] of Object.entries(broken)) {
        const at = await refreshedAfterMs({ lifetimeMs: HOUR, refresh });
        assert.ok(at >= 0.7 * HOUR - 1, `${name}: ${at}`);
      }
    });

    QUnit.test("a credential of seconds is used for at least nine tenths of them", async (assert) => {
      for (const lifetimeMs of [1_000, 3_000, 10_000, 50_000]) {
        const { provider, target, clock } = world({ lifetimeMs });
        const first = await provider.get();
        target.answer = () => new Promise(() => undefined);
        await clock.advance(0.9 * lifetimeMs - 1);
        assert.ok(provider.peek() === first && (await provider.get()) === first, `${lifetimeMs}`);
        await clock.advance(1);
        assert.strictEqual(provider.peek(), undefined);
      }
    });

    QUnit.test("the margin is the option's, for what lives long enough", async (assert) => {
      const { provider, clock } = world({ limits: { marginMs: MINUTE } });
      await provider.get();
      await clock.advance(HOUR - MINUTE - 1);
      assert.ok(provider.peek());
      await clock.advance(1);
      assert.strictEqual(provider.peek(), undefined);
    });

    QUnit.test("for any lifetime, advice and chance it lies between receipt and margin", async (assert) => {
      const property = fc.asyncProperty(
        fc.integer({ min: 100, max: 100 * HOUR }),
        fc.option(fc.integer({ min: -HOUR, max: 100 * HOUR }), { nil: undefined }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.constantFrom<"default" | "tokenex">("default", "tokenex"),
        async (lifetimeMs, refreshInMs, random, refresh) => {
          const { provider, target, clock } = world({ refresh, random: () => random });
          target.answer = () => bearer(clock, lifetimeMs, refreshInMs);
          await provider.get();
          void provider.get();
          await settle(clock);
          const early = target.calls - 1;
          await clock.advance(lifetimeMs - Math.min(10_000, lifetimeMs / 10));
          void provider.get();
          await settle(clock);
          return early === 0 && target.calls > 1;
        },
      );
      await fc.assert(property, { numRuns: 200, seed: 1 });
      assert.ok(true);
    });

    QUnit.test("what has expired on arrival is not taken, nor what ends at no time", async (assert) => {
      for (const lifetimeMs of [0, -1, -HOUR, Number.NaN]) {
        const { provider, target, clock } = world({ limits: { attempts: 2 } });
        target.answer = () => bearer(clock, lifetimeMs);
        const error = errorOf(provider.get());
        await clock.advance(20_000);
        assert.deepEqual([(await error).code, target.calls], ["ERR_CREDENTIAL_EXPIRED", 2], `${lifetimeMs}`);
      }
    });
  });
};
