/** The runtime at hand as a platform, and the doubles for tests. */
import { defaultPlatform, isTokenError } from "@tokenhop/core";
import { manualClock, scriptedFetch, testPlatform, testProvider } from "@tokenhop/core/testing";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { fateOf, settle } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("defaultPlatform()", () => {
    QUnit.test("has clocks, chance and an environment", (assert) => {
      const { now, monotonic, random, env, fetch } = defaultPlatform();
      assert.ok(now() > Date.UTC(2020, 0));
      const before = monotonic();
      assert.ok(before <= monotonic());
      assert.ok(random() >= 0 && random() < 1);
      assert.strictEqual(typeof env, "object");
      assert.strictEqual(typeof fetch, "function");
    });

    QUnit.test("knows whether a promise ends with its request", (assert) => {
      const isWorkerd = globalThis.navigator?.userAgent === "Cloudflare-Workers";
      assert.strictEqual(defaultPlatform().requestBoundIo, isWorkerd);
    });

    QUnit.test("sleeps, and not beyond its signal", async (assert) => {
      const { sleep } = defaultPlatform();
      await sleep(0, new AbortController().signal);
      const reason = new Error("awake");
      await assert.rejects(sleep(60_000, AbortSignal.abort(reason)), (error) => error === reason);
      for (const ms of [60_000, 2 ** 40, Number.POSITIVE_INFINITY]) {
        const controller = new AbortController();
        const asleep = fateOf(sleep(ms, controller.signal));
        await sleep(1, new AbortController().signal);
        assert.strictEqual(asleep.state, "waiting", `${ms}`);
        controller.abort(reason);
        await Promise.resolve();
        assert.strictEqual(asleep.error, reason);
      }
    });

    QUnit.test("leaves nothing behind at a signal, or it would be kept for ever", async (assert) => {
      const { sleep } = defaultPlatform();
      for (const ends of [true, false]) {
        const controller = new AbortController();
        const { signal } = controller;
        let listeners = 0;
        const add = signal.addEventListener.bind(signal);
        const remove = signal.removeEventListener.bind(signal);
        Object.defineProperty(signal, "addEventListener", {
          value(type: string, listener: () => void, options?: AddEventListenerOptions) {
            listeners++;
            if (options?.once) add("abort", () => void listeners--, { once: true });
            add(type, listener, options);
          },
        });
        Object.defineProperty(signal, "removeEventListener", {
          value(type: string, listener: () => void) {
            listeners--;
            remove(type, listener);
          },
        });
        const asleep = fateOf(sleep(ends ? 0 : 60_000, signal));
        if (!ends) controller.abort(new Error("awake"));
        await sleep(5, new AbortController().signal);
        assert.deepEqual([asleep.state, listeners], [ends ? "given" : "failed", 0]);
      }
    });
  });

  QUnit.module("manualClock()", () => {
    QUnit.test("wakes sleepers in their order and lets each finish before the next", async (assert) => {
      const clock = manualClock(1_000);
      const { signal } = new AbortController();
      const said: string[] = [];
      const work = async (name: string, ms: number): Promise<void> => {
        await clock.sleep(ms, signal);
        said.push(`${name} at ${clock.now()}`);
        await clock.sleep(ms, signal);
        said.push(`${name} at ${clock.now()}`);
      };
      void work("slow", 30);
      void work("quick", 20);
      assert.strictEqual(clock.sleepers, 2);
      await clock.advance(45);
      assert.deepEqual(said, ["quick at 1020", "slow at 1030", "quick at 1040"]);
      assert.deepEqual([clock.now(), clock.monotonic(), clock.sleepers], [1_045, 45, 1]);
    });

    QUnit.test("a sleeper is woken by its signal", async (assert) => {
      const clock = manualClock();
      const controller = new AbortController();
      const asleep = fateOf(clock.sleep(10, controller.signal));
      controller.abort("enough");
      await settle(clock);
      assert.deepEqual([asleep.error, clock.sleepers], ["enough", 0]);
      await assert.rejects(clock.sleep(10, controller.signal), (error) => error === "enough");
    });

    QUnit.test("jumps and sleeps move the wall clock alone", (assert) => {
      const clock = manualClock(0);
      clock.jump(-500);
      clock.suspend(2_000);
      assert.deepEqual([clock.now(), clock.monotonic()], [1_500, 0]);
    });
  });

  QUnit.module("doubles", () => {
    QUnit.test("scriptedFetch() plays its script, its last entry for ever", async (assert) => {
      const fetch = scriptedFetch([
        new Response("busy", { status: 503 }),
        new TypeError("reset"),
        (request) => new Response(request.method),
      ]);
      const url = "https://api.example/";
      assert.strictEqual((await fetch(url)).status, 503);
      await assert.rejects(fetch(url), (error) => (error as Error).message === "reset");
      for (const method of ["PUT", "PATCH"]) assert.strictEqual(await (await fetch(url, { method })).text(), method);
      assert.deepEqual(
        fetch.requests.map(({ method }) => method),
        ["GET", "GET", "PUT", "PATCH"],
      );
      const again = scriptedFetch([new Response("same")]);
      assert.deepEqual([await (await again(url)).text(), await (await again(url)).text()], ["same", "same"]);
      await assert.rejects(scriptedFetch([])(url), (error) => error instanceof Error);
    });

    QUnit.test("testProvider() is a real provider", async (assert) => {
      const clock = manualClock();
      const token = canary("token-for-the-tests-of-an-app");
      const provider = testProvider({
        token,
        lifetimeMs: 60_000,
        hosts: ["a.example"],
        platform: testPlatform({ clock }),
      });
      const first = await provider.get();
      assert.ok(first.token.reveal() === token && first.expiresAt === clock.now() + 60_000);
      assert.deepEqual([...provider.hosts], ["a.example"]);
      await clock.advance(60_000);
      assert.ok((await provider.get()) !== first);
      const others = await Promise.all([testProvider().get(), testProvider().get()]);
      assert.strictEqual(new Set(others).size, 2);
    });

    QUnit.test("testProvider() fails as it is told", async (assert) => {
      const clock = manualClock();
      const provider = testProvider({ error: new RangeError("no"), platform: testPlatform({ clock }) });
      const call = fateOf(provider.get());
      await clock.advance(60_000);
      assert.ok(isTokenError(call.error) && call.error.code === "ERR_EXCHANGE_FAILED");
    });
  });
};
