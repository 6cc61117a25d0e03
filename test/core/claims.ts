/** Claims challenges: a new credential that satisfies them, whatever is held. */
import type { BearerToken } from "@tokenhop/core";
import type { Suite } from "../harness.ts";
import { bearer, deferred, errorOf, failure, fateOf, HOUR, MINUTE, settle, world } from "./support.ts";

const one = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
const two = '{"access_token":{"nbf":{"essential":true,"value":"2"}}}';

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, claims", () => {
    QUnit.test("bring a new credential that replaces the held one, and reach the last hop only", async (assert) => {
      const { provider, source, target } = world();
      const first = await provider.get();
      const renewed = await provider.get({ claims: one });
      assert.ok(renewed !== first && provider.peek() === renewed && (await provider.get()) === renewed);
      assert.deepEqual(
        target.asked.map(({ claims }) => claims),
        [undefined, one],
      );
      assert.deepEqual(
        source.asked.map(({ claims }) => claims),
        [undefined],
      );
    });

    QUnit.test(
      "the same ones share an exchange, others have their own, and callers without are not kept waiting",
      async (assert) => {
        const { provider, target, clock } = world();
        const first = await provider.get();
        const answers = new Map([one, two].map((claims) => [claims, deferred<BearerToken>()]));
        target.answer = (_, { claims }) => answers.get(claims ?? "")?.promise as Promise<BearerToken>;
        const calls = Array.from({ length: 300 }, (_, index) =>
          fateOf(provider.get({ claims: index % 3 ? one : two })),
        );
        const without = fateOf(provider.get());
        await settle(clock);
        assert.strictEqual(target.calls, 3);
        assert.ok(without.value === first);
        assert.ok(calls.every(({ state }) => state === "waiting"));
        const credentials = [bearer(clock, HOUR), bearer(clock, HOUR)];
        answers.get(one)?.resolve(credentials[0] as BearerToken);
        answers.get(two)?.resolve(credentials[1] as BearerToken);
        await settle(clock);
        assert.ok(calls.every(({ value }, index) => value === credentials[index % 3 ? 0 : 1]));
      },
    );

    QUnit.test("a credential that was just obtained for the same ones is not obtained again", async (assert) => {
      const { provider, target, clock } = world();
      await provider.get();
      const renewed = await provider.get({ claims: one });
      for (let call = 0; call < 100; call++) assert.ok((await provider.get({ claims: one })) === renewed);
      for (let call = 0; call < 100; call++) {
        const claims = JSON.stringify({ access_token: { nbf: { value: String(call) } } });
        assert.ok((await provider.get({ claims })) === renewed);
      }
      assert.strictEqual(target.calls, 2, "a downstream that always demands, whatever it does, is no request loop");
      await clock.advance(30_000);
      const again = await provider.get({ claims: one });
      assert.ok(again !== renewed);
      await clock.advance(30_000);
      assert.ok((await provider.get({ claims: two })) !== again);
      assert.strictEqual(target.calls, 4);
    });

    QUnit.test("that cannot be satisfied do no harm to callers without", async (assert) => {
      const { provider, target, clock } = world();
      target.answer = (_, { claims }) => {
        if (claims) throw failure({ code: "ERR_EXCHANGE_REFUSED", recovery: "stop" });
        return bearer(clock, HOUR);
      };
      await errorOf(provider.get({ claims: one }));
      const first = await provider.get();
      await clock.advance(50 * MINUTE);
      await errorOf(provider.get({ claims: one }));
      await provider.get();
      await settle(clock);
      assert.ok((await provider.get()) !== first, "its refresh goes on");
    });

    QUnit.test("that cannot be satisfied are not asked about again and again", async (assert) => {
      const { provider, target, clock } = world();
      await provider.get();
      target.answer = () => {
        throw failure({ code: "ERR_EXCHANGE_REFUSED", recovery: "stop" });
      };
      await errorOf(provider.get({ claims: one }));
      const again = await errorOf(provider.get({ claims: one }));
      assert.deepEqual([again.code, again.retryAfterMs, target.calls], ["ERR_EXCHANGE_REFUSED", 7_500, 2]);
      await clock.advance(7_500);
      await errorOf(provider.get({ claims: one }));
      assert.strictEqual(target.calls, 3);
    });

    QUnit.test("are never answered with what is held", async (assert) => {
      const { provider, target, clock } = world({ limits: { attempts: 1 } });
      await provider.get();
      target.answer = () => {
        throw failure();
      };
      assert.strictEqual((await errorOf(provider.get({ claims: one }))).code, "ERR_EXCHANGE_FAILED");
      await clock.advance(HOUR - 9_000);
      assert.strictEqual((await errorOf(provider.get({ claims: two }))).code, "ERR_EXCHANGE_FAILED");
    });
  });
};
