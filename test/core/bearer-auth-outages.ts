/** Endpoints of keys that are down, slow, huge or nonsense: they let nobody in, and keep nobody out whose key is held. */
import { problemResponse } from "@tokenhop/core";
import { type BearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
import type { Suite } from "../harness.ts";
import { type Forges, forges } from "./bearer-auth-forge.ts";
import { API, authWorld, bearer, entraKeys, jwks, type Keys, TENANT, type World } from "./bearer-auth-support.ts";
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

const answers: readonly (readonly [string, (keys: Keys) => Response | Promise<Response>])[] = [
  ["no answer at all", () => new Promise(() => undefined)],
  ["a connection that breaks", () => Promise.reject(new TypeError("connection reset"))],
  ["a body that never ends", () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }))],
  ["status 500", () => new Response("{}", { status: 500 })],
  ["status 500 and the keys", ({ entra }) => Response.json({ keys: [entra.jwk] }, { status: 500 })],
  ["status 404", () => new Response("not here", { status: 404 })],
  ["status 429 for an hour", () => new Response("", { status: 429, headers: { "retry-after": "3600" } })],
  [
    "a redirect to keys of somebody else",
    () => new Response(null, { status: 302, headers: { location: "https://x.example/" } }),
  ],
  ["a page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
  ["nothing", () => new Response("")],
  ["an empty list", () => jwks()()],
  ["no list", () => Response.json({})],
  ["a list of what is no key", () => Response.json({ keys: [null, 1, "x", {}, { kid: 1 }] })],
  ["null", () => Response.json(null)],
  ["more than 256 KiB", () => Response.json({ keys: [{ kid: "entra-1", fill: "x".repeat(300_000) }] })],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("bearer auth, outages of keys", () => {
    for (const [what, answer] of answers) {
      QUnit.test(`cold and ${what}: nobody is let in, soon`, async (assert) => {
        const { one, good, net, keys, clock } = await start();
        net.serve(KEYS, () => answer(keys));
        const first = fateOf(one.verify(bearer(good)));
        await clock.advance(15 * SECOND);
        const error = first.error as Awaited<ReturnType<typeof errorOf>>;
        assert.deepEqual([first.state, error.code, error.recovery], ["failed", "ERR_AUTH_UNAVAILABLE", "retry"]);
        assert.strictEqual(error.challenge, undefined, "the client has done nothing wrong");
        const response = problemResponse(error);
        assert.strictEqual(response?.status, 503);
        assert.ok(Number(response?.headers.get("retry-after")) > 0);
        assert.ok(net.asked.every((url) => url === KEYS) && net.asked.length <= 3, `${net.asked.length} requests`);
        net.serve(KEYS, jwks(keys.entra.jwk));
        await clock.advance(5 * MINUTE);
        assert.ok(await one.verify(bearer(good)), "and when it is over it is over");
      });

      QUnit.test(`warm and ${what}: verified as before, at once`, async (assert) => {
        const { one, good, forge, net, keys, clock } = await start();
        await one.verify(bearer(good));
        net.serve(KEYS, () => answer(keys));
        await clock.advance(2 * HOUR);
        for (let turn = 0; turn < 5; turn++) assert.ok(await one.verify(bearer(good)));
        const forged = await forge.v2({ claims: forDays, key: { ...keys.oidc, kid: "entra-1" } });
        assert.deepEqual((await errorOf(one.verify(bearer(forged)))).problems, ["bad-signature"]);
        await clock.advance(MINUTE);
        assert.ok(await one.verify(bearer(good)));
      });
    }

    QUnit.test(
      "hours of outage under traffic: everybody is verified, and the endpoint is left in peace",
      async (assert) => {
        const { one, good, net, clock } = await start();
        await one.verify(bearer(good));
        net.serve(KEYS, () => new Response("", { status: 503 }));
        net.asked.length = 0;
        for (let second = 0; second < 10 * 3_600; second += 30) {
          await clock.advance(15 * SECOND);
          await one.verify(bearer(good));
        }
        const { length } = net.asked;
        assert.ok(length > 9 && length <= 10 * 120, `${length} requests in 10 h`);
      },
    );

    QUnit.test("after a day without keys nobody is verified any more, until there are some again", async (assert) => {
      const { one, good, net, keys, clock } = await start();
      await one.verify(bearer(good));
      net.serve(KEYS, () => new Response("", { status: 503 }));
      await clock.advance(24 * HOUR - SECOND);
      assert.ok(await one.verify(bearer(good)));
      await clock.advance(2 * MINUTE);
      const late = fateOf(one.verify(bearer(good)));
      await clock.advance(15 * SECOND);
      assert.strictEqual((late.error as { code?: string }).code, "ERR_AUTH_UNAVAILABLE");
      net.serve(KEYS, jwks(keys.entra.jwk));
      await clock.advance(2 * MINUTE);
      assert.ok(await one.verify(bearer(good)));
    });

    QUnit.test("cold under traffic: the pauses between tries are kept", async (assert) => {
      const { one, good, net, clock } = await start();
      net.serve(KEYS, () => new Response("", { status: 500 }));
      let refused = 0;
      for (let second = 0; second < 600; second++) {
        for (let call = 0; call < 5; call++) void one.verify(bearer(good)).catch(() => refused++);
        await clock.advance(SECOND);
      }
      assert.ok(refused > 2_900, `${refused} refused`);
      assert.ok(net.asked.length > 10 && net.asked.length <= 90, `${net.asked.length} requests in 10 minutes`);
    });

    QUnit.test("how long a request waits for keys is configured", async (assert) => {
      const world = await start();
      world.net.serve(KEYS, () => new Promise(() => undefined));
      const issuers = entraIssuer({ tenantId: TENANT, audience: API });
      const waiting = fateOf(world.auth({ issuers, timeoutMs: 700 }).verify(bearer(world.good)));
      await world.clock.advance(699);
      assert.strictEqual(waiting.state, "waiting");
      await world.clock.advance(1);
      assert.strictEqual((waiting.error as { code?: string }).code, "ERR_AUTH_UNAVAILABLE");
    });
  });

  QUnit.module("bearer auth, where requests own their work", () => {
    QUnit.test("keys are read behind a request only where something keeps that alive", async (assert) => {
      const { one, good, net, clock } = await start({ requestBoundIo: true });
      const kept: Promise<unknown>[] = [];
      const waitUntil = (work: Promise<unknown>): void => void kept.push(work);
      await one.verify(bearer(good));
      await clock.advance(2 * HOUR);
      await one.verify(bearer(good));
      const noContext = {
        get executionCtx(): never {
          throw new Error("This context has no ExecutionContext");
        },
      };
      await one.verify(bearer(good), noContext);
      assert.strictEqual(net.asked.length, 1, "nothing to keep it alive, so nothing to be killed");
      await one.verify(bearer(good), { waitUntil });
      await clock.advance(SECOND);
      assert.deepEqual([net.asked.length, kept.length], [2, 1]);
      await clock.advance(2 * HOUR);
      await one.verify(bearer(good), { executionCtx: { waitUntil } });
      await clock.advance(SECOND);
      assert.deepEqual([net.asked.length, kept.length], [3, 2]);
    });

    QUnit.test("a request that is cancelled does not hold up the others for ever", async (assert) => {
      const { one, good, net, keys, clock } = await start({ requestBoundIo: true });
      net.serve(KEYS, () => new Promise(() => undefined));
      fateOf(one.verify(bearer(good)));
      await clock.advance(SECOND);
      net.serve(KEYS, jwks(keys.entra.jwk));
      const late = one.verify(bearer(good));
      const other = fateOf(late);
      await clock.advance(3 * SECOND);
      assert.strictEqual(other.state, "waiting", "it may still come");
      await clock.advance(2 * SECOND);
      assert.ok(await late, "it reads them itself");
    });
  });
};
