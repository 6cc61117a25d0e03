/** The AWS SDK's credentials in time: how a client that keeps what it has comes to the next ones. */
import type { AwsSdkIdentity } from "@tokenhop/core/interop/aws-sdk";
import { errorOf, failure, fateOf, HOUR, MINUTE, settle, someSecret } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { stage } from "./aws-sdk-support.ts";

/** A client of the SDK: it keeps what it has until 5 minutes before the end. Then it asks with each request. */
function client(credentials: () => Promise<AwsSdkIdentity>, now: () => number) {
  let kept: AwsSdkIdentity | undefined;
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    async request(): Promise<AwsSdkIdentity> {
      if (!kept || kept.expiration.getTime() - now() < 300_000) {
        asked++;
        kept = await credentials();
      }
      return kept;
    },
  };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-sdk in time", () => {
    for (const [name, lifetimeMs, most] of [
      ["a day of sessions of an hour", HOUR, 30],
      ["a day of sessions of 15 minutes", 15 * MINUTE, 150],
    ] as const) {
      QUnit.test(
        `${name}: no request has credentials that end, and STS is not asked for more than them`,
        async (assert) => {
          const { credentials, played, clock } = stage({ lifetimeMs });
          const { request } = client(credentials, () => clock.now());
          for (let at = 0; at < 24 * 60; at++) {
            for (const { expiration } of await Promise.all([request(), request(), request()])) {
              assert.ok(expiration.getTime() - clock.now() >= 2 * MINUTE, `minute ${at}`);
            }
            await clock.advance(MINUTE);
          }
          assert.ok(played.calls <= most, `${played.calls} exchanges`);
        },
      );
    }

    QUnit.test("in the client's last 5 minutes one call brings it out of them", async (assert) => {
      const { credentials, played, clock } = stage();
      const sdk = client(credentials, () => clock.now());
      const first = await sdk.request();
      await clock.advance(56 * MINUTE);
      played.answer = async (signal) => {
        await clock.sleep(500, signal);
        return {
          ...first,
          kind: "aws",
          secretAccessKey: someSecret(),
          sessionToken: someSecret(),
          expiresAt: clock.now() + HOUR,
        };
      };
      const calls = Array.from({ length: 20 }, () => fateOf(sdk.request()));
      await clock.advance(500);
      assert.ok(calls.every(({ value }) => value !== undefined && value.sessionToken !== first.sessionToken));
      assert.strictEqual(played.calls, 2);
      const { asked } = sdk;
      for (let at = 0; at < 50; at++) await sdk.request();
      assert.strictEqual(sdk.asked, asked, "and it keeps what it has got");
    });

    QUnit.test("what is not due yet is given again, and STS is not asked", async (assert) => {
      const { credentials, played, clock } = stage({ lifetimeMs: 15 * MINUTE, refresh: () => 14 * MINUTE });
      const first = await credentials();
      await clock.advance(11 * MINUTE);
      for (let at = 0; at < 100; at++) assert.ok((await credentials()).sessionToken === first.sessionToken);
      assert.strictEqual(played.calls, 1);
    });

    QUnit.test("an outage is not felt before the end, and no call waits for it longer than 2 s", async (assert) => {
      const { credentials, played, clock } = stage({ limits: { attempts: 1 } });
      const first = await credentials();
      await clock.advance(56 * MINUTE);
      played.answer = () => new Promise(() => undefined);
      const slow = fateOf(credentials());
      await clock.advance(1_999);
      assert.strictEqual(slow.state, "waiting");
      await clock.advance(1);
      assert.ok(slow.value?.sessionToken === first.sessionToken);
      await clock.advance(MINUTE);
      played.answer = async () => {
        throw failure();
      };
      assert.ok((await credentials()).sessionToken === first.sessionToken, "nor when it fails");
      await clock.advance(5 * MINUTE);
      assert.strictEqual((await errorOf(credentials())).code, "ERR_EXCHANGE_FAILED", "after it, it is");
    });

    QUnit.test("but nobody waits where a wait ends with its request", async (assert) => {
      const { credentials, played, clock } = stage({ requestBoundIo: true });
      const first = await credentials();
      await clock.advance(56 * MINUTE);
      played.answer = () => new Promise(() => undefined);
      const call = fateOf(credentials());
      await settle(clock);
      assert.ok(call.value?.sessionToken === first.sessionToken);
    });
  });
};
