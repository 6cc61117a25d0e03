/** What a request for a token for elsewhere is signed with, when it is the user's to say. */
import { defineTarget, federate, TokenError } from "@tokenhop/core";
import { awsWebIdentity } from "@tokenhop/core/sources/aws-web-identity";
import { assertHides, contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { freshToken } from "../contract/wire.ts";
import type { Suite } from "../harness.ts";
import { refusal } from "../targets/aws-sts-support.ts";
import { asking, KEY_ID, KEYS, OUTBOUND, providerOf, reply, SECRET, SESSION } from "./aws-web-identity-support.ts";

const AUDIENCE = "api://AzureADTokenExchange";

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-web-identity outbound, its credentials", () => {
    QUnit.test("a provider is asked for each token, with the request and the signal", async (assert) => {
      const request = new Request("https://app.example/");
      const signal = new AbortController().signal;
      const { provider, log } = providerOf();
      const source = awsWebIdentity({ outbound: { ...OUTBOUND, credentials: provider } });
      const platform = fakePlatform({ respond: () => new Response(reply(freshToken())) });
      await source.getToken({ audience: AUDIENCE }, contextFor(platform, { request, signal }));
      assert.deepEqual(log, [{ request, signal }]);
      assert.deepEqual([source.partition, source.perRequest], [undefined, undefined]);
    });

    QUnit.test("users stay apart as they do in the provider, and nothing outlives their own", async (assert) => {
      const request = new Request("https://app.example/?ann");
      const { provider } = providerOf({ perRequest: true, partition: (of) => [of?.url] }, NOW + 100_000);
      const source = awsWebIdentity({ outbound: { ...OUTBOUND, credentials: provider } });
      assert.strictEqual(source.perRequest, true);
      assert.deepEqual(source.partition?.(request), ["https://app.example/?ann"]);
      const platform = fakePlatform({ respond: () => new Response(reply(freshToken())) });
      const { expiresAt } = await source.getToken({ audience: AUDIENCE }, contextFor(platform, { request }));
      assert.strictEqual(expiresAt, NOW + 100_000);
    });

    QUnit.test("its errors go through as they are", async (assert) => {
      const own = new TokenError("Cannot exchange token at somewhere: no", { code: "ERR_EXCHANGE_REFUSED" });
      const get = async (): Promise<never> => {
        throw own;
      };
      const { provider } = providerOf({ get });
      for (const credentials of [provider, get]) {
        assert.strictEqual(await failureOf(() => asking({ credentials }).run()), own);
      }
    });

    QUnit.test("ended credentials are dropped, and asked for again if there are others", async (assert) => {
      for (const others of [true, false]) {
        const { provider, log } = providerOf();
        const invalidate: typeof provider.invalidate = (...given) => provider.invalidate(...given) && others;
        const respond = (): Response => new Response(refusal("ExpiredToken", "x"), { status: 403 });
        const error = await failureOf(() => asking({ credentials: { ...provider, invalidate } }, { respond }).run());
        assert.strictEqual(error.recovery, others ? "retry" : "stop");
        assert.deepEqual(log.slice(1), [[true, "unauthorized"]]);
      }
    });

    QUnit.test("a function's own failure is told by its name alone", async (assert) => {
      const credentials = (): never => {
        throw new RangeError(`leaky ${SECRET}`);
      };
      const error = await failureOf(() => asking({ credentials }).run());
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
      assert.ok(error.message.includes("the function for credentials threw RangeError"), error.message);
    });

    QUnit.test("what cannot stand in a header is refused before it is sent", async (assert) => {
      const of = (text: string) => ({ reveal: () => text });
      for (const wrong of [
        undefined,
        null,
        "keys",
        {},
        { ...KEYS, accessKeyId: `${KEY_ID}\r\nx-evil: 1` },
        { ...KEYS, accessKeyId: "" },
        { ...KEYS, secretAccessKey: SECRET },
        { ...KEYS, secretAccessKey: of("") },
        { ...KEYS, sessionToken: undefined },
        { ...KEYS, sessionToken: of(`${SESSION}\n`) },
        { ...KEYS, sessionToken: of("ü") },
      ]) {
        const { platform, run } = asking({ credentials: () => wrong as never });
        const error = await failureOf(() => run());
        assert.deepEqual([error.code, error.recovery, platform.requests.length], ["ERR_SOURCE_FAILED", "stop", 0]);
        assert.ok(error.message.includes("no AWS credentials with a session token"), error.message);
        assertHides(assert, error, [SECRET, SESSION]);
      }
    });

    QUnit.test("what they are is shown nowhere", (assert) => {
      const source = awsWebIdentity({ outbound: { ...OUTBOUND, credentials: providerOf().provider } });
      assertHides(assert, source, [SECRET, SESSION]);
    });

    QUnit.test("a provider makes one token for many, and a new one before it ends", async (assert) => {
      const platform = fakePlatform({ respond: () => new Response(reply(freshToken())) });
      const to = defineTarget({
        name: "elsewhere",
        identity: ["elsewhere"],
        audience: AUDIENCE,
        produces: "external",
        exchange: async ({ token, expiresAt = 0 }) => ({ kind: "bearer" as const, token, expiresAt }),
      });
      const provider = federate({ from: awsWebIdentity({ outbound: OUTBOUND }), to, platform });
      const [one, other] = await Promise.all([provider.get(), provider.get()]);
      assert.ok(one === other && platform.requests.length === 1);
    });
  });
};
