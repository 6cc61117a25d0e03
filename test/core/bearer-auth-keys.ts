/** The issuers' keys: fetched once for all, refreshed behind requests, reloaded for an unknown one, but never often. */
import type { EngineEvent, TokenError } from "@tokenhop/core";
import { type BearerAuth, type BearerAuthOptions, entraIssuer, oidcIssuer } from "@tokenhop/core/bearer-auth";
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { type Forges, forges } from "./bearer-auth-forge.ts";
import {
  API,
  authWorld,
  bearer,
  entraKeys,
  entraV2,
  jwks,
  newKey,
  OIDC,
  OIDC_AUD,
  OIDC_KEYS,
  TENANT,
  type World,
} from "./bearer-auth-support.ts";
import { type Deferred, deferred, errorOf, fateOf, HOUR, MINUTE } from "./support.ts";

const SECOND = 1_000;
const KEYS = entraKeys(TENANT);
/** Longer than any test: an own lifetime says nothing about keys. */
const forDays = { exp: Date.UTC(2026, 0, 20) / 1000 };

interface Start extends World {
  readonly forge: Forges;
  readonly one: BearerAuth;
  readonly good: string;
}

async function start(options: Partial<BearerAuthOptions> = {}): Promise<Start> {
  const world = await authWorld();
  const forge = forges(world);
  const issuers = entraIssuer({ tenantId: TENANT, audience: API });
  return { ...world, forge, one: world.auth({ issuers, ...options }), good: await forge.v2({ claims: forDays }) };
}

const verdictOf = (error: unknown): string => {
  const { code, problems = [] } = error as TokenError;
  return code === "ERR_AUTH_INVALID" ? String(problems[0]) : code;
};

const code = async (promise: Promise<unknown>): Promise<string> => verdictOf(await errorOf(promise));

/** The same for very many: recording each for the leak search would take longer than all else. */
const quickly = (promise: Promise<unknown>): Promise<string> => promise.then(() => "accepted", verdictOf);

/** An endpoint that answers when the test says so. */
function held(world: World, url: string): Deferred<Response>[] {
  const open: Deferred<Response>[] = [];
  world.net.serve(url, () => {
    const answer = deferred<Response>();
    open.push(answer);
    return answer.promise;
  });
  return open;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("bearer auth, keys", () => {
    QUnit.test("a thousand cold requests share one fetch", async (assert) => {
      const { one, good, net } = await start();
      const users = await Promise.all(Array.from({ length: 1_000 }, () => one.verify(bearer(good))));
      assert.strictEqual(new Set(users.map(({ partition }) => partition)).size, 1);
      assert.deepEqual(net.asked, [KEYS]);
    });

    QUnit.test(
      "nothing is fetched before the first token, or for one that is refused without a key",
      async (assert) => {
        const { one, forge, net } = await start();
        assert.strictEqual(await code(one.verify({ headers: new Headers() })), "ERR_AUTH_MISSING");
        assert.strictEqual(await code(one.verify(bearer(await forge.v2({ claims: { aud: "x" } })))), "wrong-audience");
        assert.strictEqual(
          await code(one.verify(bearer(await forge.v2({ header: { alg: "none" } })))),
          "wrong-algorithm",
        );
        assert.deepEqual(net.asked, []);
      },
    );

    QUnit.test("after about an hour they are read again, and no request waits for it", async (assert) => {
      const world = await start();
      const { one, good, net, clock } = world;
      await one.verify(bearer(good));
      const open = held(world, KEYS);
      await clock.advance(50 * MINUTE);
      await one.verify(bearer(good));
      assert.strictEqual(open.length, 0, "not before");
      await clock.advance(10 * MINUTE);
      for (let turn = 0; turn < 20; turn++) await one.verify(bearer(good));
      assert.strictEqual(open.length, 1, "one read behind all of them");
      open[0]?.resolve(jwks(world.keys.entra.jwk)());
      await clock.advance(SECOND);
      await one.verify(bearer(good));
      assert.deepEqual(net.asked, [KEYS, KEYS]);
    });

    QUnit.test("a fleet that was started together does not come together", async (assert) => {
      const refreshedAfter = async (random: number): Promise<number> => {
        const world = await start();
        const platform = { ...world.platform, random: () => random };
        const one = world.auth({ issuers: entraIssuer({ tenantId: TENANT, audience: API }), platform });
        await one.verify(bearer(world.good));
        for (let minutes = 1; ; minutes++) {
          await world.clock.advance(MINUTE);
          await one.verify(bearer(world.good));
          if (world.net.asked.length > 1) return minutes;
        }
      };
      assert.deepEqual([await refreshedAfter(0), await refreshedAfter(0.999)], [60, 55]);
    });

    QUnit.test("a new key is found with its first token, and a key that is gone is gone", async (assert) => {
      const { one, good, forge, net, keys, clock } = await start();
      await one.verify(bearer(good));
      await clock.advance(MINUTE);
      const key = await newKey("entra-2", "RS256");
      net.serve(KEYS, jwks(key.jwk));
      const rotated = await forge.v2({ key, claims: forDays });
      const users = await Promise.all(Array.from({ length: 50 }, () => one.verify(bearer(rotated))));
      assert.strictEqual(users.length, 50);
      assert.deepEqual(net.asked, [KEYS, KEYS], "all of them by one reload");
      assert.strictEqual(await code(one.verify(bearer(good))), "unknown-key", "the reload is what is held now");
      net.serve(KEYS, jwks(keys.entra.jwk, key.jwk));
      await clock.advance(HOUR);
      await one.verify(bearer(rotated));
      await clock.advance(SECOND);
      assert.ok(await one.verify(bearer(good)), "published again, found again");
    });

    QUnit.test("ten thousand unknown keys make one reload in half a minute", async (assert) => {
      const { one, good, forge, net, clock } = await start();
      await one.verify(bearer(good));
      const tokens = await Promise.all(
        Array.from({ length: 100 }, (_, index) => forge.v2({ header: { kid: `k-${index}` } })),
      );
      const codes = new Set<string>();
      for (let turn = 0; turn < 10_000; turn++) {
        // 10,000 over five minutes.
        if (turn % 100 === 0) await clock.advance(3 * SECOND);
        codes.add(await quickly(one.verify(bearer(tokens[turn % 100] as string))));
        if (turn % 500 === 0) await one.verify(bearer(good));
      }
      assert.deepEqual([...codes], ["unknown-key"]);
      assert.ok(net.asked.length >= 9 && net.asked.length <= 11, `${net.asked.length} requests in 300 s`);
    });

    QUnit.test("two thousand at once, cold: one fetch and no reload", async (assert) => {
      const { one, forge, net } = await start();
      const token = await forge.v2({ header: { kid: "nobody's" } });
      const codes = await Promise.all(Array.from({ length: 2_000 }, () => quickly(one.verify(bearer(token)))));
      assert.deepEqual([...new Set(codes)], ["unknown-key"]);
      assert.deepEqual(net.asked, [KEYS]);
    });

    QUnit.test("a reload that takes long holds up nobody whose key is known", async (assert) => {
      const world = await start();
      const { one, good, forge, clock } = world;
      await one.verify(bearer(good));
      await clock.advance(MINUTE);
      const open = held(world, KEYS);
      const token = await forge.v2({ header: { kid: "new" } });
      const waiting = Array.from({ length: 100 }, () => fateOf(one.verify(bearer(token))));
      await clock.advance(0);
      assert.strictEqual(open.length, 1);
      for (let turn = 0; turn < 20; turn++) assert.ok(await one.verify(bearer(good)));
      assert.ok(waiting.every(({ state }) => state === "waiting"));
      await clock.advance(5 * SECOND);
      assert.ok(
        waiting.every(({ state }) => state === "failed"),
        "5 s are the end of it",
      );
      const codes = new Set(waiting.map(({ error }) => (error as { code?: string }).code));
      assert.deepEqual([...codes], ["ERR_AUTH_UNAVAILABLE"], "no verdict on the token");
      assert.strictEqual(open.length, 1, "and one try was all");
    });

    QUnit.test("a reload that fails is no verdict, and is not repeated at once", async (assert) => {
      const { one, good, forge, net, clock } = await start();
      await one.verify(bearer(good));
      await clock.advance(MINUTE);
      net.serve(KEYS, () => new Response("busy", { status: 503 }));
      const token = await forge.v2({ header: { kid: "new" } });
      for (let turn = 0; turn < 20; turn++) {
        const error = await errorOf(one.verify(bearer(token)));
        assert.strictEqual(error.code, "ERR_AUTH_UNAVAILABLE");
        if (turn > 0) assert.strictEqual(error.retryAfterMs, 30 * SECOND);
        assert.ok(await one.verify(bearer(good)));
      }
      assert.strictEqual(net.asked.length, 2);
      await clock.advance(30 * SECOND);
      net.serve(KEYS, () => jwks({ ...forge.world.keys.entra.jwk })());
      assert.strictEqual(await code(one.verify(bearer(token))), "unknown-key", "now it is known to be unknown");
    });

    QUnit.test("how often a reload may be is configured", async (assert) => {
      const { one, good, forge, net, clock } = await start({ reloadEveryMs: 10 * MINUTE });
      await one.verify(bearer(good));
      const token = await forge.v2({ header: { kid: "new" } });
      for (let minutes = 0; minutes < 30; minutes++) {
        await clock.advance(MINUTE);
        await code(one.verify(bearer(token)));
      }
      assert.strictEqual(net.asked.length, 4);
    });

    QUnit.test("one issuer's trouble is not another's", async (assert) => {
      const { auth, good, forge, net, clock } = await start();
      const entra = entraIssuer({ tenantId: TENANT, audience: API });
      const one = auth({ issuers: [entra, oidcIssuer({ issuer: OIDC, audience: OIDC_AUD })] });
      net.serve(OIDC_KEYS, () => new Promise(() => undefined));
      const waiting = fateOf(one.verify(bearer(await forge.oidc())));
      await clock.advance(SECOND);
      for (let turn = 0; turn < 10; turn++) assert.ok(await one.verify(bearer(good)));
      assert.strictEqual(waiting.state, "waiting");
      await clock.advance(20 * SECOND);
      assert.strictEqual((waiting.error as { code?: string }).code, "ERR_AUTH_UNAVAILABLE");
    });

    QUnit.test("what becomes of the keys can be listened to", async (assert) => {
      const events: EngineEvent[] = [];
      const { one, good } = await start({ onEvent: (event) => events.push(event) });
      await one.verify(bearer(good));
      await one.verify(bearer(good));
      record("events", events);
      const seen = events.map(({ name, type }) => `${name} ${type}`);
      assert.deepEqual(
        seen,
        ["refresh-start", "refresh-end", "hit"].map((type) => `${entraV2(TENANT)} ${type}`),
      );
    });
  });
};
