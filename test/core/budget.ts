/** What one exchange may spend: attempts and time, over all its hops. */
import { federate, TokenError } from "@tokenhop/core";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import type { Suite } from "../harness.ts";
import { bearer, errorOf, failure, fateOf, HOUR, MINUTE, settle, someSecret, world } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, what an exchange may spend", () => {
    QUnit.test("attempts are counted over both hops", async (assert) => {
      const it = world({ limits: { attempts: 4 } });
      it.source.answer = (call) => {
        if (call < 3) throw failure({ code: "ERR_SOURCE_FAILED" });
        return { token: someSecret() };
      };
      it.target.answer = () => {
        throw failure();
      };
      const error = errorOf(it.provider.get());
      await it.clock.advance(MINUTE);
      assert.strictEqual((await error).code, "ERR_EXCHANGE_FAILED");
      assert.deepEqual([it.source.calls, it.target.calls], [4, 2], "3 retries: 2 at the source, 1 at the target");
    });

    QUnit.test("attempts and time are counted over a provider as first hop, too", async (assert) => {
      const first = world({ limits: { attempts: 5 } });
      const second = world({ clock: first.clock, from: first.provider, limits: { attempts: 3, deadlineMs: 5_000 } });
      first.target.answer = () => {
        throw failure();
      };
      const error = errorOf(second.provider.get());
      await first.clock.advance(MINUTE);
      assert.strictEqual((await error).code, "ERR_EXCHANGE_FAILED");
      assert.deepEqual([first.target.calls, second.target.calls], [3, 0]);
      first.target.answer = () => new Promise(() => undefined);
      const slow = fateOf(errorOf(second.provider.with({ scope: "slow" }).get()));
      await first.clock.advance(5_000);
      assert.strictEqual(slow.state, "given", "the second hop's deadline ends the wait for the first");
    });

    QUnit.test("a step that ignores its signal is left behind when its time is up", async (assert) => {
      for (const hop of ["source", "target"] as const) {
        const it = world({ limits: { attemptTimeoutMs: 3_000, attempts: 2 } });
        it[hop].answer = () => new Promise(() => undefined);
        const call = fateOf(errorOf(it.provider.get()));
        await it.clock.advance(2_999);
        assert.notOk(it[hop].asked[0]?.signal.aborted);
        await it.clock.advance(1);
        assert.ok(it[hop].asked[0]?.signal.aborted, "it is told so");
        await it.clock.advance(3_500);
        assert.deepEqual(
          [call.value?.code, call.value?.step, call.value?.recovery, it[hop].calls],
          ["ERR_STEP_TIMEOUT", hop, "retry", 2],
        );
      }
    });

    QUnit.test("an answer after the time limit is not taken", async (assert) => {
      const it = world({ limits: { attemptTimeoutMs: 1_000, attempts: 1 } });
      it.target.answer = async () => {
        await it.clock.sleep(1_500, new AbortController().signal);
        return bearer(it.clock, HOUR);
      };
      const call = fateOf(errorOf(it.provider.get()));
      await it.clock.advance(5_000);
      assert.strictEqual(call.value?.code, "ERR_STEP_TIMEOUT");
      assert.strictEqual(it.provider.peek(), undefined);
    });

    QUnit.test("no exchange takes longer than its deadline", async (assert) => {
      const it = world({ limits: { deadlineMs: 25_000, attempts: 1_000 } });
      it.target.answer = () => new Promise(() => undefined);
      const call = fateOf(errorOf(it.provider.get()));
      await it.clock.advance(24_900);
      assert.strictEqual(call.state, "waiting");
      await it.clock.advance(100);
      assert.strictEqual(call.value?.code, "ERR_STEP_TIMEOUT");
      assert.ok(it.target.calls >= 3);
    });

    QUnit.test(
      "a hop that was joined does not stretch the deadline of the exchange that waits for it",
      async (assert) => {
        const it = world({ limits: { deadlineMs: 20_000, attemptTimeoutMs: 100_000 } });
        it.source.answer = () => new Promise(() => undefined);
        void errorOf(it.provider.get());
        await it.clock.advance(15_000);
        const joined = fateOf(errorOf(it.provider.with({ scope: "other" }).get()));
        await it.clock.advance(19_999);
        await it.clock.advance(1);
        assert.strictEqual(joined.state, "given");
      },
    );

    QUnit.test("a first hop with a clock of its own is not hurried by it", async (assert) => {
      const first = world();
      await first.clock.advance(HOUR);
      const second = world({ clock: manualClock(), from: first.provider });
      const call = fateOf(second.provider.get());
      await settle(second.clock);
      assert.strictEqual(call.state, "given");
    });

    QUnit.test("a first hop from another copy of this package works like ours", async (assert) => {
      const { clock, provider } = world();
      const second = federate({
        from: { ...provider, get: async () => bearer(clock, HOUR) },
        to: {
          name: "to",
          identity: ["to"],
          audience: "a",
          produces: "unknown",
          exchange: async () => {
            throw new TokenError("No", { code: "ERR_EXCHANGE_REFUSED" });
          },
        },
        platform: testPlatform({ clock }),
      });
      assert.strictEqual((await errorOf(second.get())).code, "ERR_EXCHANGE_REFUSED");
    });
  });
};
