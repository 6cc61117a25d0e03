/** Sets of keys as issuers may publish them, keys after a long silence, and reloads that nobody finishes. */
import type { Platform, TokenError } from "@tokenhop/core";
import { type BearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
import type { Suite } from "../harness.ts";
import { type Forges, forges } from "./bearer-auth-forge.ts";
import {
  API,
  authWorld,
  bearer,
  entraKeys,
  jwks,
  newKey,
  OIDC_KEYS,
  TENANT,
  type World,
} from "./bearer-auth-support.ts";
import { errorOf, fateOf, HOUR, MINUTE } from "./support.ts";

const SECOND = 1_000;
const KEYS = entraKeys(TENANT);
const forDays = { exp: Date.UTC(2026, 0, 20) / 1000 };

interface Start extends World {
  readonly forge: Forges;
  readonly one: BearerAuth;
  readonly good: string;
}

async function start(more: Parameters<typeof authWorld>[0] = {}): Promise<Start> {
  const world = await authWorld(more);
  const forge = forges(world);
  const one = world.auth({ issuers: entraIssuer({ tenantId: TENANT, audience: API }) });
  return { ...world, forge, one, good: await forge.v2({ claims: forDays }) };
}

const never = (): Promise<Response> => new Promise(() => undefined);
const busy = (): Response => new Response("", { status: 503 });

export const suite: Suite = (QUnit) => {
  QUnit.module("bearer auth, several keys of one id", () => {
    QUnit.test("the one that fits verifies, wherever it stands", async (assert) => {
      const { keys, net, auth, forge } = await start();
      const { oidc, es256, pss, access } = keys;
      const of = ({ jwk }: { readonly jwk: object }, more: object = {}): object => ({ ...jwk, kid: oidc.kid, ...more });
      const sets: readonly (readonly unknown[])[] = [
        [of(oidc, { use: "enc" }), of(oidc)],
        [of(oidc), of(oidc, { use: "enc" })],
        [of(es256), of(oidc)],
        [of(pss, { alg: "PS256" }), of(oidc, { alg: "RS256" })],
        [of(access), of(oidc)],
        [of(oidc), of(access)],
        [null, of(oidc), null, 1, "x", [], {}],
      ];
      for (const set of sets) {
        net.serve(OIDC_KEYS, jwks(...(set as readonly object[])));
        assert.ok(await auth().verify(bearer(await forge.oidc())), JSON.stringify(set).slice(0, 80));
      }
      net.serve(OIDC_KEYS, jwks(of(es256), of(oidc)));
      const both = auth();
      assert.ok(await both.verify(bearer(await forge.oidc())));
      assert.ok(await both.verify(bearer(await forge.oidc({ key: { ...es256, kid: oidc.kid } }))), "each for its own");
    });

    QUnit.test("at Entra the tenant's own is found among others' of its id", async (assert) => {
      const { keys, net, one, good } = await start();
      const theirs = { ...keys.oidc.jwk, kid: "entra-1", issuer: "https://login.microsoftonline.com/x/v2.0" };
      net.serve(KEYS, jwks(theirs, keys.entra.jwk));
      assert.ok(await one.verify(bearer(good)));
    });
  });

  QUnit.module("bearer auth, keys after a silence", () => {
    QUnit.test(
      "hours later they are read before anything is verified, and what is withdrawn is gone",
      async (assert) => {
        const { one, good, net, clock } = await start();
        await one.verify(bearer(good));
        const next = await newKey("entra-2", "RS256");
        net.serve(KEYS, jwks(next.jwk));
        await clock.advance(3 * HOUR);
        const verdicts = await Promise.all(Array.from({ length: 100 }, () => errorOf(one.verify(bearer(good)))));
        assert.deepEqual([...new Set(verdicts.map(({ problems = [] }) => problems[0]))], ["unknown-key"]);
        assert.deepEqual(net.asked, [KEYS, KEYS], "by one read");
      },
    );

    QUnit.test("not before, and not under traffic, which has them read behind it", async (assert) => {
      const { one, good, net, clock, keys } = await start();
      await one.verify(bearer(good));
      net.serve(KEYS, never);
      await clock.advance(3 * HOUR - SECOND);
      assert.ok(await one.verify(bearer(good)), "at once");
      await clock.advance(10 * SECOND);
      net.serve(KEYS, jwks(keys.entra.jwk));
      for (let minutes = 0; minutes < 300; minutes += 5) {
        await clock.advance(5 * MINUTE);
        assert.ok(await one.verify(bearer(good)), "at once");
      }
    });

    QUnit.test("if they cannot be had the held ones serve: at once, or after one try of 5 s", async (assert) => {
      for (const answer of [busy, never]) {
        const { one, good, net, clock } = await start();
        await one.verify(bearer(good));
        net.serve(KEYS, answer);
        await clock.advance(5 * HOUR);
        const waiting = Promise.all(Array.from({ length: 20 }, () => one.verify(bearer(good))));
        await clock.advance(5 * SECOND);
        assert.strictEqual((await waiting).length, 20);
        assert.strictEqual(net.asked.length, 2, "one try for all");
        for (let second = 0; second < 600; second += 30) {
          assert.ok(await one.verify(bearer(good)), "nobody waits again during the outage");
          await clock.advance(30 * SECOND);
        }
      }
    });

    QUnit.test("a Worker without waitUntil reads them so, too", async (assert) => {
      const { one, good, net, clock } = await start({ requestBoundIo: true });
      await one.verify(bearer(good));
      const counts: number[] = [];
      for (let hour = 1; hour <= 7; hour++) {
        await clock.advance(HOUR);
        await one.verify(bearer(good));
        counts.push(net.asked.length);
      }
      assert.deepEqual(counts, [1, 1, 2, 2, 2, 3, 3]);
      net.serve(KEYS, busy);
      for (let hour = 1; hour <= 9; hour++) {
        await clock.advance(HOUR);
        assert.ok(await one.verify(bearer(good)));
      }
      assert.ok(net.asked.length >= 5 && net.asked.length <= 6, `${net.asked.length} reads`);
    });
  });

  QUnit.module("bearer auth, reloads whose request is gone", () => {
    QUnit.test("they open no way around the pause between reloads", async (assert) => {
      const world = await start({ requestBoundIo: true });
      const { good, forge, net, clock, keys } = world;
      // What a request of a Worker awaits when it ends never settles, timers included.
      let ends = false;
      const sleep: Platform["sleep"] = (ms, signal) =>
        ends ? new Promise(() => undefined) : world.platform.sleep(ms, signal);
      const issuers = entraIssuer({ tenantId: TENANT, audience: API });
      const one = world.auth({ issuers, platform: { ...world.platform, sleep } });
      await one.verify(bearer(good));
      await clock.advance(MINUTE);
      net.serve(KEYS, never);
      const unknown = bearer(await forge.v2({ header: { kid: "new" }, claims: forDays }));
      ends = true;
      fateOf(one.verify(unknown));
      await clock.advance(0);
      ends = false;
      net.serve(KEYS, busy);
      assert.strictEqual(net.asked.length, 2);
      await clock.advance(6 * SECOND);
      for (let second = 6; second < 29; second++) {
        const error: TokenError = await errorOf(one.verify(unknown));
        assert.strictEqual(error.code, "ERR_AUTH_UNAVAILABLE", "no verdict on the token");
        await clock.advance(SECOND);
      }
      assert.strictEqual(net.asked.length, 2);
      net.serve(KEYS, jwks(keys.entra.jwk));
      await clock.advance(2 * SECOND);
      assert.deepEqual((await errorOf(one.verify(unknown))).problems, ["unknown-key"]);
      assert.strictEqual(net.asked.length, 3);
    });
  });
};
