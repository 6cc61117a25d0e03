/** What must not become a storm at the identity provider, and what must not be lost on the way. */
import type { BearerToken } from "@tokenhop/core";
import { manualClock } from "@tokenhop/core/testing";
import type { Suite } from "../harness.ts";
import { bearer, deferred, errorOf, failure, fateOf, HOUR, MINUTE, settle, world } from "./support.ts";

const lost = <T>(): Promise<T> => new Promise<T>(() => undefined);

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, storms", () => {
    QUnit.test("an assertion that is always called expired is not presented again and again", async (assert) => {
      const { provider, source, target } = world();
      target.answer = () => {
        throw failure({ code: "ERR_EXCHANGE_REFUSED", recovery: "subject", errorCodes: [700024] });
      };
      for (let call = 0; call < 50; call++) await errorOf(provider.get());
      assert.deepEqual([source.calls, target.calls], [2, 2]);
    });

    QUnit.test("a 401 keeps the credential for the case that no other comes", async (assert) => {
      const { provider, target, clock } = world();
      const held = await provider.get();
      await clock.advance(MINUTE);
      target.answer = () => {
        throw failure({ recovery: "stop" });
      };
      assert.ok(provider.invalidate(held, "unauthorized"));
      assert.strictEqual(provider.peek(), undefined, "it is usable no longer");
      assert.ok((await provider.get()) === held);
      assert.ok((await provider.get()) === held, "and no exchange is tried for it at once");
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("a listener that asks for the same joins what it is told of", async (assert) => {
      const again: Promise<BearerToken>[] = [];
      const asking = world({ listen: true });
      const { provider, source, target, clock, events } = asking;
      const push = events.push.bind(events);
      events.push = (event) => {
        if (event.type === "refresh-start") again.push(provider.get());
        return push(event);
      };
      const first = await provider.get();
      await settle(clock);
      assert.ok(again.length >= 2);
      assert.ok((await Promise.all(again)).every((credential) => credential === first));
      assert.deepEqual([source.calls, target.calls], [1, 1]);
    });
  });

  QUnit.module("engine, what is the caller's", () => {
    QUnit.test("options may be frozen, or have getters only", async (assert) => {
      const { provider } = world();
      const { signal } = new AbortController();
      const getters = Object.create(null, { signal: { get: () => signal } });
      assert.strictEqual((await provider.get(Object.freeze({ signal }))).kind, "bearer");
      assert.strictEqual((await provider.get(getters)).kind, "bearer");
    });

    QUnit.test("a waitUntil that throws costs no caller its credential", async (assert) => {
      const { provider, clock } = world({ requestBoundIo: true });
      const waitUntil = (): never => {
        throw new TypeError("Illegal invocation");
      };
      const held = await provider.get({ waitUntil });
      await clock.advance(50 * MINUTE);
      assert.ok((await provider.get({ waitUntil })) === held);
    });
  });

  QUnit.module("engine, lost exchanges", () => {
    QUnit.test("callers that give up early do not keep a lost exchange on its entry", async (assert) => {
      const { provider, target, clock } = world({ requestBoundIo: true });
      target.answer = (call) => (call === 1 ? lost() : bearer(clock, HOUR));
      fateOf(provider.get());
      await settle(clock);
      const states: string[] = [];
      for (let call = 0; call < 4; call++) {
        const fate = fateOf(provider.get({ timeoutMs: 2_000 }));
        await clock.advance(2_000);
        states.push(fate.state);
      }
      assert.deepEqual(states, ["failed", "failed", "given", "given"]);
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("a lost refresh does not end all refreshing", async (assert) => {
      const waitUntil = (): void => undefined;
      const clock = manualClock();
      const { sleep } = clock;
      let isDead = false;
      // The runtime takes the lost exchange's timers as well.
      Object.assign(clock, { sleep: (ms: number, signal: AbortSignal) => (isDead ? lost<void>() : sleep(ms, signal)) });
      const { provider, target } = world({ clock, requestBoundIo: true, limits: { deadlineMs: 30_000 } });
      await provider.get({ waitUntil });
      target.answer = (call) => (call === 2 ? lost() : bearer(clock, HOUR));
      await clock.advance(52 * MINUTE);
      isDead = true;
      const stale = await provider.get({ waitUntil });
      await settle(clock);
      isDead = false;
      await clock.advance(MINUTE);
      assert.ok((await provider.get({ waitUntil })) === stale, "a new refresh runs behind it");
      await settle(clock);
      assert.strictEqual(target.calls, 3);
      assert.ok((await provider.get({ waitUntil })) !== stale);
    });

    QUnit.test("one that was taken over and ends late leaves the other one on its entry", async (assert) => {
      const { provider, target, clock } = world({ requestBoundIo: true, limits: { attempts: 1 } });
      const [first, second] = [deferred<BearerToken>(), deferred<BearerToken>()];
      target.answer = (call) => (call === 1 ? first.promise : second.promise);
      fateOf(provider.get());
      await settle(clock);
      await clock.advance(6_000);
      const taken = fateOf(provider.get());
      await settle(clock);
      first.reject(failure());
      await settle(clock);
      const joiner = fateOf(provider.get());
      await settle(clock);
      assert.strictEqual(target.calls, 2, "it joins the second, and starts no third");
      second.resolve(bearer(clock, HOUR));
      await settle(clock);
      assert.deepEqual([taken.state, joiner.state], ["given", "given"]);
    });
  });
};
