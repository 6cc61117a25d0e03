/** The `authProvider` of an MCP client's transport. */
import { mcp } from "@tokenhop/core/interop/mcp";
import { failureOf } from "../contract/platform.ts";
import { errorOf, failure, MINUTE, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { asked, chosen, odd, staged, URL_OF_HOST } from "./calls-support.ts";

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
const refusal = (headers: Record<string, string> = {}, from = ""): { readonly response: Response } => {
  const response = new Response("no", { status: 401, headers });
  return { response: from ? Object.defineProperty(response, "url", { value: from }) : response };
};
const challenge = { "www-authenticate": `Bearer realm="", error="insufficient_claims", claims="${btoa(CLAIMS)}"` };

export const suite: Suite = (QUnit) => {
  QUnit.module("mcp", () => {
    QUnit.test("gives the token's text for each request, of one exchange", async (assert) => {
      const { provider, tokens } = staged([]);
      const authProvider = mcp(provider, { url: new URL(URL_OF_HOST) });
      const texts = await Promise.all([1, 2, 3].map(() => authProvider.token()));
      assert.ok(texts.every((text) => text === tokens[0]));
      assert.strictEqual(tokens.length, 1);
    });

    QUnit.test("has none of what an OAuth client has, or it would be taken for one", (assert) => {
      const { provider } = staged([]);
      assert.deepEqual(Object.keys(mcp(provider, { url: URL_OF_HOST })), ["token", "onUnauthorized"]);
    });

    QUnit.test("gives none for another server, and asks for none then", async (assert) => {
      const { provider, tokens } = staged([]);
      for (const url of ["https://evil.test/mcp", "http://api.example/mcp", "https://a@api.example/mcp"]) {
        const error = await errorOf(mcp(provider, { url }).token());
        assert.strictEqual(error.code, "ERR_DOWNSTREAM_HOST", url);
      }
      assert.strictEqual(tokens.length, 0);
    });

    QUnit.test("has another token after a 401, but not for one that is young, and once a minute", async (assert) => {
      const { provider, tokens, clock } = staged([]);
      const authProvider = mcp(provider, { url: URL_OF_HOST });
      await authProvider.onUnauthorized(refusal());
      await authProvider.token();
      await authProvider.onUnauthorized(refusal());
      assert.ok((await authProvider.token()) === tokens[0]);
      assert.strictEqual(tokens.length, 1);
      await clock.advance(31_000);
      await authProvider.onUnauthorized(refusal());
      assert.ok((await authProvider.token()) === tokens[1]);
      await clock.advance(31_000);
      await authProvider.onUnauthorized(refusal());
      assert.ok((await authProvider.token()) === tokens[1], "within the minute");
      await clock.advance(MINUTE);
      await authProvider.onUnauthorized(refusal());
      assert.ok((await authProvider.token()) === tokens[2]);
    });

    QUnit.test("satisfies a claims challenge, of its own server only", async (assert) => {
      const { provider, claims, tokens } = staged([]);
      const authProvider = mcp(provider, { url: URL_OF_HOST });
      await authProvider.token();
      await authProvider.onUnauthorized(refusal(challenge, "https://evil.test/mcp"));
      assert.strictEqual(tokens.length, 1, "after a redirect");
      await authProvider.onUnauthorized(refusal(challenge, URL_OF_HOST));
      assert.ok((await authProvider.token()) === tokens[1]);
      assert.deepEqual([...claims], [undefined, CLAIMS]);
    });

    QUnit.test("fails with the provider's error where no token is to be had", async (assert) => {
      const { provider, target } = world({ limits: { attempts: 1 } });
      const refused = failure({ recovery: "stop" });
      target.answer = () => {
        throw refused;
      };
      const view = Object.defineProperty({ ...provider }, "hosts", { value: ["api.example"] });
      const authProvider = mcp(view, { url: URL_OF_HOST });
      assert.ok((await errorOf(authProvider.token())) === refused);
      assert.strictEqual((await errorOf(authProvider.onUnauthorized(refusal(challenge)))).code, refused.code);
    });

    QUnit.test("passes on what belongs to the call", async (assert) => {
      const { provider, calls } = asked();
      const options = { request: new Request("https://app.example/"), waitUntil: () => undefined, timeoutMs: 700 };
      const authProvider = mcp(provider, { url: URL_OF_HOST, ...options });
      await authProvider.token();
      await authProvider.onUnauthorized(refusal(challenge));
      const rest = [options.request, options.waitUntil, 700];
      assert.deepEqual(calls.map(chosen), [
        [...rest, undefined],
        [...rest, CLAIMS],
      ]);
    });

    QUnit.test("refuses what is no bearer token, and shows nothing of it", async (assert) => {
      for (const [provider, says] of odd()) {
        const error = await errorOf(mcp(provider, { url: URL_OF_HOST }).token());
        assert.strictEqual(error.code, "ERR_DOWNSTREAM_PROVIDER");
        assert.ok(error.message.includes(says), error.message);
      }
    });

    QUnit.test("names everything that is wrong at once", async (assert) => {
      const wrong = { url: "/mcp", request: 1, waitUntil: 5, timeoutMs: -1, scope: "x" };
      const error = await failureOf(() => mcp({} as never, wrong as never));
      assert.deepEqual(
        [...(error.problems ?? [])],
        [
          "provider: expected a provider, as federate() gives",
          "url: expected a URL",
          "request: expected a Request",
          "waitUntil: expected a function",
          "timeoutMs: expected at least 0 ms",
          "scope: unknown option",
        ],
      );
      const missing = await failureOf(() => mcp(staged([]).provider, undefined as never));
      assert.deepEqual([...(missing.problems ?? [])], ["url: missing, expected a URL"]);
    });
  });
};
