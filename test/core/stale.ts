/** A held credential as it ages: nobody waits while it is usable, nobody fails while it is valid. */
import type { BearerToken } from "@tokenhop/core";
import type { Suite } from "../harness.ts";
import {
  bearer,
  countEvents,
  deferred,
  errorOf,
  failure,
  fateOf,
  HOUR,
  MINUTE,
  settle,
  someSecret,
  world,
} from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, a held credential", () => {
    QUnit.test("while it is fresh nothing is asked and the same object is given", async (assert) => {
      const { provider, source, target, clock } = world();
      const first = await provider.get();
      for (let minute = 0; minute < 46; minute++) {
        assert.ok((await provider.get()) === first && provider.peek() === first, `minute ${minute}`);
        await clock.advance(MINUTE);
      }
      assert.deepEqual([source.calls, target.calls], [1, 1]);
    });

    QUnit.test("past its refresh time it is given at once and refreshed behind it, once", async (assert) => {
      const { provider, target, clock } = world();
      const first = await provider.get();
      await clock.advance(48 * MINUTE);
      const answer = deferred<BearerToken>();
      target.answer = () => answer.promise;
      const calls = Array.from({ length: 1_000 }, () => fateOf(provider.get()));
      await settle(clock);
      assert.ok(calls.every(({ state, value }) => state === "given" && value === first));
      assert.strictEqual(target.calls, 2);
      const second = bearer(clock, HOUR);
      answer.resolve(second);
      await settle(clock);
      assert.ok((await provider.get()) === second);
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("who is eager waits for the new one, is content with a fresh one, and fails without", async (assert) => {
      const { provider, target, clock } = world({ limits: { attempts: 1 } });
      const first = await provider.get();
      assert.ok((await provider.get({ eager: true })) === first);
      await clock.advance(48 * MINUTE);
      const answer = deferred<BearerToken>();
      target.answer = () => answer.promise;
      const [eager, other] = [fateOf(provider.get({ eager: true })), fateOf(provider.get())];
      await settle(clock);
      assert.deepEqual([eager.state, other.state, target.calls], ["waiting", "given", 2]);
      answer.reject(failure());
      await settle(clock);
      assert.deepEqual([eager.state, (await provider.get()) === first], ["failed", true]);
      assert.ok((await provider.get({ eager: true })) === first, "it is too early for another attempt");
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("who comes while it is valid gets it while it is, however little is left", async (assert) => {
      for (const leftMs of [5_000, 1_999, 1_000, 100, 1]) {
        const { provider, target, clock } = world();
        const held = await provider.get();
        target.answer = () => new Promise(() => {});
        await clock.advance(HOUR - leftMs);
        const call = fateOf(provider.get());
        await clock.advance(leftMs - 0.1);
        assert.ok(call.value === held, `${leftMs} ms before its end`);
        assert.strictEqual(target.calls, 2);
      }
    });

    QUnit.test("a refresh behind it tries once, and again with the next call after its pause", async (assert) => {
      const { provider, target, clock } = world();
      await provider.get();
      await clock.advance(48 * MINUTE);
      target.answer = () => {
        throw failure();
      };
      await provider.get();
      await settle(clock);
      assert.strictEqual(target.calls, 2);
      for (let call = 0; call < 100; call++) await provider.get();
      assert.strictEqual(target.calls, 2, "not before the pause is over");
      await clock.advance(501);
      await provider.get();
      await settle(clock);
      assert.strictEqual(target.calls, 3);
    });

    QUnit.test("inside the margin a caller waits for the new one", async (assert) => {
      const { provider, target, clock } = world();
      await provider.get();
      await clock.advance(HOUR - 10_000);
      assert.strictEqual(provider.peek(), undefined, "not usable any more");
      target.answer = async (_, { signal }) => {
        await clock.sleep(1_999, signal);
        return bearer(clock, HOUR);
      };
      const call = fateOf(provider.get());
      await clock.advance(1_998);
      assert.strictEqual(call.state, "waiting");
      await clock.advance(1);
      assert.ok(call.value && call.value.expiresAt > clock.now() + MINUTE);
    });

    QUnit.test("inside the margin it waits marginWaitMs at most, then takes the held one", async (assert) => {
      const { provider, target, clock } = world({ limits: { marginWaitMs: 700 } });
      const first = await provider.get();
      await clock.advance(HOUR - 9_000);
      target.answer = () => new Promise(() => undefined);
      const call = fateOf(provider.get());
      await clock.advance(699);
      assert.strictEqual(call.state, "waiting");
      await clock.advance(1);
      assert.ok(call.value === first);
    });

    QUnit.test("who will not wait at all gets the held one inside the margin too", async (assert) => {
      const { provider, clock } = world();
      const first = await provider.get();
      await clock.advance(HOUR - 9_000);
      const call = fateOf(provider.get({ timeoutMs: 0 }));
      await settle(clock);
      assert.strictEqual(call.state, "given");
      const cold = world();
      cold.target.answer = () => new Promise(() => undefined);
      const none = fateOf(errorOf(cold.provider.get({ timeoutMs: 0 })));
      await settle(cold.clock);
      assert.strictEqual(none.value?.code, "ERR_CALL_TIMEOUT");
      assert.ok(first);
    });

    QUnit.test("inside the margin a refresh that fails costs nobody the held one", async (assert) => {
      for (const recovery of ["retry", "stop", "propagation", "subject"] as const) {
        const { provider, target, clock } = world({ limits: { attempts: 1 } });
        const first = await provider.get();
        await clock.advance(HOUR - 9_000);
        target.answer = () => {
          throw failure({ recovery });
        };
        for (let second = 0; second < 8; second++) {
          assert.ok((await provider.get()) === first, `${recovery}, second ${second}`);
          await clock.advance(1_000);
        }
      }
    });

    QUnit.test("once it has expired a failure is a failure", async (assert) => {
      const { provider, target, clock } = world({ limits: { attempts: 1 } });
      await provider.get();
      await clock.advance(HOUR);
      target.answer = () => {
        throw failure();
      };
      assert.strictEqual((await errorOf(provider.get())).code, "ERR_EXCHANGE_FAILED");
      assert.strictEqual(provider.peek(), undefined);
    });

    QUnit.test("one that expires while its caller waits is not given", async (assert) => {
      const { provider, target, clock } = world();
      const first = await provider.get();
      await clock.advance(HOUR - 500);
      const answer = deferred<BearerToken>();
      target.answer = () => answer.promise;
      const call = fateOf(provider.get());
      await settle(clock);
      clock.suspend(HOUR);
      await clock.advance(2_000);
      assert.strictEqual(call.state, "waiting");
      answer.resolve(bearer(clock, HOUR));
      await settle(clock);
      assert.ok(call.state === "given" && call.value !== first);
    });

    QUnit.test("an outage as long as it has left fails nobody and keeps nobody waiting", async (assert) => {
      const { provider, target, clock, events } = world({ listen: true, random: () => 0.3 });
      await provider.get();
      await clock.advance(45 * MINUTE);
      const endsAt = clock.now() + 14 * MINUTE;
      target.answer = () => {
        if (clock.now() < endsAt) throw failure({ code: "ERR_HTTP_NETWORK" });
        return bearer(clock, HOUR);
      };
      while (clock.now() < endsAt) {
        const call = fateOf(provider.get());
        await settle(clock);
        assert.strictEqual(call.state, "given");
        await clock.advance(250);
      }
      assert.ok(target.calls > 10 && target.calls < 80, `${target.calls} attempts in 14 minutes`);
      await clock.advance(60_000);
      await provider.get();
      await settle(clock);
      const { expiresAt } = await provider.get();
      assert.ok(expiresAt > endsAt + 50 * MINUTE, "it recovers within one step of the backoff");
      assert.strictEqual(countEvents(events)["refresh-end"], 2 + target.calls);
    });

    QUnit.test("an identity token on its way out is refreshed behind the exchange that uses it", async (assert) => {
      const { provider, source, target, clock } = world();
      source.answer = () => ({ token: someSecret(), expiresAt: clock.now() + 10 * MINUTE });
      await provider.get();
      await clock.advance(9 * MINUTE);
      await provider.with({ scope: "other" }).get();
      await settle(clock);
      const [first, second] = target.asked.map(({ subject }) => subject);
      assert.ok(first === second);
      assert.strictEqual(source.calls, 2);
    });
  });
};
