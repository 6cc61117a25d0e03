/** The end of a provider. */
import { createCache } from "@tokenhop/core";
import type { Suite } from "../harness.ts";
import { bearer, deferred, errorOf, failure, fateOf, HOUR, settle, world } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, close()", () => {
    QUnit.test("fails those who wait, ends the exchange, and forgets the credentials", async (assert) => {
      const { provider, target, clock } = world();
      const held = provider.with({ scope: "held" });
      await held.get();
      target.answer = () => new Promise(() => undefined);
      const calls = Array.from({ length: 50 }, () => fateOf(errorOf(provider.get())));
      await settle(clock);
      await provider.close();
      await settle(clock);
      assert.ok(calls.every(({ value }) => value?.code === "ERR_PROVIDER_CLOSED"));
      assert.ok(target.asked[1]?.signal.aborted);
      assert.strictEqual(clock.sleepers, 0, "nothing is left that would keep a process up");
      assert.deepEqual([held.peek(), provider.peek()], [undefined, undefined]);
    });

    QUnit.test("ends the pause between two attempts", async (assert) => {
      const { provider, target, clock } = world();
      target.answer = () => {
        throw failure({ retryAfterMs: 60_000 });
      };
      const call = fateOf(errorOf(provider.get()));
      await clock.advance(1_000);
      await provider.close();
      await settle(clock);
      assert.strictEqual(call.value?.code, "ERR_PROVIDER_CLOSED");
      assert.strictEqual(clock.sleepers, 0);
      assert.strictEqual(target.calls, 1);
    });

    QUnit.test("what comes later is refused, by every view, and nothing is asked", async (assert) => {
      for (const cache of [undefined, createCache()]) {
        const { provider, source, clock } = world({ cache });
        const view = provider.with({ scope: "view" });
        await Promise.all([provider.get(), view.get()]);
        await Promise.all([provider.get(), view.get()]);
        await view.close();
        for (const one of [provider, view, provider.with({ scope: "new" })]) {
          const error = await errorOf(one.get());
          assert.deepEqual([error.code, error.recovery], ["ERR_PROVIDER_CLOSED", "stop"]);
        }
        assert.throws(
          () => provider.watch({ signal: new AbortController().signal }),
          (error) => (error as { code?: string }).code === "ERR_PROVIDER_CLOSED",
        );
        await settle(clock);
        assert.strictEqual(source.calls, 1);
      }
    });

    QUnit.test("twice is as good as once", async (assert) => {
      const { provider } = world();
      await provider.close();
      await provider.close();
      await provider[Symbol.asyncDispose]();
      assert.strictEqual((await errorOf(provider.get())).code, "ERR_PROVIDER_CLOSED");
    });

    QUnit.test("await using closes", async (assert) => {
      const { provider } = world();
      await (async () => {
        await using mine = provider;
        await mine.get();
      })();
      assert.strictEqual((await errorOf(provider.get())).code, "ERR_PROVIDER_CLOSED");
    });

    QUnit.test("of one that shares its cache does no harm to the others", async (assert) => {
      const cache = createCache();
      const one = world({ cache, identity: ["same"] });
      const two = world({ cache, identity: ["same"], clock: one.clock });
      const answer = deferred<ReturnType<typeof bearer>>();
      one.target.answer = () => answer.promise;
      const mine = fateOf(errorOf(one.provider.get()));
      await settle(one.clock);
      const theirs = fateOf(two.provider.get());
      await settle(one.clock);
      await one.provider.close();
      await settle(one.clock);
      assert.deepEqual([mine.value?.code, theirs.state], ["ERR_PROVIDER_CLOSED", "waiting"]);
      const credential = bearer(one.clock, HOUR);
      answer.resolve(credential);
      await settle(one.clock);
      assert.ok(theirs.value === credential && two.provider.peek() === credential);
      assert.strictEqual(two.target.calls, 0, "the exchange of the closed one went on");
      const three = world({ cache, identity: ["same"], clock: one.clock });
      await three.provider.close();
      assert.ok(two.provider.peek() === credential, "what is held stays");
    });
  });
};
