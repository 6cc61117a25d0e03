/** Where a promise belongs to the request that made it. */
import type { BearerToken } from "@tokenhop/core";
import { manualClock } from "@tokenhop/core/testing";
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

/** Work that a runtime was asked to keep alive. */
function keeper(): { readonly kept: Promise<unknown>[]; waitUntil(work: Promise<unknown>): void } {
  const kept: Promise<unknown>[] = [];
  return { kept, waitUntil: (work) => void kept.push(work) };
}

/** A request that the runtime ended takes its promises with it: they never settle. */
const lost = <T>(): Promise<T> => new Promise(() => undefined);

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, I/O bound to requests", () => {
    QUnit.test(
      "without waitUntil nothing is refreshed behind an answer; in the margin a caller does it",
      async (assert) => {
        const { provider, target, clock } = world({ requestBoundIo: true });
        const first = await provider.get();
        for (let minute = 0; minute < 59; minute++) {
          assert.ok((await provider.get()) === first);
          await clock.advance(MINUTE);
        }
        assert.strictEqual(target.calls, 1);
        await clock.advance(51_000);
        assert.ok((await provider.get()) !== first);
        assert.strictEqual(target.calls, 2);
      },
    );

    QUnit.test("with waitUntil the refresh goes on behind the answer, kept alive on both hops", async (assert) => {
      const { kept, waitUntil } = keeper();
      const { provider, source, target, clock } = world({ requestBoundIo: true });
      const first = await provider.get({ waitUntil });
      assert.strictEqual(kept.length, 2);
      await clock.advance(50 * MINUTE);
      assert.ok((await provider.get({ waitUntil })) === first);
      await settle(clock);
      assert.deepEqual([source.calls, target.calls, kept.length], [2, 2, 4]);
      assert.ok((await provider.get()) !== first);
    });

    QUnit.test("the caller's waitUntil goes before the platform's", async (assert) => {
      const [mine, platforms] = [keeper(), keeper()];
      const { provider } = world({ requestBoundIo: true, waitUntil: platforms.waitUntil });
      await provider.get({ waitUntil: mine.waitUntil });
      assert.deepEqual([mine.kept.length, platforms.kept.length], [2, 0]);
      await provider.with({ scope: "other" }).get();
      assert.deepEqual([mine.kept.length, platforms.kept.length], [2, 1]);
    });

    QUnit.test("what waitUntil is given never rejects", async (assert) => {
      const { kept, waitUntil } = keeper();
      const { provider, target } = world({ requestBoundIo: true, limits: { attempts: 1 } });
      target.answer = () => {
        throw failure();
      };
      await errorOf(provider.get({ waitUntil }));
      const settled = await Promise.allSettled(kept);
      assert.ok(settled.length === 2 && settled.every(({ status }) => status === "fulfilled"));
    });

    QUnit.test(
      "who joins an exchange that its request took away takes over after joinTimeoutMs, one of them",
      async (assert) => {
        const { provider, target, clock, events } = world({
          requestBoundIo: true,
          listen: true,
          limits: { joinTimeoutMs: 1_500 },
        });
        target.answer = (call) => (call === 1 ? lost() : bearer(clock, HOUR));
        const leader = fateOf(provider.get());
        await settle(clock);
        const joiners = Array.from({ length: 100 }, () => fateOf(provider.get()));
        await clock.advance(1_499);
        assert.ok(joiners.every(({ state }) => state === "waiting"));
        await clock.advance(1);
        assert.ok(joiners.every(({ state }) => state === "given"));
        assert.strictEqual(target.calls, 2);
        assert.strictEqual(countEvents(events).failover, 1);
        assert.strictEqual(leader.state, "waiting");
        const later = fateOf(provider.get());
        await settle(clock);
        assert.strictEqual(later.state, "given", "no later request is harmed");
      },
    );

    QUnit.test("an exchange that ends after it was taken over does not end the one that took over", async (assert) => {
      const { provider, target, clock } = world({ requestBoundIo: true, limits: { attempts: 1 } });
      const answers = [deferred<BearerToken>(), deferred<BearerToken>()];
      target.answer = (call) => answers[call - 1]?.promise ?? bearer(clock, HOUR);
      const leader = fateOf(provider.get());
      await settle(clock);
      const joiner = fateOf(provider.get());
      await clock.advance(5_000);
      assert.strictEqual(target.calls, 2);
      answers[0]?.reject(failure());
      await settle(clock);
      assert.strictEqual(leader.state, "failed");
      const later = fateOf(provider.get());
      await settle(clock);
      assert.strictEqual(target.calls, 2, "a later caller joins the second");
      answers[1]?.resolve(bearer(clock, HOUR));
      await settle(clock);
      assert.deepEqual([joiner.state, later.state], ["given", "given"]);
    });

    QUnit.test("a timer that fires a little early does not cost a second wait", async (assert) => {
      const clock = manualClock();
      const { sleep } = clock;
      Object.assign(clock, { sleep: (ms: number, signal: AbortSignal) => sleep(ms - 0.7, signal) });
      const { provider, target } = world({ clock, requestBoundIo: true });
      target.answer = (call) => (call === 1 ? lost() : bearer(clock, HOUR));
      fateOf(provider.get());
      await settle(clock);
      const joiner = fateOf(provider.get());
      await clock.advance(5_000);
      assert.strictEqual(joiner.state, "given");
    });

    QUnit.test("who joins an exchange whose owner the runtime calls gone takes over at once", async (assert) => {
      const clock = manualClock();
      const { monotonic } = clock;
      let isGone = false;
      // The promise of an exchange rejects for no other reason; here a clock that fails on its last step stands for it.
      Object.assign(clock, {
        monotonic() {
          if (isGone) {
            isGone = false;
            throw new Error("This promise was created by a request that has since ended");
          }
          return monotonic();
        },
      });
      const { provider, target, events } = world({ clock, requestBoundIo: true, listen: true });
      const answer = deferred<BearerToken>();
      target.answer = (call) => (call === 1 ? answer.promise : bearer(clock, HOUR));
      const calls = Array.from({ length: 10 }, () => fateOf(provider.get()));
      await settle(clock);
      isGone = true;
      answer.resolve(bearer(clock, HOUR));
      await settle(clock);
      assert.ok(calls.every(({ state }) => state === "given"));
      assert.strictEqual(target.calls, 2);
      assert.ok((countEvents(events).failover ?? 0) > 0);
    });

    QUnit.test("joiners of an exchange that is kept alive wait for it", async (assert) => {
      const { waitUntil } = keeper();
      const { provider, target, clock } = world({ requestBoundIo: true });
      target.answer = async (_, { signal }) => {
        await clock.sleep(9_000, signal);
        return bearer(clock, HOUR);
      };
      const leader = fateOf(provider.get({ waitUntil }));
      await settle(clock);
      const joiner = fateOf(provider.get());
      await clock.advance(8_999);
      assert.strictEqual(joiner.state, "waiting");
      await clock.advance(1);
      assert.deepEqual([leader.state, joiner.state, target.calls], ["given", "given", 1]);
    });

    QUnit.test("an exchange that was to be kept alive and was not hangs nobody for ever", async (assert) => {
      const clock = manualClock();
      const { sleep } = clock;
      let isDead = true;
      // The runtime takes the leader's timers as well.
      Object.assign(clock, { sleep: (ms: number, signal: AbortSignal) => (isDead ? lost<void>() : sleep(ms, signal)) });
      const { provider, target } = world({ clock, requestBoundIo: true, limits: { deadlineMs: 30_000 } });
      target.answer = (call) => (call === 1 ? lost() : bearer(clock, HOUR));
      const { waitUntil } = keeper();
      fateOf(provider.get({ waitUntil }));
      await settle(clock);
      isDead = false;
      const joiner = fateOf(provider.get({ waitUntil }));
      await clock.advance(30_000);
      assert.strictEqual(joiner.state, "given");
    });

    QUnit.test("a hop that is lost is taken over as well", async (assert) => {
      const { provider, source, clock } = world({ requestBoundIo: true });
      source.answer = (call) => (call === 1 ? lost() : { token: someSecret(), expiresAt: clock.now() + HOUR });
      fateOf(provider.get());
      await settle(clock);
      const other = fateOf(provider.with({ scope: "other" }).get());
      await clock.advance(5_000);
      assert.strictEqual(other.state, "given");
      assert.strictEqual(source.calls, 2);
    });

    QUnit.test("inside the margin a lost exchange costs the held one's callers marginWaitMs", async (assert) => {
      const { provider, target, clock } = world({ requestBoundIo: true });
      const first = await provider.get();
      await clock.advance(HOUR - 9_000);
      target.answer = () => lost();
      fateOf(provider.get());
      await settle(clock);
      const joiner = fateOf(provider.get());
      await clock.advance(2_000);
      assert.ok(joiner.value === first);
    });

    QUnit.test("where I/O is not bound to requests nobody takes over", async (assert) => {
      const { provider, target, clock } = world({ limits: { joinTimeoutMs: 100, attemptTimeoutMs: 60_000 } });
      target.answer = async (_, { signal }) => {
        await clock.sleep(50_000, signal);
        return bearer(clock, HOUR);
      };
      const calls = [fateOf(provider.get()), fateOf(provider.get())];
      await clock.advance(50_000);
      assert.ok(calls.every(({ state }) => state === "given"));
      assert.strictEqual(target.calls, 1);
    });
  });
};
