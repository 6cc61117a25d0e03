import { type BearerToken, createAttach, defineTarget, federate } from "@tokenhop/core";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { API, carried, to, type World, world } from "./downstream-support.ts";
import { bearer, fateOf, HOUR } from "./support.ts";

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}';
const no = (challenge?: string): Response =>
  new Response("no", { status: 401, ...(challenge && { headers: { "www-authenticate": challenge } }) });
const demand = (claims = CLAIMS): string => `Bearer realm="", error="insufficient_claims", claims="${btoa(claims)}"`;
const done = (): Response => new Response("done");

/** A world whose token is older than 30 s: only then may a plain 401 cost a new one. */
async function aged(script: Parameters<typeof world>[0]): Promise<World> {
  const here = world(script);
  await here.api.token();
  await here.clock.advance(31_000);
  return here;
}

/** Hand-written: a body, and whether it can be sent again. */
const bodies: Readonly<Record<string, readonly [() => RequestInit["body"], boolean]>> = {
  "a text": [() => "x", true],
  "an empty text": [() => "", true],
  bytes: [() => new Uint8Array([120]), true],
  "an ArrayBuffer": [() => new Uint8Array([120]).buffer, true],
  "a blob": [() => new Blob(["x"]), true],
  "a form": [() => new URLSearchParams({ a: "1" }), true],
  "form data": [() => new FormData(), true],
  "a stream": [() => new Blob(["x"]).stream(), false],
};

/** Challenges that demand nothing that can be had. */
const meaningless: Readonly<Record<string, string>> = {
  "no error": `Bearer claims="${btoa(CLAIMS)}"`,
  "another error": `Bearer error="invalid_token", claims="${btoa(CLAIMS)}"`,
  "a longer error": `Bearer error="insufficient_claims_x", claims="${btoa(CLAIMS)}"`,
  "no claims": 'Bearer error="insufficient_claims"',
  "empty claims": 'Bearer error="insufficient_claims", claims=""',
  "claims in no base64": 'Bearer error="insufficient_claims", claims="%%%"',
  "claims that are no UTF-8": 'Bearer error="insufficient_claims", claims="//79"',
  "claims that are no JSON": demand("nonsense"),
  "claims without access_token": demand('{"id_token":{}}'),
  "claims that are null": demand("null"),
  "claims beyond 4 kB": demand(`{"access_token":{"a":"${"x".repeat(4_100)}"}}`),
  "claims of another name": `Bearer error="insufficient_claims", other-claims="${btoa(CLAIMS)}"`,
  "another scheme": `PoP error="insufficient_claims", claims="${btoa(CLAIMS)}"`,
  "another scheme beside Bearer": `Bearer realm="", PoP error="insufficient_claims", claims="${btoa(CLAIMS)}"`,
};

const understood: Readonly<Record<string, string>> = {
  "the documented form": `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="${btoa(CLAIMS)}"`,
  "another order": `Bearer claims="${btoa(CLAIMS)}", error="insufficient_claims"`,
  "other cases and spaces": `BEARER Error = "insufficient_claims" , Claims = "${btoa(CLAIMS)}"`,
  "an error without quotes": `Bearer error=insufficient_claims, claims="${btoa(CLAIMS)}"`,
  "base64url without padding": `Bearer error="insufficient_claims", claims="${btoa(CLAIMS).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_")}"`,
  "another challenge before it": `Negotiate, PoP realm="a", ${demand()}`,
  "another challenge behind it": `${demand()}, Basic realm="x"`,
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("downstream 401", () => {
    QUnit.test("plain: once more with a new token", async (assert) => {
      const here = await aged([no(), done()]);
      assert.strictEqual(await (await here.api.fetch(API)).text(), "done");
      assert.deepEqual([...carried(here)], [0, 1]);
    });

    QUnit.test("plain: a second refusal is the answer", async (assert) => {
      const here = await aged([no()]);
      const response = await here.api.fetch(API);
      assert.deepEqual([response.status, await response.text()], [401, "no"]);
      assert.deepEqual([...carried(here)], [0, 1]);
    });

    QUnit.test("plain: costs no new token where the held one is young, nor twice a minute", async (assert) => {
      const here = world([no()]);
      await here.api.fetch(API);
      assert.strictEqual(here.tokens.length, 1, "it is young");
      await here.clock.advance(31_000);
      await here.api.fetch(API);
      assert.strictEqual(here.tokens.length, 2);
      await here.clock.advance(31_000);
      await here.api.fetch(API);
      assert.strictEqual(here.tokens.length, 2, "one went less than a minute ago");
      await here.clock.advance(30_000);
      await here.api.fetch(API);
      assert.strictEqual(here.tokens.length, 3);
    });

    QUnit.test("plain: who is refused together goes on together, with the one new token", async (assert) => {
      const here = await aged([no(), no(), no(), no(), no(), done()]);
      const replies = await Promise.all(Array.from({ length: 5 }, () => here.api.fetch(API)));
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 200, 200, 200, 200],
      );
      assert.deepEqual([...carried(here)], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    });

    QUnit.test(
      "plain: who was given it because no other came does not wait for another a second time",
      async (assert) => {
        const clock = manualClock();
        const platform = testPlatform({ clock, fetch: async () => no() });
        let hangs = false;
        const target = defineTarget({
          name: "hanging",
          identity: ["hanging", {}],
          audience: "test",
          produces: "unknown",
          hosts: () => ["api.example"],
          exchange: (): Promise<BearerToken> => (hangs ? new Promise(() => {}) : Promise.resolve(bearer(clock, HOUR))),
        });
        const from = fixedToken(canaryToken());
        const attach = createAttach({ api: federate({ from, to: target, platform }) }, { platform });
        const { api } = attach(new Request("https://app.example/"));
        await api.token();
        await clock.advance(31_000);
        hangs = true;
        const first = fateOf(api.fetch(API));
        await clock.advance(2_000);
        assert.strictEqual(first.value?.status, 401, "two seconds for another one");
        await clock.advance(1_000);
        const second = fateOf(api.fetch(API));
        await clock.advance(2_000);
        assert.strictEqual(second.value?.status, 401, "two, and not four");
      },
    );

    QUnit.test("other statuses are answers", async (assert) => {
      for (const status of [400, 403, 407, 500]) {
        const here = await aged([new Response("no", { status, headers: { "www-authenticate": demand() } }), done()]);
        assert.strictEqual((await here.api.fetch(API)).status, status);
        assert.strictEqual(here.tokens.length, 1);
      }
    });

    for (const [what, [make, again]] of Object.entries(bodies)) {
      QUnit.test(
        `${what} as body ${again ? "is sent again" : "is not sent again: the 401 is the answer"}`,
        async (assert) => {
          for (const challenge of [undefined, demand()]) {
            const consume = (request: Request): Promise<Response> => request.text().then(() => no(challenge));
            const here = await aged([consume, done()]);
            const init = { method: "POST", body: make() ?? null, duplex: "half" };
            const response = await here.api.fetch(API, init);
            assert.deepEqual([response.status, here.requests.length], again ? [200, 2] : [401, 1]);
          }
        },
      );
    }

    QUnit.test("a Request with a body is not sent again, one without is", async (assert) => {
      const posted = await aged([no(), done()]);
      assert.strictEqual((await posted.api.fetch(new Request(API, { method: "POST", body: "x" }))).status, 401);
      const got = await aged([no(), done()]);
      assert.strictEqual((await got.api.fetch(new Request(API))).status, 200);
    });

    QUnit.test("where the body is gone, the caller's next request still has what it needs", async (assert) => {
      for (const challenge of [undefined, demand()]) {
        const here = await aged([no(challenge), done()]);
        const post = (): Promise<Response> => here.api.fetch(new Request(API, { method: "POST", body: "x" }));
        assert.strictEqual((await post()).status, 401);
        assert.strictEqual((await post()).status, 200);
        assert.deepEqual([...carried(here)], [0, 1]);
      }
    });

    QUnit.test("lets go of the refused reply's body", async (assert) => {
      let cancelled = 0;
      const body = (): ReadableStream => new ReadableStream({ cancel: () => void cancelled++ });
      const here = await aged([() => new Response(body(), { status: 401 }), done()]);
      await here.api.fetch(API);
      assert.strictEqual(cancelled, 1);
    });
  });

  QUnit.module("downstream claims challenge", () => {
    for (const [what, challenge] of Object.entries(understood)) {
      QUnit.test(`is understood: ${what}`, async (assert) => {
        const here = world([no(challenge), done()]);
        assert.strictEqual((await here.api.fetch(API)).status, 200, "however young the token is");
        assert.deepEqual([...here.claims], [undefined, CLAIMS]);
        assert.deepEqual([...carried(here)], [0, 1]);
        await here.api.token();
        assert.strictEqual(here.tokens.length, 2, "the new token serves from now on");
      });
    }

    for (const [what, challenge] of Object.entries(meaningless)) {
      QUnit.test(`is left alone: ${what}`, async (assert) => {
        const here = world([no(challenge), done()]);
        assert.strictEqual((await here.api.fetch(API)).status, 401);
        assert.deepEqual([...here.claims], [undefined]);
      });
    }

    QUnit.test("is answered once", async (assert) => {
      const here = world([no(demand())]);
      assert.strictEqual((await here.api.fetch(API)).status, 401);
      assert.strictEqual(here.tokens.length, 2);
    });

    QUnit.test("of another origin is left alone", async (assert) => {
      const here = await aged([to("https://evil.example/"), no(demand()), done()]);
      assert.strictEqual((await here.api.fetch(API)).status, 401);
      assert.deepEqual([here.tokens.length, here.requests.length], [1, 2]);
    });

    QUnit.test("behind a redirect on the same origin counts", async (assert) => {
      const here = world([to("/x"), no(demand()), to("/x"), done()]);
      assert.strictEqual((await here.api.fetch(API)).status, 200);
      assert.deepEqual([...carried(here)], [0, 0, 1, 1]);
    });
  });
};
