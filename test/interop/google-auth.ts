/** The `refreshHandler` of `google-auth-library`. */
import { type BearerToken, defineTarget, federate, secret } from "@tokenhop/core";
import { googleAuth } from "@tokenhop/core/interop/google-auth";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { manualClock, testPlatform, testProvider } from "@tokenhop/core/testing";
import { failureOf } from "../contract/platform.ts";
import { errorOf, failure, HOUR, MINUTE } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { asked, chosen, odd } from "./calls-support.ts";

/** A provider whose exchanges give another token each, and are counted. */
function stage(lifetimeMs: number = HOUR) {
  const clock = manualClock();
  const platform = testPlatform({ clock });
  let exchanges = 0;
  const to = defineTarget({
    name: "counted",
    identity: ["counted", {}],
    audience: "test",
    produces: "unknown",
    async exchange(): Promise<BearerToken> {
      exchanges++;
      return { kind: "bearer", token: secret(canaryToken()), expiresAt: clock.now() + lifetimeMs };
    },
  });
  const provider = federate({ from: fromFunction(() => canaryToken()), to, platform });
  return { provider, platform, clock, count: () => exchanges };
}

/** The client as the library has it: it keeps its token until 5 minutes before the end, and asks again when it is refused. */
function clientOf(refreshHandler: ReturnType<typeof googleAuth>, now: () => number) {
  let credentials: { access_token: string; expiry_date: number } | undefined;
  const refresh = async (): Promise<string> => {
    credentials = await refreshHandler();
    return credentials.access_token;
  };
  return {
    request: async (): Promise<string> =>
      credentials && credentials.expiry_date > now() + 5 * MINUTE ? credentials.access_token : refresh(),
    refused: refresh,
  };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("google-auth", () => {
    QUnit.test("gives the text of the token and when it ends", async (assert) => {
      const token = canaryToken();
      const provider = testProvider({ token });
      const { expiresAt } = await provider.get();
      const given = await googleAuth(provider)();
      assert.deepEqual(Object.keys(given), ["access_token", "expiry_date"]);
      assert.ok(given.access_token === token && given.expiry_date === expiresAt);
    });

    QUnit.test("shares one exchange between clients and calls, and needs no `this`", async (assert) => {
      const { provider, platform, count } = stage();
      const handlers = [googleAuth(provider, { platform }), googleAuth(provider, { platform })];
      const given = await Promise.all(Array.from({ length: 20 }, (_, call) => handlers[call % 2]?.()));
      assert.ok(given.every((one) => one?.access_token === given[0]?.access_token));
      assert.strictEqual(count(), 1);
    });

    QUnit.test("a client of an hour's token asks 5 minutes before its end, and waits for nothing", async (assert) => {
      const { provider, platform, clock, count } = stage();
      const client = clientOf(googleAuth(provider, { platform }), clock.now);
      const first = await client.request();
      await clock.advance(54 * MINUTE);
      assert.ok((await client.request()) === first);
      assert.strictEqual(count(), 1, "the client did not even ask");
      await clock.advance(MINUTE);
      assert.ok((await client.request()) === first, "at once, with the new one on its way");
      await clock.advance(1);
      assert.ok((await client.request()) !== first);
      assert.strictEqual(count(), 2);
    });

    QUnit.test("a token of less than 5 minutes costs one exchange, however often it is asked for", async (assert) => {
      const { provider, platform, clock, count } = stage(4 * MINUTE);
      const client = clientOf(googleAuth(provider, { platform }), clock.now);
      for (let call = 0; call < 60; call++) {
        await client.request();
        await clock.advance(1_000);
      }
      assert.strictEqual(count(), 1);
    });

    QUnit.test(
      "a client that was refused gets another token, but is no loop at the identity provider",
      async (assert) => {
        const { provider, platform, clock, count } = stage();
        const client = clientOf(googleAuth(provider, { platform }), clock.now);
        const first = await client.request();
        assert.ok((await client.refused()) === first, "it is younger than 30 s");
        await clock.advance(31_000);
        const second = await client.refused();
        assert.ok(second !== first);
        await clock.advance(31_000);
        assert.ok((await client.refused()) === second, "once a minute at most");
        await clock.advance(60_000);
        assert.ok((await client.refused()) !== second);
        assert.strictEqual(count(), 3);
      },
    );

    QUnit.test("passes on what belongs to the call", async (assert) => {
      const { provider, calls } = asked();
      const options = { request: new Request("https://app.example/"), waitUntil: () => undefined, timeoutMs: 700 };
      await googleAuth(provider, options)();
      assert.deepEqual(chosen(calls[0] ?? {}), [options.request, options.waitUntil, 700, undefined]);
    });

    QUnit.test("fails with the provider's own error", async (assert) => {
      const own = failure({ code: "ERR_EXCHANGE_REFUSED", recovery: "stop" });
      const error = await errorOf(googleAuth(testProvider({ error: own }))());
      assert.ok(error === own);
    });

    QUnit.test("refuses what is no bearer token, and shows nothing of it", async (assert) => {
      for (const [provider, says] of odd()) {
        const error = await errorOf(googleAuth(provider)());
        assert.strictEqual(error.code, "ERR_DOWNSTREAM_PROVIDER");
        assert.ok(error.message.includes(says), error.message);
      }
    });

    QUnit.test("names everything that is wrong at once", async (assert) => {
      const wrong = { request: 1, waitUntil: 5, timeoutMs: -1, platform: {}, scopes: [] };
      const error = await failureOf(() => googleAuth(undefined as never, wrong as never));
      assert.deepEqual(
        [...(error.problems ?? [])],
        [
          "provider: missing, expected a provider, as federate() gives",
          "request: expected a Request",
          "waitUntil: expected a function",
          "timeoutMs: expected at least 0 ms",
          "platform: expected a Platform",
          "scopes: unknown option",
        ],
      );
    });
  });
};
