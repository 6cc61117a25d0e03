/** What Vercel's token is exchanged for at Vercel, and how long it is held. */
import { type BearerToken, createCache, defineTarget, federate, type NoParams, secret } from "@tokenhop/core";
import { vercel } from "@tokenhop/core/sources/vercel";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import { assertHides, failureOf, fakePlatform, json, NOW, type Sent } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { ask, bare, requestWith, seconds, team, teamToken } from "./vercel-support.ts";

export const suite: Suite = (QUnit: QUnitLike) => {
  const own = teamToken();
  sourceContract(QUnit, {
    name: "vercel",
    variant: "another audience",
    provenance: "external",
    create: () => vercel(),
    mistakes: [],
    wire: {
      env: { VERCEL_OIDC_TOKEN: own },
      method: "POST",
      body: (token) => ({ token, expiry: seconds + 300 }),
      audienceOf: ({ body }) => (JSON.parse(body) as { aud: string }).aud,
      secret: own,
      notFound: "stop",
    },
  });

  QUnit.module("source vercel, its exchange", () => {
    QUnit.test("asks nobody for the audience that the token has", async (assert) => {
      const platform = fakePlatform({ env: { VERCEL_OIDC_TOKEN: own } });
      assert.ok((await ask(platform, { audience: team })).token.reveal() === own);
      assert.strictEqual(platform.requests.length, 0);
    });

    for (const [exchangeUrl, more] of [
      ["https://oidc.vercel.com/~token", {}],
      ["https://oidc.example/x?y=1", { exchangeUrl: "https://oidc.example/x?y=1" }],
      ["http://127.0.0.1:8080/~token", { exchangeUrl: "http://127.0.0.1:8080/~token", allowHttpLoopback: true }],
    ] as const) {
      QUnit.test(`exchanges it for another audience at ${exchangeUrl}`, async (assert) => {
        const platform = fakePlatform({
          env: { VERCEL_OIDC_TOKEN: own },
          respond: () => json({ token: freshToken() }),
        });
        await ask(platform, more);
        const [sent] = platform.requests as readonly [Sent];
        assert.strictEqual(sent.url.href, exchangeUrl);
        const { token, ...rest } = JSON.parse(sent.body) as Record<string, unknown>;
        assert.ok(token === own);
        assert.deepEqual(rest, { aud: AUDIENCE });
        assert.strictEqual(sent.headers.get("content-type"), "application/json");
        assert.notOk(sent.headers.has("authorization"), "it would stand in more logs than a body");
      });
    }

    for (const [ownLife, otherLife, life] of [
      [120, 300, 120],
      [3_600, 300, 300],
      [undefined, 300, 300],
      [120, undefined, 120],
      [undefined, undefined, undefined],
    ] as const) {
      QUnit.test(
        `of a token for ${ownLife} s exchanged for one for ${otherLife} s, gives ${life} s`,
        async (assert) => {
          const endOf = (life: number | undefined) => (life === undefined ? undefined : seconds + life);
          const header = canaryToken({ aud: team, exp: endOf(ownLife) });
          const token = canaryToken({ aud: AUDIENCE, exp: endOf(otherLife) });
          const platform = fakePlatform({
            env: { VERCEL: "1" },
            respond: () => json({ token, expiry: seconds + 9_999 }),
          });
          const { expiresAt } = await ask(platform, { request: requestWith(header) });
          assert.strictEqual(expiresAt, life === undefined ? undefined : NOW + life * 1_000);
        },
      );
    }

    QUnit.test("says what Vercel says, and not the token, whatever it looks like", async (assert) => {
      for (const token of [own, canary("opaque-token-of-vercel-0a9b8c7d")]) {
        const respond = () => json({ error: `audience not allowed for ${token}` }, { status: 403 });
        const error = await failureOf(() => ask(fakePlatform({ env: { VERCEL_OIDC_TOKEN: token }, respond })));
        assert.deepEqual([error.code, error.status, error.recovery], ["ERR_SOURCE_FAILED", 403, "stop"]);
        assert.ok(error.message.includes("HTTP 403 audience not allowed for [redacted]"), error.message);
        assertHides(assert, error, [token]);
      }
    });
  });

  QUnit.module("source vercel, behind a provider", () => {
    /** A credential whose text is that of the identity token it was made from, for a day. */
    const echo = defineTarget({
      name: "echo",
      identity: ["echo"],
      audience: AUDIENCE,
      produces: "unknown",
      async exchange({ token }, _none: NoParams, { platform }): Promise<BearerToken> {
        return { kind: "bearer", token: secret(token.reveal()), expiresAt: platform.now() + 86_400_000 };
      },
    });

    QUnit.test("never mixes deployments whose requests come at the same time", async (assert) => {
      const clock = manualClock();
      const tokenFor = (text: string): string =>
        canaryToken({ sub: text, aud: AUDIENCE, exp: clock.now() / 1000 + 300 });
      const made = new Map<string, string>();
      const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
        const { token } = JSON.parse(String(init?.body)) as { token: string };
        const other = made.get(token) ?? tokenFor(token.slice(-8));
        made.set(token, other);
        return json({ token: other });
      };
      const platform = { ...testPlatform({ clock, env: { VERCEL: "1" } }), fetch };
      const provider = federate({ from: vercel(), to: echo, platform, cache: createCache() });
      const tokens = Array.from({ length: 20 }, () => teamToken(clock.now() / 1000 + 60));
      const given = await Promise.all(
        [...tokens, ...tokens].map((token) => provider.get({ request: requestWith(token) })),
      );
      assert.ok(given.every(({ token }, index) => token.reveal() === made.get(tokens[index % 20] as string)));
      assert.strictEqual(made.size, 20);
      assert.ok(
        given.every(({ expiresAt }) => expiresAt === clock.now() + 60_000),
        "none is kept beyond the request's own token",
      );
      assert.strictEqual(provider.peek(), undefined, "and none is anybody else's");
    });

    QUnit.test("what has no request shares the variable's token", async (assert) => {
      const clock = manualClock();
      const token = canaryToken({ aud: AUDIENCE, exp: clock.now() / 1000 + 600 });
      const platform = testPlatform({ clock, env: { VERCEL: "1", VERCEL_OIDC_TOKEN: token } });
      const provider = federate({ from: vercel(), to: echo, platform });
      const [one, other] = await Promise.all([provider.get(), provider.get({ request: bare })]);
      assert.strictEqual(one, other);
      assert.strictEqual(one.expiresAt, clock.now() + 600_000);
      const secretOfUser = canaryToken({ aud: AUDIENCE, exp: clock.now() / 1000 + 30 });
      const user = await provider.get({ request: requestWith(secretOfUser) });
      assert.ok(user.token.reveal() === secretOfUser);
    });
  });
};
