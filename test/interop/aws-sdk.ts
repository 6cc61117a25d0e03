import { type AwsCredentials, type CredentialProvider, secret } from "@tokenhop/core";
import { awsSdk } from "@tokenhop/core/interop/aws-sdk";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { testProvider } from "@tokenhop/core/testing";
import { assertHides, failureOf } from "../contract/platform.ts";
import { errorOf, failure, fateOf, HOUR, MINUTE, someSecret } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canaryToken, record } from "../leak.ts";
import { KEY_ID, stage } from "./aws-sdk-support.ts";

const SECOND = 1_000;

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-sdk", () => {
    QUnit.test("gives what an SDK takes for credentials, always with an end", async (assert) => {
      const { credentials, provider, clock } = stage();
      const given = await credentials();
      const held = provider.peek();
      assert.deepEqual(Object.keys(given), ["accessKeyId", "secretAccessKey", "sessionToken", "expiration"]);
      assert.strictEqual(given.accessKeyId, KEY_ID);
      assert.ok(given.secretAccessKey === held?.secretAccessKey.reveal());
      assert.ok(given.sessionToken === held?.sessionToken.reveal());
      assert.ok(given.expiration instanceof Date);
      assert.strictEqual(given.expiration.getTime(), clock.now() + HOUR);
      record("credentials", credentials);
    });

    QUnit.test("a thousand calls of all clients are one exchange", async (assert) => {
      const { credentials, played } = stage();
      const given = await Promise.all(Array.from({ length: 1_000 }, () => credentials()));
      assert.ok(given.every(({ sessionToken }) => sessionToken === given[0]?.sessionToken));
      assert.strictEqual(played.calls, 1);
    });

    QUnit.test("errors pass through as they are", async (assert) => {
      const { credentials, played } = stage();
      const own = failure({
        code: "ERR_EXCHANGE_REFUSED",
        recovery: "stop",
        error: "AccessDenied",
        correlationId: "1",
      });
      played.answer = async () => {
        throw own;
      };
      assert.strictEqual(await errorOf(credentials()), own);
    });

    QUnit.test("waits no longer than it is told", async (assert) => {
      const { credentials, played, clock } = stage({ options: { timeoutMs: 700 } });
      played.answer = () => new Promise(() => undefined);
      const call = fateOf(errorOf(credentials()));
      await clock.advance(699);
      assert.strictEqual(call.state, "waiting");
      await clock.advance(1);
      assert.strictEqual(call.value?.code, "ERR_CALL_TIMEOUT");
    });

    QUnit.test("passes on the request and what keeps it alive", async (assert) => {
      const request = new Request("https://app.example/", { headers: { token: canaryToken() } });
      const from = fromRequest((of) => of.headers.get("token"));
      const without = stage({ from });
      assert.strictEqual((await errorOf(without.credentials())).code, "ERR_SOURCE_UNAVAILABLE");
      const { provider } = stage({ from });
      assert.strictEqual((await awsSdk(provider, { request })()).accessKeyId, KEY_ID);
      const works: Promise<unknown>[] = [];
      const { provider: bound, clock } = stage({ requestBoundIo: true });
      const credentials = awsSdk(bound, { waitUntil: (work) => void works.push(work) });
      await credentials();
      await clock.advance(52 * MINUTE);
      await credentials();
      assert.ok(works.length > 0);
    });

    QUnit.test("takes nothing but credentials of AWS, of characters that a header takes", async (assert) => {
      const expiresAt = Date.now() + HOUR;
      const of = (made: object): CredentialProvider<AwsCredentials> =>
        ({ ...testProvider(), get: async () => ({ expiresAt, ...made }) }) as never;
      const good = { kind: "aws", accessKeyId: KEY_ID, secretAccessKey: someSecret(), sessionToken: someSecret() };
      const token = canaryToken();
      for (const [made, says] of [
        [{ kind: "bearer", token: secret(token) }, "Cannot give an AWS SDK credentials of kind bearer"],
        [
          { ...good, sessionToken: secret(`${token}\r\nx-evil: 1`) },
          "Cannot give an AWS SDK credentials of these characters",
        ],
        [{ ...good, secretAccessKey: secret("") }, "Cannot give an AWS SDK credentials of these characters"],
        [{ ...good, accessKeyId: "ü" }, "Cannot give an AWS SDK credentials of these characters"],
      ] as const) {
        const error = await failureOf(awsSdk(of(made)));
        assert.deepEqual([error.code, error.recovery], ["ERR_DOWNSTREAM_PROVIDER", "stop"]);
        assert.ok(error.message.startsWith(says), error.message);
        assertHides(assert, error, [token]);
      }
    });

    QUnit.test("names every wrong option at once", async (assert) => {
      const wrong = { request: 5, waitUntil: 5, timeoutMs: -1, platform: {}, region: "x" };
      const error = await failureOf(() => awsSdk({} as never, wrong as never));
      assert.deepEqual(error.problems, [
        "provider: expected a provider, as federate() gives",
        "request: expected a Request",
        "waitUntil: expected a function",
        "timeoutMs: expected at least 0 ms",
        "platform: expected a Platform",
        "region: unknown option",
      ]);
    });
  });

  QUnit.module("aws-sdk, forceRefresh", () => {
    QUnit.test("drops what was given, and waits for others, once for all who ask", async (assert) => {
      const { credentials, played, clock } = stage();
      const first = await credentials({ forceRefresh: true });
      assert.strictEqual(played.calls, 1, "there was nothing to drop");
      await clock.advance(31 * SECOND);
      played.answer = async (signal) => {
        await clock.sleep(SECOND, signal);
        return stage().fresh();
      };
      const calls = Array.from({ length: 50 }, () => fateOf(credentials({ forceRefresh: true })));
      await clock.advance(SECOND);
      assert.ok(calls.every(({ value }) => value !== undefined && value.sessionToken !== first.sessionToken));
      assert.strictEqual(played.calls, 2);
    });

    QUnit.test("gives what has replaced them already", async (assert) => {
      const { credentials, played, provider } = stage();
      const first = await credentials();
      provider.invalidate();
      await provider.get();
      const second = await credentials({ forceRefresh: true });
      assert.ok(second.sessionToken !== first.sessionToken);
      assert.strictEqual(played.calls, 2);
    });

    QUnit.test("gives what it has where no others are to be had, and fails after its end", async (assert) => {
      const { credentials, played, clock } = stage();
      const first = await credentials();
      await clock.advance(31 * SECOND);
      played.answer = async () => {
        throw failure({ recovery: "stop" });
      };
      const again = await credentials({ forceRefresh: true });
      assert.ok(again.sessionToken === first.sessionToken);
      assert.strictEqual(played.calls, 2);
      await clock.advance(HOUR);
      assert.strictEqual((await errorOf(credentials({ forceRefresh: true }))).code, "ERR_EXCHANGE_FAILED");
    });

    QUnit.test("is no loop at STS: not within 30 s, and once a minute for all clients", async (assert) => {
      const { credentials, provider, played, clock } = stage();
      const clients = [credentials, awsSdk(provider), awsSdk(provider)];
      const force = async (times: number): Promise<void> => {
        for (let at = 0; at < times; at++) await clients[at % clients.length]?.({ forceRefresh: true });
      };
      await force(20);
      assert.strictEqual(played.calls, 1, "they are younger than 30 s");
      await clock.advance(31 * SECOND);
      await force(20);
      assert.strictEqual(played.calls, 2);
      await clock.advance(31 * SECOND);
      await force(20);
      assert.strictEqual(played.calls, 2, "once a minute at most");
      await clock.advance(30 * SECOND);
      await force(20);
      assert.strictEqual(played.calls, 3);
    });

    QUnit.test("other things that an SDK says change nothing", async (assert) => {
      const { credentials, played } = stage();
      for (const asked of [undefined, {}, { forceRefresh: false }, { callerClientConfig: { region: "x" } }]) {
        await credentials(asked);
      }
      assert.strictEqual(played.calls, 1);
    });
  });
};
