/** Inbound tokens that are good: who they say sent the request, and what is made of it. */
import {
  type AccessClaims,
  type BearerAuth,
  type EntraClaims,
  entraIssuer,
  oidcIssuer,
} from "@tokenhop/core/bearer-auth";
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { type Forges, forges } from "./bearer-auth-forge.ts";
import {
  type Alg,
  API,
  API_URI,
  assertion,
  authWorld,
  bearer,
  CLIENT,
  entraKeys,
  entraV2,
  jwks,
  newKey,
  OIDC,
  OIDC_AUD,
  OIDC_KEYS,
  PARTNER,
  TENANT,
  type World,
} from "./bearer-auth-support.ts";

async function start(): Promise<World & { readonly forge: Forges }> {
  const world = await authWorld();
  return { ...world, forge: forges(world) };
}

/** The reason, or that it was accepted. */
async function verdict(auth: BearerAuth, token: string): Promise<string> {
  return auth.verify(bearer(token)).then(
    () => "accepted",
    (error) => {
      record("error", error);
      return (error as { problems?: readonly string[] }).problems?.[0] ?? String(error);
    },
  );
}

export const suite: Suite = (QUnit) => {
  QUnit.module("bearer auth", () => {
    QUnit.test("each issuer's own kinds of token", async (assert) => {
      const { auth, forge } = await start();
      const all = auth() as BearerAuth;
      const v1 = (await all.verify(bearer(await forge.v1()))).claims as EntraClaims;
      assert.deepEqual([v1.ver, v1.aud, v1.appid, v1.upn], ["1.0", API_URI, CLIENT, "ada@demo.example"]);
      const app = (await all.verify(bearer(await forge.app()))).claims as EntraClaims;
      assert.deepEqual([app.idtyp, app.azp, app.roles, app.scp], ["app", CLIENT, ["Jobs.Run"], undefined]);
      const user = (await all.verify(assertion(await forge.access()))).claims as AccessClaims;
      assert.deepEqual([user.type, user.email, user.sub], ["app", "ada@demo.example", "u-1"]);
      const service = (await all.verify(assertion(await forge.service()))).claims as AccessClaims;
      assert.deepEqual([service.common_name, service.sub], ["0c1f.access", ""]);
      const other = (await all.verify(bearer(await forge.oidc()))).claims;
      assert.deepEqual([other.iss, other.sub], [OIDC, "ada"]);
    });

    const algorithms: readonly Alg[] = ["RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"];
    for (const alg of algorithms) {
      QUnit.test(`a signature by ${alg}`, async (assert) => {
        const { auth, forge, net } = await start();
        const [key, other] = await Promise.all([newKey("k", alg), newKey("k", alg)]);
        net.serve(OIDC_KEYS, jwks({ ...key.jwk, alg }));
        const issuers = oidcIssuer({ issuer: OIDC, audience: OIDC_AUD, algorithms: [alg as "RS256"] });
        const one = auth({ issuers });
        assert.strictEqual(await verdict(one, await forge.oidc({ key })), "accepted");
        assert.strictEqual(await verdict(one, await forge.oidc({ key })), "accepted", "with the key that is kept");
        assert.strictEqual(await verdict(one, await forge.oidc({ key: other })), "bad-signature");
      });
    }

    QUnit.test(
      "an accepted tenant's token is verified with that tenant's keys, read once for both versions",
      async (assert) => {
        const { auth, forge, keys, net } = await start();
        const one = auth();
        const claims = { iss: entraV2(PARTNER), tid: PARTNER };
        assert.strictEqual(await verdict(one, await forge.v2({ claims, key: keys.partner })), "accepted");
        assert.deepEqual(net.asked, [entraKeys(PARTNER)]);
        assert.strictEqual(await verdict(one, await forge.v2()), "accepted");
        assert.strictEqual(await verdict(one, await forge.v1()), "accepted");
        assert.deepEqual(net.asked, [entraKeys(PARTNER), entraKeys(TENANT)]);
      },
    );

    QUnit.test(
      "a key that does not say who may sign with it, as the documents of version 1.0 have them",
      async (assert) => {
        const { auth, forge, keys, net } = await start();
        net.serve(entraKeys(TENANT), jwks(keys.entra.jwk));
        assert.strictEqual(await verdict(auth(), await forge.v2()), "accepted");
      },
    );

    QUnit.test("the scheme in any case and a space or two", async (assert) => {
      const { auth, forge } = await start();
      const token = await forge.v2();
      const one = auth();
      for (const scheme of ["Bearer ", "bearer ", "BEARER  ", "bEaReR   "]) {
        assert.ok(await one.verify({ headers: new Headers({ authorization: scheme + token }) }), scheme);
      }
      const request = new Request("https://app.example/", { headers: { authorization: `Bearer ${token}` } });
      assert.ok(await one.verify(request), "and a Request as it is");
    });

    QUnit.test("clocks may differ by a minute, or by what is configured", async (assert) => {
      const { auth, forge, clock } = await start();
      const one = auth();
      const at = (claims: object): Promise<string> => forge.v2({ claims: { ...claims } });
      const { now } = forge;
      assert.strictEqual(await verdict(one, await at({ exp: now - 59 })), "accepted");
      assert.strictEqual(await verdict(one, await at({ nbf: now + 60, iat: now + 60 })), "accepted");
      assert.strictEqual(
        await verdict(one, await at({ exp: now + 0.5, nbf: now - 0.5 })),
        "accepted",
        "not whole seconds",
      );
      assert.strictEqual(await verdict(one, await at({ nbf: undefined, iat: undefined })), "accepted", "exp alone");
      const strict = auth({ clockToleranceMs: 0 });
      assert.strictEqual(await verdict(strict, await at({ exp: now })), "expired");
      assert.strictEqual(await verdict(strict, await at({ exp: now + 1, nbf: now })), "accepted");
      assert.strictEqual(await verdict(strict, await at({ nbf: now + 1 })), "not-yet-valid");
      assert.strictEqual(await verdict(strict, await at({ iat: now + 1 })), "issued-in-future");
      const token = await at({});
      assert.strictEqual(await verdict(strict, token), "accepted");
      await clock.advance(3_600_000);
      assert.strictEqual(await verdict(strict, token), "expired", "a token that was good is judged again each time");
    });

    QUnit.test("as large and as deep as a token may be", async (assert) => {
      const { auth, forge } = await start();
      const deep = JSON.parse(`${"[".repeat(15)}${"]".repeat(15)}`);
      assert.strictEqual(await verdict(auth(), await forge.v2({ claims: { deep } })), "accepted");
      const { length } = await forge.v2({ claims: { fill: "" } });
      const fill = "x".repeat(Math.floor(((16_384 - length) * 3) / 4) - 2);
      const large = await forge.v2({ claims: { fill } });
      assert.ok(large.length > 16_370 && large.length <= 16_384, String(large.length));
      assert.strictEqual(await verdict(auth(), large), "accepted");
    });

    QUnit.test("what is only like a duplicate is none", async (assert) => {
      const { auth, forge } = await start();
      const claims = {
        a: { b: 1 },
        c: [{ b: 1 }, { b: 2 }],
        'a":': 1,
        '"iss"': "{[",
        d: '"iss":"x","iss":"y"',
        "\\": 1,
      };
      assert.strictEqual(await verdict(auth(), await forge.v2({ claims })), "accepted");
    });

    QUnit.test("typ as RFC 9068 lets it be written, and none where that is configured", async (assert) => {
      const { auth, forge } = await start();
      for (const typ of ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt"]) {
        assert.strictEqual(await verdict(auth(), await forge.oidc({ header: { typ } })), "accepted", typ);
      }
      const bare = auth({ issuers: oidcIssuer({ issuer: OIDC, audience: OIDC_AUD, types: [""] }) });
      assert.strictEqual(await verdict(bare, await forge.oidc({ header: { typ: undefined } })), "accepted");
      assert.strictEqual(await verdict(bare, await forge.oidc()), "wrong-type");
      const strict = auth({ issuers: oidcIssuer({ issuer: OIDC, audience: OIDC_AUD, types: ["at+jwt"] }) });
      assert.strictEqual(await verdict(strict, await forge.oidc({ header: { typ: "JWT" } })), "wrong-type");
      const nonce = { claims: { nonce: "n" } };
      assert.strictEqual(await verdict(strict, await forge.oidc(nonce)), "accepted", "what says at+jwt is no ID token");
    });

    QUnit.test("the versions that are configured and no other", async (assert) => {
      const { auth, forge } = await start();
      const only = (version: "1.0" | "2.0"): BearerAuth =>
        auth({ issuers: entraIssuer({ tenantId: TENANT, audience: [API, API_URI], versions: [version] }) });
      assert.strictEqual(await verdict(only("2.0"), await forge.v1()), "unknown-issuer");
      assert.strictEqual(await verdict(only("1.0"), await forge.v2()), "unknown-issuer");
      assert.strictEqual(await verdict(only("1.0"), await forge.v1()), "accepted");
    });
  });
};
