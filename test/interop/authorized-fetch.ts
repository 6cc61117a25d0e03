/** A `fetch` for SDKs that take one: the same guarantees as the one in a request's context. */
import { authorizedFetch } from "@tokenhop/core/interop/authorized-fetch";
import { failureOf } from "../contract/platform.ts";
import { errorOf, MINUTE } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { asked, chosen, odd, staged, URL_OF_HOST } from "./calls-support.ts";

const ok = (): Response => new Response("ok");
const refused = (): Response => new Response("no", { status: 401 });
const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';

export const suite: Suite = (QUnit) => {
  QUnit.module("authorized-fetch", () => {
    QUnit.test("attaches the token in the place of what a client had set", async (assert) => {
      const { provider, platform, requests, tokens } = staged([ok]);
      const fetch = authorizedFetch(provider, { platform });
      const inputs = [URL_OF_HOST, new URL(URL_OF_HOST), new Request(URL_OF_HOST, { method: "POST", body: "a" })];
      for (const input of inputs) {
        const headers = { authorization: "Bearer of-the-client", "x-mine": "kept" };
        assert.strictEqual(await (await fetch(input, { headers })).text(), "ok");
      }
      assert.strictEqual(tokens.length, 1, "one exchange for all of them");
      for (const { headers } of requests) {
        assert.ok(headers.get("authorization") === `Bearer ${tokens[0]}`);
        assert.strictEqual(headers.get("x-mine"), "kept");
      }
      assert.strictEqual(await requests[2]?.text(), "a");
    });

    QUnit.test("sends it nowhere else, and asks for none then", async (assert) => {
      const { provider, platform, requests, tokens } = staged([ok]);
      const fetch = authorizedFetch(provider, { platform });
      const wrong = [
        "https://api.example.evil.test/",
        "https://evil.test/api.example",
        "https://api.example:8443/",
        "http://api.example/",
        "https://user@api.example/",
        "https://\u0430pi.example/",
      ];
      for (const url of wrong) assert.strictEqual((await errorOf(fetch(url))).code, "ERR_DOWNSTREAM_HOST", url);
      assert.deepEqual([requests.length, tokens.length], [0, 0]);
    });

    QUnit.test("leaves the token behind when a reply points elsewhere", async (assert) => {
      const elsewhere = new Response(null, { status: 302, headers: { location: "https://evil.test/" } });
      const { provider, platform, requests } = staged([elsewhere, ok]);
      assert.strictEqual((await authorizedFetch(provider, { platform })(URL_OF_HOST)).status, 200);
      assert.deepEqual(
        requests.map(({ headers }) => headers.has("authorization")),
        [true, false],
      );
    });

    QUnit.test("answers a 401 once, with a new token", async (assert) => {
      const { provider, platform, requests, tokens, clock } = staged([ok, refused, ok, refused, refused]);
      const fetch = authorizedFetch(provider, { platform });
      await fetch(URL_OF_HOST);
      await clock.advance(MINUTE);
      assert.strictEqual((await fetch(URL_OF_HOST, { method: "POST", body: "again" })).status, 200);
      assert.deepEqual([tokens.length, requests.length], [2, 3]);
      assert.strictEqual(await requests[2]?.text(), "again");
      assert.strictEqual((await fetch(URL_OF_HOST)).status, 401, "a young one is not thrown away");
      assert.strictEqual(tokens.length, 2);
    });

    QUnit.test("satisfies a claims challenge", async (assert) => {
      const challenge = `Bearer realm="", error="insufficient_claims", claims="${btoa(CLAIMS)}"`;
      const demand = new Response("no", { status: 401, headers: { "www-authenticate": challenge } });
      const { provider, platform, claims } = staged([demand, ok]);
      assert.strictEqual((await authorizedFetch(provider, { platform })(URL_OF_HOST)).status, 200);
      assert.deepEqual([...claims], [undefined, CLAIMS]);
    });

    QUnit.test("passes on what belongs to the call", async (assert) => {
      const { platform } = staged([ok]);
      const { provider, calls } = asked();
      const options = { request: new Request("https://app.example/"), waitUntil: () => undefined, timeoutMs: 700 };
      await authorizedFetch(provider, { ...options, platform })(URL_OF_HOST);
      assert.deepEqual(chosen(calls[0] ?? {}), [options.request, options.waitUntil, 700, undefined]);
      const controller = new AbortController();
      controller.abort();
      const aborted = authorizedFetch(provider, { platform })(URL_OF_HOST, { signal: controller.signal });
      await assert.rejects(aborted, (error) => (error as Error).name === "AbortError");
    });

    QUnit.test("refuses what is no bearer token, and shows nothing of it", async (assert) => {
      const { platform, requests } = staged([ok]);
      for (const [provider, says] of odd()) {
        const error = await errorOf(authorizedFetch(provider, { platform })(URL_OF_HOST));
        assert.strictEqual(error.code, "ERR_DOWNSTREAM_PROVIDER");
        assert.ok(error.message.includes(says), error.message);
      }
      assert.strictEqual(requests.length, 0);
    });

    QUnit.test("names everything that is wrong at once", async (assert) => {
      const wrong = { request: "GET /", waitUntil: 5, timeoutMs: -1, platform: {}, scope: "x" };
      const error = await failureOf(() => authorizedFetch({ get: 1 } as never, wrong as never));
      assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
      assert.deepEqual(
        [...(error.problems ?? [])],
        [
          "provider: expected a provider, as federate() gives",
          "request: expected a Request",
          "waitUntil: expected a function",
          "timeoutMs: expected at least 0 ms",
          "platform: expected a Platform",
          "scope: unknown option",
        ],
      );
    });
  });
};
