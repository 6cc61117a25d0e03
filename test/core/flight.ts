/** Concurrent callers: one exchange, and nobody's leaving is anybody else's loss. */
import type { BearerToken } from "@tokenhop/core";
import type { Suite } from "../harness.ts";
import { bearer, deferred, errorOf, failure, fateOf, HOUR, MINUTE, settle, someSecret, world } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, concurrent callers", () => {
    QUnit.test("10,000 cold calls make one request per hop and share one credential", async (assert) => {
      const { provider, source, target, clock } = world();
      source.answer = async (_, { signal }) => {
        await clock.sleep(50, signal);
        return { token: someSecret(), expiresAt: clock.now() + HOUR };
      };
      target.answer = async (_, { signal }) => {
        await clock.sleep(50, signal);
        return bearer(clock, HOUR);
      };
      const calls = Promise.all(Array.from({ length: 10_000 }, () => provider.get()));
      await clock.advance(100);
      const given = new Set(await calls);
      assert.deepEqual([source.calls, target.calls, given.size], [1, 1, 1]);
    });

    QUnit.test("9,999 of 10,000 callers leave and the one that stays gets its credential", async (assert) => {
      const { provider, target, clock } = world();
      const answer = deferred<BearerToken>();
      target.answer = () => answer.promise;
      const leaving = Array.from({ length: 9_999 }, () => new AbortController());
      const fates = leaving.map(({ signal }) => fateOf(provider.get({ signal })));
      const staying = provider.get();
      await settle(clock);
      for (const [index, controller] of leaving.entries()) controller.abort(new Error(`left ${index}`));
      await settle(clock);
      const reasons = fates.map(({ error }) => (error as Error).message);
      assert.ok(reasons.every((reason, index) => reason === `left ${index}`));
      assert.notOk(target.asked[0]?.signal.aborted, "the exchange goes on");
      answer.resolve(bearer(clock, HOUR));
      assert.strictEqual((await staying).kind, "bearer");
      assert.strictEqual(target.calls, 1);
    });

    QUnit.test("when the last caller leaves, the exchange still fills the cache", async (assert) => {
      const { provider, target, clock } = world();
      const answer = deferred<BearerToken>();
      target.answer = () => answer.promise;
      const controller = new AbortController();
      const fate = fateOf(provider.get({ signal: controller.signal }));
      await settle(clock);
      controller.abort();
      await settle(clock);
      assert.strictEqual((fate.error as Error).name, "AbortError");
      assert.strictEqual(provider.peek(), undefined);
      const credential = bearer(clock, HOUR);
      answer.resolve(credential);
      await settle(clock);
      assert.ok(provider.peek() === credential);
    });

    QUnit.test("a caller that has left before it came starts nothing", async (assert) => {
      const { provider, source } = world();
      const reason = new Error("gone");
      await assert.rejects(provider.get({ signal: AbortSignal.abort(reason) }), (error) => error === reason);
      assert.strictEqual(source.calls, 0);
      await provider.get();
      await assert.rejects(provider.get({ signal: AbortSignal.abort(reason) }), (error) => error === reason);
    });

    QUnit.test("a caller's time limit ends its own wait only", async (assert) => {
      const { provider, target, clock } = world();
      const answer = deferred<BearerToken>();
      target.answer = () => answer.promise;
      const patient = fateOf(provider.get());
      const hasty = fateOf(errorOf(provider.get({ timeoutMs: 300 })));
      await clock.advance(299);
      assert.strictEqual(hasty.state, "waiting");
      await clock.advance(1);
      assert.deepEqual([hasty.value?.code, hasty.value?.recovery], ["ERR_CALL_TIMEOUT", "retry"]);
      assert.strictEqual(patient.state, "waiting");
      answer.resolve(bearer(clock, HOUR));
      await settle(clock);
      assert.strictEqual(patient.state, "given");
      assert.strictEqual(target.calls, 1);
    });

    QUnit.test("a failure is shared too, and the next call tries anew", async (assert) => {
      const { provider, target } = world({ limits: { attempts: 1 } });
      target.answer = () => {
        throw failure();
      };
      const errors = await Promise.all(Array.from({ length: 100 }, () => errorOf(provider.get())));
      assert.strictEqual(new Set(errors).size, 1);
      assert.strictEqual(target.calls, 1);
      await errorOf(provider.get());
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("who needs a credential now is not content with a refresh that tries once", async (assert) => {
      const { provider, target, clock } = world();
      await provider.get();
      await clock.advance(50 * MINUTE);
      const refresh = deferred<BearerToken>();
      target.answer = (call) => (call === 2 ? refresh.promise : bearer(clock, HOUR));
      await provider.get();
      provider.invalidate();
      const urgent = fateOf(provider.get());
      await settle(clock);
      assert.deepEqual([target.calls, urgent.state], [2, "waiting"], "it joins the refresh");
      refresh.reject(failure());
      await settle(clock);
      assert.deepEqual([target.calls, urgent.state], [3, "given"]);
    });

    QUnit.test("every scope has an exchange of its own, all share the identity token", async (assert) => {
      const { provider, source, target } = world();
      const scopes = ["a", "b", "c", undefined];
      const given = await Promise.all(
        Array.from({ length: 400 }, (_, index) => provider.with({ scope: scopes[index % 4] }).get()),
      );
      assert.strictEqual(new Set(given).size, 4);
      assert.deepEqual([source.calls, target.calls], [1, 4]);
      assert.deepEqual(target.asked.map(({ scope }) => scope).sort(), [...scopes].sort());
    });

    QUnit.test("an identity token that does not say when it ends is used for one exchange", async (assert) => {
      const { provider, source, target } = world();
      source.answer = () => ({ token: someSecret() });
      await provider.get();
      await provider.with({ scope: "other" }).get();
      assert.deepEqual([source.calls, target.calls], [2, 2]);
    });
  });
};
