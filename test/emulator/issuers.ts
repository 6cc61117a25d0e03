/** How the emulator gets the keys of an issuer: whom it asks, what it takes, how often. */
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { makeOutside, type Outside, published, sign } from "./outside.ts";
import * as world from "./support.ts";

const issuer = world.outsideIssuer;

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: keys of an issuer", () => {
    QUnit.test("are fetched by discovery, once", async (assert) => {
      const { outside, post } = await makeOutside();
      const token = await sign(0);
      assert.deepEqual([await post(token), await post(token)], ["granted", "granted"]);
      assert.deepEqual(outside.asked, [`${issuer}/.well-known/openid-configuration`, `${issuer}/keys`]);
      assert.deepEqual([...outside.redirects], ["manual"], "an issuer must not send the emulator elsewhere");
    });

    QUnit.test("are never fetched from an issuer that the client does not trust", async (assert) => {
      const { outside, emulator, post } = await makeOutside();
      assert.strictEqual(await post(await sign(0, "https://evil.example")), 700211);
      const { body } = await world.postToken(emulator, {
        client_id: demoIds.appClientId,
        client_assertion: await sign(0),
      });
      assert.deepEqual(body.error_codes, [700211]);
      assert.deepEqual(outside.asked, []);
    });

    QUnit.test("are fetched again for an unknown kid, after a pause", async (assert) => {
      const { outside, emulator, post } = await makeOutside();
      await post(await sign(0));
      outside.jwks = await published(0, 1);
      assert.strictEqual(await post(await sign(1)), 7000272, "too soon");
      assert.strictEqual(outside.asked.length, 2);
      emulator.advanceClock(30_000);
      assert.strictEqual(await post(await sign(1)), "granted");
      assert.strictEqual(await post(await sign(2)), 7000272);
      assert.strictEqual(outside.asked.length, 4, "an unknown kid must not become a request loop");
    });

    QUnit.test("are dropped after an hour, and when the clock was set back", async (assert) => {
      const { outside, emulator, post } = await makeOutside();
      await post(await sign(0));
      outside.jwks = await published(1);
      emulator.advanceClock(3_600_000);
      assert.strictEqual(await post(await sign(0)), 7000272);
      emulator.advanceClock(-7_200_000);
      outside.jwks = await published(0);
      assert.strictEqual(await post(await sign(0)), "granted");
    });

    QUnit.test("beyond the first hundred do not count", async (assert) => {
      const many = Array.from({ length: 100 }, (_, index) => ({
        kty: "RSA",
        kid: `other-${index}`,
        n: "AQAB",
        e: "AQAB",
      }));
      const { keys } = (await published(0)) as { keys: unknown[] };
      const { post } = await makeOutside({ jwks: { keys: [...many, ...keys] } });
      assert.strictEqual(await post(await sign(0)), 7000272);
    });

    const broken: readonly (readonly [string, Partial<Outside>, number])[] = [
      ["discovery is not found", { status: 404 }, 501661],
      ["discovery redirects", { status: 302 }, 501661],
      ["discovery is HTML", { discovery: "<html>" }, 501661],
      ["discovery names another issuer", { discovery: { issuer: `${issuer}/`, jwks_uri: `${issuer}/keys` } }, 501661],
      ["jwks_uri is missing", { discovery: { issuer } }, 501661],
      ["jwks_uri is plain http", { discovery: { issuer, jwks_uri: "http://outside.example/keys" } }, 501661],
      ["jwks_uri is plain http on loopback", { discovery: { issuer, jwks_uri: "http://127.0.0.1/keys" } }, 501661],
      ["jwks_uri is no URL", { discovery: { issuer, jwks_uri: "keys" } }, 501661],
      ["the keys are no list", { jwks: { keys: {} } }, 501661],
      ["the keys are too large", { jwks: `${" ".repeat(500_001)}{"keys":[]}` }, 501661],
      ["there is no key", { jwks: { keys: [] } }, 7000272],
      ["the key is not RSA", { jwks: { keys: [{ kty: "EC", kid: "key-0", crv: "P-256", x: "x", y: "y" }] } }, 7000272],
      ["the key cannot be read", { jwks: { keys: [{ kty: "RSA", kid: "key-0" }] } }, 5002730],
    ];
    for (const [when, changes, code] of broken) {
      QUnit.test(`are refused with ${code} when ${when}`, async (assert) => {
        const { post } = await makeOutside(changes);
        assert.strictEqual(await post(await sign(0)), code);
      });
    }

    QUnit.test("are refused with 501661 when the network fails, and found once it works", async (assert) => {
      const { outside, emulator, post } = await makeOutside({ status: 503 });
      assert.strictEqual(await post(await sign(0)), 501661);
      outside.status = 200;
      assert.strictEqual(await post(await sign(0)), "granted");
      assert.ok(emulator.log.some(({ reason }) => reason.startsWith(`Cannot read ${issuer}`)));
    });

    QUnit.test("of a hosted issuer come through the emulator itself", async (assert) => {
      const emulator = world.makeEmulator();
      await world.federatedToken(emulator, demoIds.uamiClientId);
      assert.deepEqual(
        emulator.log.map(({ route }) => route),
        ["oidc-discovery", "oidc-jwks", "token"],
      );
      emulator.setFault({ route: "oidc-jwks", kind: "respond", status: 500 });
      emulator.advanceClock(3_600_000);
      const fields = { client_id: demoIds.uamiClientId, client_assertion: await world.externalToken(emulator) };
      assert.deepEqual((await world.postToken(emulator, fields)).body.error_codes, [501661]);
    });

    QUnit.test("of a hosted issuer rotate", async (assert) => {
      const emulator = world.makeEmulator();
      const ask = async (token: string) =>
        (await world.postToken(emulator, { client_id: demoIds.uamiClientId, client_assertion: token })).body
          .error_codes;
      const old = await world.externalToken(emulator);
      assert.strictEqual(await ask(old), undefined);
      await emulator.rotateKeys(demoIds.oidcProvider);
      emulator.advanceClock(30_000);
      assert.strictEqual(await ask(await world.externalToken(emulator)), undefined);
      assert.strictEqual(await ask(old), undefined, "the old key is still published");
      await emulator.rotateKeys(demoIds.oidcProvider, { retire: true });
      emulator.advanceClock(30_000);
      assert.strictEqual(await ask(await world.externalToken(emulator)), undefined);
      assert.deepEqual(await ask(old), [7000272]);
    });

    QUnit.test("of Entra rotate, and retiring them ends the tokens", async (assert) => {
      const emulator = world.makeEmulator();
      const init = world.bearer(await world.federatedToken(emulator, demoIds.uamiClientId));
      const list = async () => (await world.ask(emulator, world.armUrl("demo-rg/resources"), init)).status;
      await emulator.rotateKeys("entra");
      assert.strictEqual(await list(), 200);
      await emulator.rotateKeys("entra", { retire: true });
      assert.strictEqual(await list(), 401);
    });
  });
};
