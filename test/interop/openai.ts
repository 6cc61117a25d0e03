/** The `azureADTokenProvider` of the OpenAI SDK. */
import { type BearerToken, ConfigError, defineTarget, federate } from "@tokenhop/core";
import { openai } from "@tokenhop/core/interop/openai";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { testPlatform, testProvider } from "@tokenhop/core/testing";
import { failureOf } from "../contract/platform.ts";
import { errorOf } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { ONE_RESOURCE } from "../targets/entra-support.ts";
import { atEntraProvider } from "./azure-sdk-support.ts";
import { asked, chosen, odd } from "./calls-support.ts";

const COGNITIVE = "https://cognitiveservices.azure.com/.default";
const FOUNDRY = "https://ai.azure.com/.default";

/** A target that takes no parameter at all, and says so. */
function withoutScope(token: string) {
  const to = defineTarget({
    name: "strict",
    identity: ["strict", {}],
    audience: "test",
    produces: "unknown",
    validate(params: Readonly<Record<string, never>>) {
      const unknown = Object.keys(params).map((name) => `${name}: unknown option`);
      if (unknown.length > 0) throw new ConfigError("strict().with()", unknown);
    },
    async exchange(subject, _params, { platform }): Promise<BearerToken> {
      return { kind: "bearer", token: subject.token, expiresAt: platform.now() + 60_000 };
    },
  });
  return federate({ from: fixedToken(token), to, platform: testPlatform() });
}

export const suite: Suite = (QUnit) => {
  QUnit.module("openai", () => {
    QUnit.test(
      "gives the text of a token for Azure's AI services, whatever the provider's own scope is",
      async (assert) => {
        for (const [scope, options, wanted] of [
          [undefined, {}, COGNITIVE],
          ["https://graph.microsoft.com/.default", undefined, COGNITIVE],
          [undefined, { scope: FOUNDRY }, FOUNDRY],
        ] as const) {
          const { provider, forms } = atEntraProvider({ scope });
          const text = await openai(provider, options)();
          assert.strictEqual((await forms())[0]?.get("scope"), wanted);
          assert.ok(text === (await provider.with({ scope: wanted }).get()).token.reveal());
        }
      },
    );

    QUnit.test("shares one exchange between all calls, and needs no `this`", async (assert) => {
      const { provider, requests } = atEntraProvider({});
      const azureADTokenProvider = openai(provider);
      const texts = await Promise.all(Array.from({ length: 20 }, () => azureADTokenProvider()));
      assert.ok(texts.every((text) => text === texts[0]));
      assert.strictEqual(requests.length, 1);
    });

    QUnit.test("asks a target that knows no scope for none", async (assert) => {
      const token = canaryToken();
      assert.ok((await openai(testProvider({ token }))()) === token);
      assert.ok((await openai(withoutScope(token))()) === token);
      const error = await failureOf(() => openai(withoutScope(token), { scope: FOUNDRY }));
      assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_INVALID", ["scope: unknown option"]]);
    });

    QUnit.test("refuses at once a scope that the target does not serve", async (assert) => {
      const { provider, requests } = atEntraProvider({});
      const error = await failureOf(() => openai(provider, { scope: "https://ai.azure.com" }));
      assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_INVALID", [`scope: ${ONE_RESOURCE}`]]);
      assert.strictEqual(requests.length, 0);
    });

    QUnit.test("passes on what belongs to the call", async (assert) => {
      const { provider, calls } = asked();
      const options = { request: new Request("https://app.example/"), waitUntil: () => undefined, timeoutMs: 700 };
      await openai(provider, options)();
      assert.deepEqual(chosen(calls[0] ?? {}), [options.request, options.waitUntil, 700, undefined]);
    });

    QUnit.test("refuses what is no bearer token, and shows nothing of it", async (assert) => {
      for (const [provider, says] of odd()) {
        const error = await errorOf(openai(provider)());
        assert.strictEqual(error.code, "ERR_DOWNSTREAM_PROVIDER");
        assert.ok(error.message.includes(says), error.message);
      }
    });

    QUnit.test("names everything that is wrong at once", async (assert) => {
      const wrong = { scope: "", request: 1, waitUntil: 5, timeoutMs: Number.NaN, apiKey: "x" };
      const error = await failureOf(() => openai(undefined as never, wrong as never));
      assert.deepEqual(
        [...(error.problems ?? [])],
        [
          "provider: missing, expected a provider, as federate() gives",
          "scope: expected a text that is not empty",
          "request: expected a Request",
          "waitUntil: expected a function",
          "timeoutMs: expected at least 0 ms",
          "apiKey: unknown option",
        ],
      );
    });
  });
};
