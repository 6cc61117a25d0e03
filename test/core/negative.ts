/** What is remembered of a failure, and how it is forgotten. */
import type { Suite } from "../harness.ts";
import { bearer, errorOf, failure, HOUR, MINUTE, world } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, memory of failures", () => {
    QUnit.test(
      "after stop a caller without a credential fails at once and is told when to come back",
      async (assert) => {
        const { provider, source, target, clock } = world();
        target.answer = () => {
          throw failure({
            code: "ERR_EXCHANGE_REFUSED",
            recovery: "stop",
            error: "invalid_client",
            errorCodes: [700213],
          });
        };
        const first = await errorOf(provider.get());
        assert.strictEqual(first.retryAfterMs, undefined);
        const second = await errorOf(provider.get());
        // A random number of 0.5 makes it three quarters of ten seconds.
        assert.deepEqual([second.retryAfterMs, source.calls, target.calls], [7_500, 1, 1]);
        const { retryAfterMs: _, ...rest } = second.toJSON();
        assert.deepEqual(rest, first.toJSON(), "the same error otherwise");
        await clock.advance(2_500);
        assert.strictEqual((await errorOf(provider.get())).retryAfterMs, 5_000);
        assert.strictEqual(target.calls, 1);
        await clock.advance(5_000);
        await errorOf(provider.get());
        assert.strictEqual(target.calls, 2);
        assert.strictEqual((await errorOf(provider.get())).retryAfterMs, 15_000, "twice as long the second time");
      },
    );

    QUnit.test("a refusal that may be replication lag is remembered as well", async (assert) => {
      const { provider, target } = world();
      target.answer = () => {
        throw failure({ recovery: "propagation" });
      };
      await errorOf(provider.get());
      const { recovery, retryAfterMs } = await errorOf(provider.get());
      assert.deepEqual([recovery, retryAfterMs, target.calls], ["propagation", 7_500, 1]);
    });

    QUnit.test("the pause after a refusal is five minutes at most", async (assert) => {
      const { provider, target, clock } = world({ random: () => 0.999999 });
      target.answer = () => {
        throw failure({ recovery: "stop" });
      };
      for (let time = 0; time < 12; time++) {
        await errorOf(provider.get());
        await clock.advance(5 * MINUTE);
      }
      assert.strictEqual(target.calls, 12);
    });

    QUnit.test("a failure that may pass keeps nobody from trying", async (assert) => {
      const { provider, target } = world({ limits: { attempts: 1 } });
      target.answer = () => {
        throw failure();
      };
      for (let call = 1; call <= 5; call++) {
        assert.strictEqual((await errorOf(provider.get())).retryAfterMs, undefined);
        assert.strictEqual(target.calls, call);
      }
    });

    QUnit.test("it survives as long as the credential that was held, no longer a success", async (assert) => {
      const { provider, target, clock } = world();
      await provider.get();
      await clock.advance(50 * MINUTE);
      target.answer = () => {
        throw failure({ recovery: "stop" });
      };
      for (let second = 0; second < 600; second += 5) {
        assert.ok(await provider.get());
        await clock.advance(5_000);
      }
      assert.ok(target.calls <= 8, `${target.calls} attempts in ten minutes`);
      await errorOf(provider.get());
      target.answer = () => bearer(clock, HOUR);
      await clock.advance(5 * MINUTE);
      await provider.get();
      target.answer = () => {
        throw failure({ recovery: "stop" });
      };
      await clock.advance(HOUR);
      await errorOf(provider.get());
      assert.strictEqual((await errorOf(provider.get())).retryAfterMs, 7_500, "a success starts the count anew");
    });

    QUnit.test("invalidate() clears it, on the first hop too", async (assert) => {
      for (const hop of ["source", "target"] as const) {
        const it = world();
        const good = it[hop].answer;
        it[hop].answer = () => {
          throw failure({ recovery: "stop" });
        };
        await errorOf(it.provider.get());
        it[hop].answer = good as never;
        await errorOf(it.provider.get());
        assert.strictEqual(it[hop].calls, 1);
        assert.ok(it.provider.invalidate(), "a new one will be obtained");
        assert.ok(await it.provider.get(), hop);
      }
    });

    QUnit.test("invalidate() clears it on a first hop that is a provider, whose credential stays", async (assert) => {
      const first = world();
      const second = world({ clock: first.clock, from: first.provider });
      const good = first.target.answer;
      first.target.answer = () => {
        throw failure({ recovery: "stop" });
      };
      await errorOf(second.provider.get());
      first.target.answer = good;
      second.provider.invalidate();
      assert.ok(await second.provider.get());
      const calls = first.target.calls;
      second.provider.invalidate();
      await second.provider.get();
      assert.deepEqual([first.target.calls, second.target.calls], [calls, 2]);
    });

    QUnit.test("one scope's refusal is not another's", async (assert) => {
      const { provider, target, clock } = world();
      target.answer = (_, { scope }) => {
        if (scope === "bad") throw failure({ recovery: "stop" });
        return bearer(clock, HOUR);
      };
      await errorOf(provider.with({ scope: "bad" }).get());
      assert.ok(await provider.with({ scope: "good" }).get());
      assert.ok(await provider.get());
    });
  });
};
