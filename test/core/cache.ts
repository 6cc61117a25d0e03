/** What several providers share, and how little of it there may be. */
import { createCache } from "@tokenhop/core";
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import { bearer, countEvents, deferred, errorOf, fateOf, HOUR, settle, world } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("cache", () => {
    QUnit.test("refuses a size that is none", async (assert) => {
      for (const maxPartitions of [0, -1, 1.5, Number.NaN, "5" as never]) {
        const error = await errorOf((async () => createCache({ maxPartitions }))());
        assert.deepEqual(
          [error.code, error.problems],
          ["ERR_CONFIG_INVALID", ["maxPartitions: expected a whole number of at least 1"]],
        );
      }
    });

    QUnit.test("one identity token serves two apps", async (assert) => {
      const cache = createCache();
      const one = world({ cache, identity: ["same"] });
      const two = world({ cache, identity: ["same"], clock: one.clock });
      const [a, b] = await Promise.all([
        one.provider.with({ scope: "a" }).get(),
        two.provider.with({ scope: "b" }).get(),
      ]);
      assert.ok(a !== b);
      assert.strictEqual(one.source.calls + two.source.calls, 1);
      assert.deepEqual([one.target.calls, two.target.calls], [1, 1]);
      assert.strictEqual(cache.size, 3);
    });

    QUnit.test("of its own is not shared", async (assert) => {
      const one = world({ identity: ["same"] });
      const two = world({ identity: ["same"], clock: one.clock });
      assert.ok((await one.provider.get()) !== (await two.provider.get()));
    });

    QUnit.test("clear() forgets everything", async (assert) => {
      const cache = createCache();
      const { provider, source, target } = world({ cache });
      const first = await provider.get();
      await provider.get();
      cache.clear();
      assert.strictEqual(cache.size, 0);
      assert.strictEqual(provider.peek(), undefined);
      assert.ok((await provider.get()) !== first);
      assert.deepEqual([source.calls, target.calls], [2, 2]);
    });

    QUnit.test("clear() leaves what is under way to its callers", async (assert) => {
      const cache = createCache();
      const { provider, target, clock } = world({ cache });
      const answer = deferred<ReturnType<typeof bearer>>();
      target.answer = () => answer.promise;
      const before = fateOf(provider.get());
      await settle(clock);
      cache.clear();
      const after = fateOf(provider.get());
      await settle(clock);
      answer.resolve(bearer(clock, HOUR));
      await settle(clock);
      assert.deepEqual([before.state, after.state, target.calls], ["given", "given", 1]);
    });

    QUnit.test("holds no more than it may, and forgets what was not used", async (assert) => {
      const cache = createCache({ maxPartitions: 10 });
      const { provider, target, events } = world({ cache, listen: true });
      const get = (scope: string): Promise<unknown> => provider.with({ scope }).get();
      for (let one = 0; one < 9; one++) await get(`old ${one}`);
      assert.strictEqual(cache.size, 10, "nine, and the identity token");
      for (let time = 0; time < 2; time++) for (const used of [0, 3, 5, 7]) await get(`old ${used}`);
      for (let one = 0; one < 4; one++) await get(`new ${one}`);
      assert.strictEqual(cache.size, 10);
      const calls = target.calls;
      for (const used of [0, 3, 5, 7]) await get(`old ${used}`);
      assert.strictEqual(target.calls, calls, "what was used got a second chance");
      assert.strictEqual(countEvents(events).evicted, 4);
      await get("old 1");
      assert.strictEqual(target.calls, calls + 1);
    });

    QUnit.test("what was given on the hit path counts as used", async (assert) => {
      const cache = createCache({ maxPartitions: 4 });
      const { provider, target } = world({ cache });
      const busy = provider.with({ scope: "busy" });
      await busy.get();
      await busy.get();
      for (let other = 0; other < 20; other++) {
        await busy.get();
        await provider.with({ scope: `other ${other}` }).get();
      }
      assert.strictEqual(target.asked.filter(({ scope }) => scope === "busy").length, 1);
      assert.strictEqual(cache.size, 4);
    });

    QUnit.test("an evicted credential is not given any more", async (assert) => {
      const cache = createCache({ maxPartitions: 2 });
      const { provider } = world({ cache });
      const view = provider.with({ scope: "first" });
      const first = await view.get();
      await view.get();
      for (let other = 0; other < 6; other++) await provider.with({ scope: `${other}` }).get();
      assert.strictEqual(view.peek(), undefined);
      assert.ok((await view.get()) !== first);
    });

    QUnit.test("what is under way is not evicted, and afterwards the size is kept again", async (assert) => {
      const cache = createCache({ maxPartitions: 5 });
      const { provider, target, clock } = world({ cache });
      target.answer = async (_, { signal }) => {
        await clock.sleep(100, signal);
        return bearer(clock, HOUR);
      };
      const scopes = Array.from({ length: 200 }, (_, index) => `${index}`);
      const calls = [...scopes, ...scopes].map((scope) => fateOf(provider.with({ scope }).get()));
      await settle(clock);
      assert.ok(cache.size >= 200, "more than it may hold, while all of it is under way");
      await clock.advance(100);
      assert.ok(calls.every(({ state }) => state === "given"));
      assert.strictEqual(target.calls, 200, "one exchange for each");
      const late = fateOf(provider.with({ scope: "late" }).get());
      await clock.advance(100);
      assert.strictEqual(late.state, "given");
      assert.ok(cache.size <= 5, `${cache.size}`);
    });

    QUnit.test("thousands under way at once cost no time without end", async (assert) => {
      const { provider, target, clock } = world();
      const answer = deferred<ReturnType<typeof bearer>>();
      target.answer = () => answer.promise;
      const calls = Array.from({ length: 5_000 }, (_, index) => fateOf(provider.with({ scope: `${index}` }).get()));
      await settle(clock);
      answer.resolve(bearer(clock, HOUR));
      await settle(clock);
      assert.ok(calls.every(({ state }) => state === "given"));
    });

    QUnit.test("never holds more than it may, whatever is asked", async (assert) => {
      const property = fc.asyncProperty(
        fc.integer({ min: 2, max: 8 }),
        fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 }),
        async (maxPartitions, scopes) => {
          const cache = createCache({ maxPartitions });
          const { provider } = world({ cache });
          for (const scope of scopes) {
            await provider.with({ scope: `${scope}` }).get();
            if (cache.size > maxPartitions) return false;
          }
          return true;
        },
      );
      await fc.assert(property, { numRuns: 100, seed: 4 });
      assert.ok(true);
    });
  });
};
