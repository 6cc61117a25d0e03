/** How the source for OpenID Connect clients finds the token endpoint, and for how long it remembers it. */
import { oidcClient } from "@tokenhop/core/sources/oidc-client";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import { contextFor, failureOf, fakePlatform, json, type Sent } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { Suite } from "../harness.ts";
import { ask, document, granted, issuer, options, tokenEndpoint } from "./oidc-client-support.ts";

const HOUR_MS = 3_600_000;
const discovering = { tokenEndpoint: undefined };

/** A provider whose document is this, and which counts what it is asked. */
function providerOf(documentOf: () => unknown = () => document, tokenReply: () => Response = () => json(granted())) {
  const asked: string[] = [];
  const respond = ({ method, url }: Pick<Sent, "method" | "url">): Response => {
    asked.push(`${method} ${url.href}`);
    return method === "GET" ? json(documentOf()) : tokenReply();
  };
  return { asked, respond, platform: fakePlatform({ respond }) };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("source oidc-client, its discovery", () => {
    for (const [of, at] of [
      ["https://acme.eu.auth0.com/", "https://acme.eu.auth0.com/.well-known/openid-configuration"],
      ["https://id.acme.example", "https://id.acme.example/.well-known/openid-configuration"],
      ["https://acme.okta.com/oauth2/default", "https://acme.okta.com/oauth2/default/.well-known/openid-configuration"],
    ] as const) {
      QUnit.test(`reads the document of ${of}`, async (assert) => {
        const { asked, platform } = providerOf(() => ({ ...document, issuer: of }));
        await ask(platform, { ...discovering, issuer: of });
        assert.deepEqual(asked, [`GET ${at}`, `POST ${tokenEndpoint}`]);
        assert.notOk(platform.requests[0]?.headers.has("authorization"), "which is shown no secret");
      });
    }

    QUnit.test("reads none where the endpoint is given", async (assert) => {
      const { asked, platform } = providerOf();
      await ask(platform);
      assert.deepEqual(asked, [`POST ${tokenEndpoint}`]);
    });

    for (const [what, broken, says, recovery = "retry"] of [
      [
        "names another issuer",
        { ...document, issuer: "https://evil.example/" },
        "issuer: expected https://acme.eu.auth0.com/; the option",
        "stop",
      ],
      [
        "names it without the slash",
        { ...document, issuer: issuer.slice(0, -1) },
        "; a slash at the end counts",
        "stop",
      ],
      ["names it in capitals", { ...document, issuer: issuer.toUpperCase() }, "to the letter", "stop"],
      ["names another issuer and no endpoint", { issuer: "https://evil.example/" }, "token_endpoint: missing"],
      ["names none", { token_endpoint: tokenEndpoint }, "issuer: missing"],
      ["has no token endpoint", { issuer }, "token_endpoint: missing"],
      [
        "has a plain one",
        { ...document, token_endpoint: "http://acme.example/token" },
        "token_endpoint: expected an https URL",
      ],
      [
        "has one on this machine",
        { ...document, token_endpoint: "http://127.0.0.1/" },
        "token_endpoint: expected an https URL",
      ],
      ["has one with a user", { ...document, token_endpoint: "https://a:b@acme.example/" }, "token_endpoint: "],
      ["has a list of them", { ...document, token_endpoint: [tokenEndpoint] }, "token_endpoint: "],
      ["is a list", [document], "issuer: "],
      ["is null", null, "expected Object"],
    ] as const) {
      for (const allowHttpLoopback of [false, true]) {
        QUnit.test(`asks for no token where the document ${what} (loopback: ${allowHttpLoopback})`, async (assert) => {
          const { asked, platform } = providerOf(() => broken);
          const error = await failureOf(() => ask(platform, { ...discovering, allowHttpLoopback }));
          assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_REPLY", recovery, "oidc-client"]);
          assert.ok(error.message.includes(says), error.message);
          assert.strictEqual(asked.length, 1);
        });
      }
    }

    QUnit.test("an emulator on this machine may have both", async (assert) => {
      const local = "http://127.0.0.1:8080";
      const { asked, platform } = providerOf(() => ({ issuer: local, token_endpoint: `${local}/token` }));
      await ask(platform, { issuer: local, tokenEndpoint: undefined, allowHttpLoopback: true });
      assert.strictEqual(asked[1], `POST ${local}/token`);
    });

    for (const [status, recovery] of [
      [404, "stop"],
      [503, "retry"],
    ] as const) {
      QUnit.test(`a document that is answered ${status} is a failure of its own`, async (assert) => {
        const platform = fakePlatform({ respond: () => json({ error: "no" }, { status }) });
        const error = await failureOf(() => ask(platform, discovering));
        assert.deepEqual([error.code, error.status, error.recovery], ["ERR_SOURCE_FAILED", status, recovery]);
        assert.strictEqual(platform.requests.length, 1);
      });
    }

    QUnit.test("remembers the endpoint for an hour, for each platform by itself", async (assert) => {
      const clock = manualClock();
      const { asked, respond } = providerOf();
      const platformOf = () => ({
        ...testPlatform({ clock }),
        fetch: async (url: unknown, init?: RequestInit) =>
          respond({ method: init?.method ?? "GET", url: new URL(String(url)) }),
      });
      const [one, other] = [platformOf(), platformOf()];
      const source = oidcClient({ ...options, ...discovering });
      const documents = () => asked.filter((line) => line.startsWith("GET")).length;
      const get = (platform = one) => source.getToken({ audience: AUDIENCE }, contextFor(platform));
      await get();
      await get();
      await clock.advance(HOUR_MS - 1);
      await get();
      assert.strictEqual(documents(), 1);
      await clock.advance(1);
      await get();
      assert.strictEqual(documents(), 2);
      await get(other);
      assert.strictEqual(documents(), 3);
      await oidcClient({ ...options, ...discovering }).getToken({ audience: AUDIENCE }, contextFor(one));
      assert.strictEqual(documents(), 4, "another source has nothing of this one");
    });

    QUnit.test("an endpoint that fails is looked for again", async (assert) => {
      let moved = false;
      const at = "https://new.acme.example/token";
      for (const reply of [() => json({}, { status: 404 }), () => Promise.reject(new TypeError("gone")) as never]) {
        moved = false;
        const { asked, platform } = providerOf(
          () => ({ ...document, token_endpoint: moved ? at : tokenEndpoint }),
          () => (moved && asked.at(-1) === `POST ${at}` ? json(granted()) : reply()),
        );
        const source = oidcClient({ ...options, ...discovering });
        await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(platform)));
        moved = true;
        await source.getToken({ audience: AUDIENCE }, contextFor(platform));
        assert.strictEqual(asked.at(-1), `POST ${at}`);
      }
    });
  });
};
