/** Bodies that go out once, and what is said to the runtime about them. */
import { claimsChallenge, createAttach } from "@tokenhop/core";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import type { QUnitLike, Suite } from "../harness.ts";
import { API, counted, to, world } from "./downstream-support.ts";

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}';
const demand = `Bearer error="insufficient_claims", claims="${btoa(CLAIMS)}"`;
const refused = (): Response => new Response("no", { status: 401, headers: { "www-authenticate": demand } });
const stream = (text = "x"): ReadableStream => new Blob([text]).stream();

/** What `fetch` was given, for a runtime that looks at it as Node does. */
function spied(replies: readonly (() => Response)[]) {
  const inits: (RequestInit & { duplex?: string })[] = [];
  const platform = testPlatform({
    clock: manualClock(),
    async fetch(input, init = {}) {
      inits.push(init);
      // Whatever the runtime demands of a stream, it demands here.
      await new Request(input, init).text();
      return (replies[Math.min(inits.length, replies.length) - 1] as () => Response)();
    },
  });
  const one = counted({ platform });
  const { api } = createAttach({ api: one.provider }, { platform })(new Request("https://app.example/"));
  return { ...one, api, inits };
}

/** Hand-written: a body, and whether the runtime is told of a stream. */
const bodies: Readonly<Record<string, readonly [() => unknown, boolean]>> = {
  nothing: [() => undefined, false],
  null: [() => null, false],
  "a text": [() => "x", false],
  bytes: [() => new Uint8Array([120]), false],
  "a blob": [() => new Blob(["x"]), false],
  "a form": [() => new URLSearchParams({ a: "1" }), false],
  "a stream": [stream, true],
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("downstream, bodies", () => {
    for (const [what, [make, told]] of Object.entries(bodies)) {
      QUnit.test(`${what}: the runtime is told ${told ? "that it is a stream" : "nothing"}`, async (assert) => {
        const { api, inits } = spied([() => new Response("ok")]);
        const body = make() as BodyInit;
        const response = await api.fetch(API, { method: "POST", ...(body !== undefined && { body }) });
        assert.strictEqual(await response.text(), "ok");
        assert.deepEqual(
          inits.map((init) => init.duplex),
          [told ? "half" : undefined],
        );
      });
    }

    QUnit.test("what the caller says of a stream stays", async (assert) => {
      const { api, inits } = spied([() => new Response("ok")]);
      await api.fetch(API, { method: "POST", body: stream(), duplex: "full" } as RequestInit).catch(() => undefined);
      assert.strictEqual(inits[0]?.duplex, "full");
    });

    QUnit.test("a Request with a stream goes out as it is", async (assert) => {
      const { api, inits } = spied([() => new Response("ok")]);
      const init = { method: "POST", body: stream("all of it"), duplex: "half" };
      assert.strictEqual(await (await api.fetch(new Request(API, init))).text(), "ok");
      assert.strictEqual(inits.length, 1);
    });

    QUnit.test(
      "whatever else the caller says goes to the runtime, and the way of redirects does not",
      async (assert) => {
        const { api, inits } = spied([() => new Response("ok")]);
        await api.fetch(API, { keepalive: true, redirect: "follow", integrity: "" });
        assert.deepEqual([inits[0]?.keepalive, inits[0]?.integrity, inits[0]?.redirect], [true, "", "manual"]);
      },
    );

    QUnit.test("a stream's 401 says what was demanded, and the same again has the new token", async (assert) => {
      const { api, inits, claims } = spied([refused, () => new Response("ok")]);
      const send = (): Promise<Response> => api.fetch(API, { method: "PUT", body: stream() });
      const response = await send();
      assert.deepEqual([response.status, claimsChallenge(response.headers)], [401, CLAIMS]);
      assert.deepEqual([...claims], [undefined, CLAIMS]);
      assert.strictEqual((await send()).status, 200);
      assert.deepEqual([inits.length, claims.length], [2, 2]);
    });

    QUnit.test("claims that demand nothing of a token are no reason to fail", async (assert) => {
      for (const claims of ['{"access_token":null}', '{"access_token":"x"}', '{"access_token":5}', "{}", "5"]) {
        const headers = { "www-authenticate": `Bearer error="insufficient_claims", claims="${btoa(claims)}"` };
        const here = world([() => new Response("no", { status: 401, headers })]);
        const response = await here.api.fetch(API);
        assert.deepEqual([response.status, claimsChallenge(response.headers)], [401, undefined], claims);
      }
    });

    QUnit.test("redirect error: a reply that is no redirect passes", async (assert) => {
      for (const status of [304, 300]) {
        const here = world([new Response(null, { status })]);
        assert.strictEqual((await here.api.fetch(API, { redirect: "error" })).status, status);
      }
      for (const status of [301, 302, 303, 307, 308]) {
        const here = world([to("/x", status)]);
        await assert.rejects(here.api.fetch(API, { redirect: "error" }), (error) => error instanceof TypeError);
      }
    });
  });
};
