/** Dropping a credential: compare and drop, and what a 401 may do. */
import type { Suite } from "../harness.ts";
import { bearer, failure, fateOf, HOUR, MINUTE, settle, world } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, invalidation", () => {
    QUnit.test("without an argument drops what is held", async (assert) => {
      const { provider, target } = world();
      const first = await provider.get();
      assert.strictEqual(provider.invalidate(), true);
      assert.strictEqual(provider.peek(), undefined);
      assert.ok((await provider.get()) !== first);
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("of one that is no longer held changes nothing", async (assert) => {
      const { provider, target } = world();
      const first = await provider.get();
      provider.invalidate(first);
      const second = await provider.get();
      assert.strictEqual(provider.invalidate(first), true, "there is another one");
      assert.strictEqual(provider.invalidate(first, "unauthorized"), true);
      assert.ok(provider.peek() === second && (await provider.get()) === second);
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("with nothing held says that a new one will be obtained", (assert) => {
      const { provider, source, clock } = world();
      assert.strictEqual(provider.invalidate(), true);
      assert.strictEqual(provider.invalidate(bearer(clock, HOUR)), true);
      assert.strictEqual(provider.invalidate(undefined, "unauthorized"), true);
      assert.strictEqual(source.calls, 0);
    });

    QUnit.test("of one scope is none of another", async (assert) => {
      const { provider } = world();
      const [base, other] = [await provider.get(), await provider.with({ scope: "other" }).get()];
      provider.with({ scope: "other" }).invalidate();
      assert.ok(provider.peek() === base);
      assert.notStrictEqual(await provider.with({ scope: "other" }).get(), other);
    });

    QUnit.test("a 401 leaves a credential younger than 30 s alone", async (assert) => {
      const { provider, target, clock } = world();
      const first = await provider.get();
      await clock.advance(29_999);
      assert.strictEqual(provider.invalidate(first, "unauthorized"), false);
      assert.ok((await provider.get()) === first);
      await clock.advance(1);
      assert.strictEqual(provider.invalidate(first, "unauthorized"), true);
      assert.ok((await provider.get()) !== first);
      assert.strictEqual(target.calls, 2);
    });

    QUnit.test("a 401 drops at most once a minute", async (assert) => {
      const { provider, target, clock } = world();
      const first = await provider.get();
      await clock.advance(30_000);
      assert.strictEqual(provider.invalidate(first, "unauthorized"), true);
      const second = await provider.get();
      await clock.advance(59_999);
      assert.strictEqual(provider.invalidate(second, "unauthorized"), false);
      await clock.advance(1);
      assert.strictEqual(provider.invalidate(second, "unauthorized"), true);
      await provider.get();
      assert.strictEqual(target.calls, 3);
    });

    QUnit.test("a 401 that dropped nothing does not use up the minute", async (assert) => {
      const { provider, clock } = world();
      provider.invalidate(undefined, "unauthorized");
      const first = await provider.get();
      provider.invalidate();
      provider.invalidate(undefined, "unauthorized");
      const second = await provider.get();
      await clock.advance(31_000);
      assert.ok(first !== second);
      assert.strictEqual(provider.invalidate(second, "unauthorized"), true);
    });

    QUnit.test("a downstream that always answers 401 is no request loop", async (assert) => {
      const { provider, target, clock } = world();
      for (let call = 0; call < 6_000; call++) {
        const held = await provider.get();
        if (provider.invalidate(held, "unauthorized")) await provider.get();
        await clock.advance(100);
      }
      // Ten minutes: the first one, and one a minute.
      assert.ok(target.calls <= 11, `${target.calls} exchanges`);
      assert.ok(target.calls >= 9, `${target.calls} exchanges`);
    });

    QUnit.test("a 401 does not drop the held one while no other can be had", async (assert) => {
      const { provider, target, clock } = world();
      const first = await provider.get();
      await clock.advance(50 * MINUTE);
      target.answer = () => {
        throw failure({ recovery: "stop" });
      };
      await provider.get();
      await settle(clock);
      assert.strictEqual(provider.invalidate(first, "unauthorized"), false);
      assert.ok((await provider.get()) === first);
    });

    QUnit.test("on the way of an exchange does not end it", async (assert) => {
      const { provider, target, clock } = world();
      target.answer = async (_, { signal }) => {
        await clock.sleep(100, signal);
        return bearer(clock, HOUR);
      };
      const call = fateOf(provider.get());
      await settle(clock);
      provider.invalidate();
      await clock.advance(100);
      assert.deepEqual([call.state, target.calls], ["given", 1]);
    });
  });
};
