/** Headers for clients that take nothing else, for a host that the provider knows. */
import { toHeaders } from "@tokenhop/core/interop/to-headers";
import { errorOf } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { atEntraProvider } from "./azure-sdk-support.ts";
import { asked, chosen, odd, staged, URL_OF_HOST } from "./calls-support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("to-headers", () => {
    QUnit.test("gives a plain object with the token, a new one each time", async (assert) => {
      const { provider, tokens } = staged([]);
      const [one, other] = [
        await toHeaders(provider, { url: URL_OF_HOST }),
        await toHeaders(provider, { url: new URL(URL_OF_HOST) }),
      ];
      assert.deepEqual(Object.keys(one), ["authorization"]);
      assert.ok(one.authorization === `Bearer ${tokens[0]}` && other.authorization === one.authorization);
      assert.ok(one !== other && Object.getPrototypeOf(one) === Object.prototype);
      assert.strictEqual(tokens.length, 1);
    });

    QUnit.test("takes a WebSocket's URL for what it is", async (assert) => {
      const { provider } = staged([]);
      assert.ok((await toHeaders(provider, { url: "wss://api.example/live" })).authorization);
      const plain = await errorOf(toHeaders(provider, { url: "ws://api.example/live" }));
      assert.strictEqual(plain.code, "ERR_DOWNSTREAM_HOST");
    });

    QUnit.test("gives none for another host, and asks for none then", async (assert) => {
      const { provider, tokens } = staged([]);
      const wrong = ["https://evil.test/", "https://api.example.evil.test/", "http://api.example/", "wss://evil.test/"];
      for (const url of [...wrong, "https://a:b@api.example/", "https://api.example:444/"])
        assert.strictEqual((await errorOf(toHeaders(provider, { url }))).code, "ERR_DOWNSTREAM_HOST", url);
      assert.strictEqual(tokens.length, 0);
    });

    QUnit.test("goes by the hosts of the scope, and names a scope that is missing", async (assert) => {
      const { provider, requests } = atEntraProvider({ scope: undefined });
      const url = "https://contoso.openai.azure.com/openai/v1/realtime";
      const missing = await errorOf(toHeaders(provider, { url }));
      assert.deepEqual([missing.code, missing.problems?.[0]?.split(":")[0]], ["ERR_CONFIG_INVALID", "scope"]);
      const view = provider.with({ scope: "https://cognitiveservices.azure.com/.default" });
      assert.ok((await toHeaders(view, { url })).authorization);
      const graph = provider.with({ scope: "https://graph.microsoft.com/.default" });
      assert.strictEqual((await errorOf(toHeaders(graph, { url }))).code, "ERR_DOWNSTREAM_HOST");
      assert.strictEqual(requests.length, 1);
    });

    QUnit.test("passes on what belongs to the call", async (assert) => {
      const { provider, calls } = asked();
      const claims = '{"access_token":{}}';
      const options = {
        request: new Request("https://app.example/"),
        waitUntil: () => undefined,
        timeoutMs: 700,
        claims,
      };
      await toHeaders(provider, { url: URL_OF_HOST, ...options });
      assert.deepEqual(chosen(calls[0] ?? {}), [options.request, options.waitUntil, 700, claims]);
      const aborted = toHeaders(provider, { url: URL_OF_HOST, signal: AbortSignal.abort() });
      await assert.rejects(aborted, (error) => (error as Error).name === "AbortError");
    });

    QUnit.test("refuses what is no bearer token, and shows nothing of it", async (assert) => {
      for (const [provider, says] of odd()) {
        const error = await errorOf(toHeaders(provider, { url: URL_OF_HOST }));
        assert.strictEqual(error.code, "ERR_DOWNSTREAM_PROVIDER");
        assert.ok(error.message.includes(says), error.message);
      }
    });

    QUnit.test("names everything that is wrong at once", async (assert) => {
      const wrong = { url: "no url", request: 1, waitUntil: 5, timeoutMs: "soon", signal: {}, claims: "", headers: {} };
      const error = await errorOf(toHeaders({} as never, wrong as never));
      assert.deepEqual(
        [...(error.problems ?? [])],
        [
          "provider: expected a provider, as federate() gives",
          "url: expected a URL",
          "request: expected a Request",
          "waitUntil: expected a function",
          "timeoutMs: expected at least 0 ms",
          "signal: expected an AbortSignal",
          "claims: expected a text that is not empty",
          "headers: unknown option",
        ],
      );
      const { provider } = staged([]);
      const missing = await errorOf(toHeaders(provider, undefined as never));
      assert.deepEqual([...(missing.problems ?? [])], ["url: missing, expected a URL"]);
    });
  });
};
