/** How the source for OpenID Connect clients proves who it is by somebody else's token. */
import {
  type BearerToken,
  type CredentialProvider,
  defineSource,
  defineTarget,
  federate,
  secret,
  TokenError,
} from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { oidcClient } from "@tokenhop/core/sources/oidc-client";
import { assertHides, contextFor, failureOf, fakePlatform, json, NOW, type Sent } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { answering, ask, byAssertion, formOf, granted, issuer, options } from "./oidc-client-support.ts";

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Hands on the identity token as a bearer token that ends in a minute. */
const handOn = defineTarget({
  name: "hand-on",
  identity: ["hand-on"],
  audience: issuer,
  produces: "external",
  exchange: async ({ token }): Promise<BearerToken> => ({ kind: "bearer", token, expiresAt: NOW + 60_000 }),
});
const byUser = fromRequest((request) => request.headers.get("x-token"));
const requestOf = (token: string): Request => new Request("https://app.example/", { headers: { "x-token": token } });
export const suite: Suite = (QUnit) => {
  const own = canaryToken({ iss: "https://issuer.example", aud: issuer, exp: NOW / 1000 + 600 });
  QUnit.module("source oidc-client, its assertion", () => {
    const wanted: string[] = [];
    const source = defineSource({
      name: "somewhere",
      identity: ["somewhere"],
      provenance: "external",
      detect: () => ({ found: true }),
      async getToken({ audience }) {
        wanted.push(audience);
        return { token: secret(` ${own}\n`) };
      },
    });
    const provider = federate({ from: fromFunction(() => own), to: handOn, platform: fakePlatform() });

    for (const [what, giver] of [
      ["a source", source],
      ["a provider", provider],
      ["a function", ({ audience }: { audience: string }) => (audience === issuer ? own : "")],
    ] as const) {
      QUnit.test(`comes from ${what}`, async (assert) => {
        const platform = answering(granted());
        await ask(platform, byAssertion(giver));
        const [sent] = platform.requests as readonly [Sent];
        const { client_assertion, ...rest } = formOf(sent);
        assert.ok(client_assertion === own);
        assert.deepEqual(rest, {
          grant_type: "client_credentials",
          audience: AUDIENCE,
          client_id: "a client",
          client_assertion_type: assertionType,
        });
        assert.notOk(sent.headers.has("authorization"));
      });
    }

    QUnit.test("is for the issuer, unless the option says for whom", async (assert) => {
      wanted.length = 0;
      await ask(answering(granted()), byAssertion(source));
      await ask(answering(granted()), { ...byAssertion(source), clientAssertionAudience: "https://x.example/token" });
      assert.deepEqual(wanted, [issuer, "https://x.example/token"]);
    });

    for (const given of ["", "a b", "a\r\nb", 5, undefined]) {
      QUnit.test(`is not ${JSON.stringify(given)}`, async (assert) => {
        const platform = answering(granted());
        const error = await failureOf(() =>
          ask(
            platform,
            byAssertion(() => given),
          ),
        );
        assert.deepEqual([error.code, platform.requests.length], ["ERR_SOURCE_FAILED", 0]);
        assert.ok(/clientAssertion gave no (?:text|token)/.test(error.message), error.message);
      });
    }

    QUnit.test("is in no error, even where a server echoes it", async (assert) => {
      const platform = answering({ error: "invalid_client", error_description: `bad ${own}` }, { status: 400 });
      const error = await failureOf(() => ask(platform, byAssertion(source)));
      assert.ok(error.message.includes("HTTP 400 invalid_client bad [redacted]"), error.message);
      assertHides(assert, error, [own]);
    });

    QUnit.test("fails as who gives it fails", async (assert) => {
      const failure = new TokenError("Cannot", { code: "ERR_SOURCE_UNAVAILABLE", step: "somewhere" });
      const broken = { ...source, getToken: () => Promise.reject(failure) };
      assert.strictEqual(await failureOf(() => ask(answering(granted()), byAssertion(broken))), failure);
    });

    for (const [status, error, another, recovery, isTold] of [
      [401, "unauthorized", true, "retry", true],
      [400, "invalid_client", true, "retry", true],
      [401, "invalid_client", false, "stop", true],
      [400, "invalid_scope", true, "stop", false],
    ] as const) {
      QUnit.test(`that is refused with ${status} ${error} is dropped (another: ${another})`, async (assert) => {
        const told: unknown[][] = [];
        const held = { kind: "bearer", token: secret(own), expiresAt: NOW + 60_000 };
        const refusing = {
          ...provider,
          get: async () => held,
          invalidate(...given: unknown[]) {
            told.push(given);
            return another;
          },
        };
        const failure = await failureOf(() => ask(answering({ error }, { status }), byAssertion(refusing)));
        assert.deepEqual([failure.recovery, failure.status, failure.error], [recovery, status, error]);
        assert.deepEqual(told, isTold ? [[held, "unauthorized"]] : []);
      });
    }

    QUnit.test("of a provider that has given up is not asked for again at once, but soon", async (assert) => {
      const failure = new TokenError("Cannot", { code: "ERR_HTTP_NETWORK", recovery: "retry" });
      const down = { ...provider, get: () => Promise.reject(failure) };
      const { code, recovery, retryAfterMs } = await failureOf(() => ask(answering(granted()), byAssertion(down)));
      assert.deepEqual([code, recovery, retryAfterMs], ["ERR_HTTP_NETWORK", "stop", 5_000]);
    });

    for (const [what, giver] of [
      ["a source", byUser],
      ["a provider", federate({ from: byUser, to: handOn, platform: fakePlatform() })],
    ] as const) {
      QUnit.test(`users stay apart as those of ${what} do`, async (assert) => {
        const users = ["one", "two"].map((sub) => canaryToken({ sub, aud: issuer, exp: NOW / 1000 + 90 }));
        const client = oidcClient({ ...options, ...byAssertion(giver) });
        const parts = users.map((user) => JSON.stringify(client.partition?.(requestOf(user))));
        assert.ok(parts[0] !== parts[1]);
        assert.strictEqual(client.perRequest, true);
        const sent: (string | undefined)[] = [];
        const platform = fakePlatform({
          respond(request) {
            sent.push(formOf(request).client_assertion);
            return json({ ...granted(), expires_in: 3_600 });
          },
        });
        const given = await Promise.all(
          users.map((user) =>
            client.getToken({ audience: AUDIENCE }, contextFor(platform, { request: requestOf(user) })),
          ),
        );
        assert.ok(sent.every((assertion, index) => assertion === users[index]));
        const life = what === "a source" ? 90_000 : 60_000;
        assert.ok(
          given.every(({ expiresAt }) => expiresAt === NOW + life),
          "and nothing outlives the request's token",
        );
      });
    }

    QUnit.test("of a giver that goes by no request is told of none, and shortens nothing", async (assert) => {
      const asked: object[] = [];
      const counting = {
        ...provider,
        async get(given: object) {
          asked.push(given);
          return { kind: "bearer", token: secret(own), expiresAt: NOW + 1_000 };
        },
      } as unknown as CredentialProvider;
      const { expiresAt } = await ask(
        answering(granted()),
        byAssertion(counting),
        requestOf(canary("not-for-the-provider")),
      );
      assert.strictEqual((asked[0] as { request?: unknown }).request, undefined);
      assert.strictEqual(expiresAt, NOW + 300_000);
    });

    QUnit.test("who gives it is a part of the identity", (assert) => {
      const other = { ...source, identity: ["elsewhere"] };
      const give = () => own;
      const [one, two] = [source, other].map((giver) =>
        JSON.stringify(oidcClient({ ...options, ...byAssertion(giver) }).identity),
      );
      assert.ok(one !== two);
      assert.ok(
        oidcClient({ ...options, ...byAssertion(give) })
          .identity.flat()
          .includes(give),
      );
    });
  });
};
