/** One retry policy: what each recovery leads to. */
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { bearer, errorOf, failure, fateOf, HOUR, MINUTE, settle, someSecret, type World, world } from "./support.ts";

/** When the target was asked, ms from the start. */
function askedAt({ target, clock }: World, until: number, answer: (call: number) => unknown): number[] {
  const start = clock.now();
  const times: number[] = [];
  target.answer = (call) => {
    times.push(clock.now() - start);
    const given = call <= until ? answer(call) : bearer(clock, HOUR);
    if (given instanceof Error) throw given;
    return given as ReturnType<typeof bearer>;
  };
  return times;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, recovery", () => {
    QUnit.test("retry: the same again, with full jitter, five times in all", async (assert) => {
      for (const [random, expected] of [
        [0.5, [0, 500, 1_500, 3_500, 7_500]],
        [0, [0, 0, 0, 0, 0]],
      ] as const) {
        const it = world({ random: () => random });
        const times = askedAt(it, 99, () => failure());
        const error = errorOf(it.provider.get());
        await it.clock.advance(MINUTE);
        assert.strictEqual((await error).code, "ERR_EXCHANGE_FAILED");
        assert.deepEqual(times, [...expected]);
        assert.strictEqual(it.source.calls, 1, "the identity token is used again");
      }
    });

    QUnit.test("retry: the caller of the first attempt gets what a later one brings", async (assert) => {
      const it = world();
      askedAt(it, 3, () => failure());
      const call = fateOf(it.provider.get());
      await it.clock.advance(MINUTE);
      assert.deepEqual([call.state, it.target.calls], ["given", 4]);
    });

    QUnit.test("Retry-After is waited for, and not a moment less", async (assert) => {
      const it = world();
      const times = askedAt(it, 1, () => failure({ retryAfterMs: 7_000 }));
      const call = fateOf(it.provider.get());
      await it.clock.advance(6_999);
      assert.deepEqual(times, [0]);
      await it.clock.advance(1);
      assert.deepEqual([times[1], call.state], [7_000, "given"]);
    });

    QUnit.test("Retry-After: 0 does not take the pause away", async (assert) => {
      const it = world();
      const times = askedAt(it, 4, () => failure({ retryAfterMs: 0 }));
      const call = fateOf(it.provider.get());
      await it.clock.advance(MINUTE);
      assert.strictEqual(call.state, "given");
      assert.deepEqual(times, [0, 500, 1_500, 3_500, 7_500]);
    });

    QUnit.test("a Retry-After beyond the deadline ends the exchange at once and is kept", async (assert) => {
      const { provider, target, clock } = world();
      target.answer = () => {
        throw failure({ retryAfterMs: 10 * MINUTE });
      };
      assert.strictEqual((await errorOf(provider.get())).retryAfterMs, 10 * MINUTE);
      await clock.advance(4 * MINUTE);
      const later = await errorOf(provider.get());
      assert.deepEqual([later.code, later.retryAfterMs, target.calls], ["ERR_EXCHANGE_FAILED", 6 * MINUTE, 1]);
      await clock.advance(6 * MINUTE);
      target.answer = () => bearer(clock, HOUR);
      assert.ok(await provider.get());
    });

    QUnit.test("subject: once more, at once, with a new identity token", async (assert) => {
      const it = world();
      const times = askedAt(it, 1, () => failure({ recovery: "subject" }));
      await it.provider.get();
      assert.deepEqual([times, it.source.calls], [[0, 0], 2]);
      const [first, second] = it.target.asked.map(({ subject }) => subject);
      assert.ok(first !== second);
      await it.provider.with({ scope: "other" }).get();
      assert.strictEqual(it.source.calls, 2, "the new one is kept");
    });

    QUnit.test("subject: not twice", async (assert) => {
      const it = world();
      const times = askedAt(it, 99, () => failure({ recovery: "subject" }));
      assert.strictEqual((await errorOf(it.provider.get())).recovery, "subject");
      assert.deepEqual([times, it.source.calls], [[0, 0], 2]);
    });

    QUnit.test("subject: a refresh behind others' answers does it too", async (assert) => {
      const it = world();
      await it.provider.get();
      await it.clock.advance(50 * MINUTE);
      it.target.answer = (call) => {
        if (call === 2) throw failure({ recovery: "subject" });
        return bearer(it.clock, HOUR);
      };
      await it.provider.get();
      await settle(it.clock);
      assert.strictEqual(it.target.calls, 3);
      assert.ok((await it.provider.get()).expiresAt > it.clock.now() + 50 * MINUTE);
    });

    QUnit.test("propagation: not where it never worked", async (assert) => {
      const it = world();
      const times = askedAt(it, 99, () => failure({ recovery: "propagation" }));
      await errorOf(it.provider.get());
      assert.deepEqual(times, [0]);
    });

    QUnit.test("propagation: retried where it worked before, in another scope too", async (assert) => {
      const it = world();
      await it.provider.get();
      it.provider.invalidate();
      const times = askedAt(it, 3, () => failure({ recovery: "propagation" }));
      const call = fateOf(it.provider.with({ scope: "other" }).get());
      await it.clock.advance(MINUTE);
      assert.deepEqual([call.state, times.length], ["given", 3]);
    });

    QUnit.test("propagation: an identity token alone is no proof that it worked", async (assert) => {
      const it = world();
      it.target.answer = (call) => {
        throw failure({ recovery: call === 1 ? "retry" : "propagation" });
      };
      const error = errorOf(it.provider.get());
      await it.clock.advance(MINUTE);
      await error;
      assert.deepEqual([it.source.calls, it.target.calls], [1, 2]);
    });

    QUnit.test("propagation: retried within the grace period from the first try on", async (assert) => {
      const it = world({ limits: { propagationGraceMs: 20_000 } });
      const times = askedAt(it, 99, () => failure({ recovery: "propagation" }));
      const get = async (): Promise<number> => {
        const before = times.length;
        const error = errorOf(it.provider.get());
        await it.clock.advance(16_000);
        await error;
        return times.length - before;
      };
      assert.strictEqual(await get(), 5, "within it");
      assert.strictEqual(await get(), 5, "still within it, the pause after a refusal over");
      await it.clock.advance(MINUTE);
      assert.strictEqual(await get(), 1, "after it");
    });

    QUnit.test("stop: not retried", async (assert) => {
      const it = world();
      const times = askedAt(it, 99, () => failure({ recovery: "stop" }));
      await errorOf(it.provider.get());
      await it.clock.advance(1_000);
      assert.deepEqual(times, [0]);
    });

    QUnit.test("what a stranger throws is retried, and only its class is told", async (assert) => {
      for (const hop of ["source", "target"] as const) {
        const it = world();
        it[hop].answer = () => {
          throw new RangeError(someSecret().reveal());
        };
        const error = errorOf(it.provider.get());
        await it.clock.advance(MINUTE);
        const { code, message, step } = await error;
        record("error", await error);
        assert.deepEqual([code, step], [hop === "source" ? "ERR_SOURCE_FAILED" : "ERR_EXCHANGE_FAILED", hop]);
        assert.ok(message.startsWith(`Cannot finish ${hop}: it threw RangeError (`), "not its message");
        assert.strictEqual(it[hop].calls, 5);
      }
    });
  });
};
