/** Where an issuer's keys are read: by its discovery document, which must be its own, or where the configuration says. */
import { entraIssuer, oidcIssuer } from "@tokenhop/core/bearer-auth";
import type { Suite } from "../harness.ts";
import { forges } from "./bearer-auth-forge.ts";
import {
  API,
  authWorld,
  bearer,
  jwks,
  OIDC,
  OIDC_AUD,
  OIDC_DOCUMENT,
  OIDC_KEYS,
  TENANT,
} from "./bearer-auth-support.ts";
import { errorOf } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("bearer auth, discovery", () => {
    QUnit.test("discovery is asked once, and not at all where the keys' address is configured", async (assert) => {
      const world = await authWorld();
      const { oidc } = forges(world);
      const token = await oidc();
      const discovered = world.auth({ issuers: oidcIssuer({ issuer: OIDC, audience: OIDC_AUD }) });
      await discovered.verify(bearer(token));
      await discovered.verify(bearer(token));
      assert.deepEqual(world.net.asked.splice(0), [OIDC_DOCUMENT, OIDC_KEYS]);
      const jwksUri = `${OIDC_KEYS}?of=things`;
      world.net.serve(jwksUri, jwks(world.keys.oidc.jwk));
      await world.auth({ issuers: oidcIssuer({ issuer: OIDC, audience: OIDC_AUD, jwksUri }) }).verify(bearer(token));
      assert.deepEqual(world.net.asked, [jwksUri]);
    });

    QUnit.test("a slash at the end of an issuer counts, but not twice in its document's address", async (assert) => {
      const world = await authWorld();
      const issuer = "https://acme.example/";
      world.net.serve(`${issuer}.well-known/openid-configuration`, () =>
        Response.json({ issuer, jwks_uri: OIDC_KEYS }),
      );
      const auth = world.auth({ issuers: oidcIssuer({ issuer, audience: OIDC_AUD }) });
      const { oidc } = forges(world);
      assert.ok(await auth.verify(bearer(await oidc({ claims: { iss: issuer } }))));
      const without = await errorOf(auth.verify(bearer(await oidc({ claims: { iss: "https://acme.example" } }))));
      assert.deepEqual(without.problems, ["unknown-issuer"]);
    });

    const documents: readonly (readonly [string, unknown])[] = [
      ["another issuer", { issuer: "https://id.example", jwks_uri: OIDC_KEYS }],
      ["no issuer", { jwks_uri: OIDC_KEYS }],
      ["the issuer in its other normal form", { issuer: OIDC.normalize("NFD"), jwks_uri: OIDC_KEYS }],
      ["no address of keys", { issuer: OIDC }],
      ["an address of keys by plain http", { issuer: OIDC, jwks_uri: "http://keys.example/jwks" }],
      ["an address of keys on this machine", { issuer: OIDC, jwks_uri: "http://127.0.0.1/jwks" }],
      ["an address of keys with a user name", { issuer: OIDC, jwks_uri: "https://me@keys.example/jwks" }],
      ["an address of keys that is a list", { issuer: OIDC, jwks_uri: [OIDC_KEYS] }],
      ["an address of keys that is none", { issuer: OIDC, jwks_uri: "/jwks" }],
      ["nothing but a list", [OIDC]],
      ["nothing", null],
    ];
    for (const [what, document] of documents) {
      QUnit.test(`a discovery document with ${what} leads nowhere`, async (assert) => {
        const world = await authWorld();
        world.net.serve(OIDC_DOCUMENT, () => Response.json(document));
        const issuers = oidcIssuer({ issuer: OIDC, audience: OIDC_AUD, allowHttpLoopback: true });
        const verifying = errorOf(world.auth({ issuers }).verify(bearer(await forges(world).oidc())));
        await world.clock.advance(15_000);
        assert.strictEqual((await verifying).code, "ERR_AUTH_UNAVAILABLE");
        assert.ok(world.net.asked.every((url) => url === OIDC_DOCUMENT));
      });
    }

    QUnit.test("loopback by plain http where that is allowed", async (assert) => {
      const world = await authWorld();
      const issuer = "http://localhost:4455/id";
      const jwksUri = "http://localhost:4455/keys";
      world.net.serve(`${issuer}/.well-known/openid-configuration`, () => Response.json({ issuer, jwks_uri: jwksUri }));
      world.net.serve(jwksUri, jwks(world.keys.oidc.jwk));
      const issuers = oidcIssuer({ issuer, audience: OIDC_AUD, allowHttpLoopback: true });
      assert.ok(await world.auth({ issuers }).verify(bearer(await forges(world).oidc({ claims: { iss: issuer } }))));
    });

    QUnit.test("Entra's keys from another authority, its issuer as before", async (assert) => {
      const world = await authWorld();
      const authority = "http://127.0.0.1:4455/";
      const keys = `http://127.0.0.1:4455/${TENANT}/discovery/v2.0/keys`;
      world.net.serve(keys, jwks(world.keys.entra.jwk));
      const issuers = entraIssuer({ tenantId: TENANT, audience: API, authority, allowHttpLoopback: true });
      assert.ok(await world.auth({ issuers }).verify(bearer(await forges(world).v2())));
      assert.deepEqual(world.net.asked, [keys]);
    });
  });
};
