import {
  type Attached,
  type CredentialProvider,
  createAttach,
  defineSource,
  defineTarget,
  federate,
  secret,
} from "@tokenhop/core";
import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { assertHides, failureOf, NOW } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { API, counted, world } from "./downstream-support.ts";

const REQUEST = new Request("https://app.example/");

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("downstream", () => {
    QUnit.test("obtains nothing before it is needed, and one token for many calls", async (assert) => {
      const { api, tokens } = world([new Response("ok")]);
      assert.deepEqual([tokens.length, api.expiresAt], [0, undefined]);
      const [token] = await Promise.all([api.token(), api.fetch(API), api.fetch(API)]);
      assert.ok(token === tokens[0]);
      assert.deepEqual([tokens.length, api.expiresAt], [1, NOW + 3_600_000]);
    });

    QUnit.test("its functions work by themselves", async (assert) => {
      const { fetch, token, with: other } = world([new Response("ok")]).api as Attached<{ a: CredentialProvider }>["a"];
      assert.strictEqual(await (await fetch(API)).text(), "ok");
      assert.ok((await token()) === (await other({}).token()));
    });

    QUnit.test("prints neither the request nor the token", async (assert) => {
      const { api, tokens } = world([]);
      await api.token();
      assertHides(assert, api, tokens);
      assert.deepEqual(Object.keys(api), []);
    });

    QUnit.test("puts its own authorization in the place of another, and leaves the rest as it is", async (assert) => {
      const { api, requests, tokens } = world([new Response("ok")]);
      const headers = { authorization: "Bearer other", "content-type": "text/x" };
      await api.fetch(API, { method: "put", headers, body: "x" });
      await api.fetch(new Request(API, { method: "PATCH", headers, body: "y" }));
      const sent = requests.map(async (request) => [
        request.method,
        request.headers.get("content-type"),
        request.headers.get("authorization") === `Bearer ${tokens[0]}`,
        await request.text(),
      ]);
      assert.deepEqual(await Promise.all(sent), [
        ["PUT", "text/x", true, "x"],
        ["PATCH", "text/x", true, "y"],
      ]);
    });

    QUnit.test("gives fetch no field that the caller did not give", async (assert) => {
      const inits: (RequestInit | undefined)[] = [];
      const platform = testPlatform({
        fetch: async (_input, init) => {
          inits.push(init);
          return new Response("ok");
        },
      });
      const { api } = createAttach({ api: counted({ platform }).provider }, { platform })(REQUEST);
      await api.fetch(API);
      await api.fetch(API, { method: "HEAD" });
      assert.deepEqual(
        inits.map((init) => Object.keys(init ?? {}).sort()),
        [
          ["headers", "redirect"],
          ["headers", "method", "redirect"],
        ],
      );
    });

    QUnit.test("a caller's signal ends its wait for a token, and its request", async (assert) => {
      const reason = new Error("gone");
      const controller = new AbortController();
      const { api, requests } = world([
        () => {
          controller.abort(reason);
          throw new TypeError("aborted");
        },
      ]);
      for (const signal of [
        AbortSignal.abort(reason),
        new Request(API, { signal: AbortSignal.abort(reason) }).signal,
      ]) {
        await assert.rejects(api.fetch(API, { signal }), (error) => error === reason);
        await assert.rejects(api.fetch(new Request(API, { signal })), (error) => error === reason);
      }
      assert.strictEqual(requests.length, 0);
      await assert.rejects(api.fetch(API, { signal: controller.signal }), (error) => error instanceof TypeError);
      assert.ok(requests[0]?.signal.aborted, "the request itself has the signal");
    });

    QUnit.test("a request waits no longer than it is told", async (assert) => {
      const clock = manualClock();
      const platform = testPlatform({ clock, fetch: scriptedFetch([]) });
      const never = federate({
        platform,
        from: defineSource({
          name: "never",
          identity: ["never", {}],
          provenance: "unknown",
          detect: () => ({ found: true }),
          getToken: () => new Promise(() => undefined),
        }),
        to: defineTarget({
          name: "test",
          identity: ["test", {}],
          audience: "test",
          produces: "unknown",
          exchange: async () => ({ kind: "bearer", token: secret(canaryToken()), expiresAt: NOW }),
        }),
      });
      const { api } = createAttach({ api: never }, { platform, timeoutMs: 3_000 })(REQUEST);
      const failure = failureOf(() => api.token());
      await clock.advance(3_000);
      assert.strictEqual((await failure).code, "ERR_CALL_TIMEOUT");
    });

    QUnit.test("refuses a credential that no header can carry", async (assert) => {
      const platform = testPlatform({ fetch: scriptedFetch([new Response("ok")]) });
      const { provider } = counted({ platform });
      const aws = {
        ...provider,
        hosts: ["api.example"],
        get: async () => ({ kind: "aws", token: secret(canaryToken()) }),
      };
      const { api } = createAttach({ api: aws as never as CredentialProvider }, { platform })(REQUEST);
      for (const use of [() => api.token(), () => api.fetch(API)]) {
        const error = await failureOf(use);
        assert.strictEqual(error.code, "ERR_DOWNSTREAM_PROVIDER");
        assert.ok(error.message.includes("kind aws"), error.message);
      }
    });

    QUnit.test("shows no token in the complaint that it is no header", async (assert) => {
      const platform = testPlatform({ fetch: scriptedFetch([new Response("ok")]) });
      const { provider } = counted({ platform });
      for (const bad of ["\n", "\u0000", "…"]) {
        const token = secret(`${canaryToken()}${bad}x`);
        const odd = {
          ...provider,
          hosts: ["api.example"],
          get: async () => ({ kind: "bearer", token, expiresAt: NOW }),
        };
        const { api } = createAttach({ api: odd as never as CredentialProvider }, { platform })(REQUEST);
        const error = await failureOf(() => api.fetch(API));
        assert.strictEqual(error.code, "ERR_DOWNSTREAM_PROVIDER");
        assertHides(assert, error, [token.reveal()]);
      }
    });

    QUnit.test("names every mistake at once", async (assert) => {
      const { provider } = counted({ platform: testPlatform() });
      const wrong = { ok: provider, graph: undefined, arm: {} } as never;
      const error = await failureOf(() => createAttach(wrong, { egar: true } as never));
      assert.deepEqual(
        [error.code, ...(error.problems ?? [])],
        [
          "ERR_CONFIG_INVALID",
          "graph: expected a provider, as federate() gives",
          "arm: expected a provider, as federate() gives",
          "egar: unknown option",
        ],
      );
      const attach = createAttach(() => wrong, { platform: testPlatform() });
      assert.strictEqual((await failureOf(() => attach(REQUEST))).code, "ERR_CONFIG_INVALID");
    });
  });
};
