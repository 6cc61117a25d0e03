/** Tokens that are granted, checked by another JOSE implementation's rules against what is published. */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import type { Suite } from "../harness.ts";
import * as world from "./support.ts";

const { tenantId, uamiClientId, uamiPrincipalId, uamiResourceId, appClientId, appObjectId } = demoIds;
const now = world.startAt / 1000;

async function verified(
  emulator: Emulator,
  token: string,
  expected: { issuer: string; audience: string },
): Promise<JWTPayload> {
  const { body } = await world.ask(emulator, `https://login.microsoftonline.com/${tenantId}/discovery/v2.0/keys`);
  const keys = createLocalJWKSet(body as unknown as JSONWebKeySet);
  const options = { ...expected, algorithms: ["RS256"], typ: "JWT", currentDate: new Date(world.startAt) };
  return (await jwtVerify(token, keys, options)).payload;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: the token endpoint grants", () => {
    QUnit.test("a managed identity an ARM token for an external token (S1)", async (assert) => {
      const emulator = world.makeEmulator();
      const assertion = await world.externalToken(emulator);
      const { status, headers, body } = await world.postToken(emulator, {
        client_id: uamiClientId,
        client_assertion: assertion,
      });
      assert.strictEqual(status, 200);
      assert.strictEqual(headers.get("cache-control"), "no-store, no-cache");
      assert.deepEqual(Object.keys(body).sort(), ["access_token", "expires_in", "ext_expires_in", "token_type"]);
      assert.deepEqual([body.token_type, body.expires_in, body.ext_expires_in], ["Bearer", 86_399, 86_399]);
      const claims = await verified(emulator, String(body.access_token), {
        issuer: `https://sts.windows.net/${tenantId}/`,
        audience: "https://management.azure.com",
      });
      assert.deepEqual(
        [claims.appid, claims.oid, claims.sub, claims.tid, claims.ver, claims.idtyp, claims.xms_mirid],
        [uamiClientId, uamiPrincipalId, uamiPrincipalId, tenantId, "1.0", "app", uamiResourceId],
      );
      assert.deepEqual([claims.iat, claims.nbf, claims.exp], [now - 300, now - 300, now + 86_400]);
      assert.deepEqual([claims.jti, claims.roles, claims.xms_ficinfo], [undefined, undefined, undefined]);
    });

    QUnit.test("an application a Graph token with its roles for a platform token (S2)", async (assert) => {
      const emulator = world.makeEmulator();
      const { status, body } = await world.postToken(emulator, {
        client_id: appClientId,
        scope: "https://graph.microsoft.com/.default",
        client_assertion: await world.platformToken(emulator),
      });
      assert.deepEqual([status, body.expires_in], [200, 3599]);
      const claims = await verified(emulator, String(body.access_token), {
        issuer: `https://sts.windows.net/${tenantId}/`,
        audience: "https://graph.microsoft.com",
      });
      assert.deepEqual(
        [claims.oid, claims.appid, claims.appidacr, claims.xms_mirid],
        [appObjectId, appClientId, "2", undefined],
      );
      assert.deepEqual(claims.roles, ["User.Read.All", "Organization.Read.All"]);
      assert.strictEqual(emulator.log.find(({ route }) => route === "token")?.provenance, "federated-managed-identity");
    });

    QUnit.test("an exchange token in version 2 with the audience's GUID", async (assert) => {
      const emulator = world.makeEmulator();
      const token = await world.federatedToken(emulator, uamiClientId, world.exchangeScope);
      const claims = await verified(emulator, token, {
        issuer: world.entraIssuer(tenantId),
        audience: "fb60f99c-7a34-4190-8149-302f77469936",
      });
      assert.deepEqual(
        [claims.azp, claims.azpacr, claims.ver, claims.sub],
        [uamiClientId, "2", "2.0", uamiPrincipalId],
      );
      assert.deepEqual([claims.appid, claims.xms_mirid, typeof claims.uti], [undefined, undefined, "string"]);
    });

    QUnit.test("whatever the spelling of GUIDs, domain, array and form", async (assert) => {
      const emulator = world.makeEmulator();
      const one = await world.externalToken(emulator, { audience: [world.exchange] });
      const fields = {
        client_id: uamiClientId.toUpperCase(),
        client_assertion: one,
        "x-client-SKU": "msal",
        anything: "goes",
      };
      const statuses = [];
      for (const tenant of [tenantId.toUpperCase(), "demo.example", `${tenantId}`]) {
        statuses.push((await world.postToken(emulator, fields, tenant)).status);
      }
      assert.deepEqual(statuses, [200, 200, 200]);
      const form = `grant_type=client_credentials&client_id=${uamiClientId}&scope=${encodeURIComponent(world.armScope)}&client_assertion=${one}&client_assertion_type=${encodeURIComponent(world.assertionType)}`;
      const { status } = await world.ask(
        emulator,
        `http://127.0.0.1:8080/${tenantId}/oauth2/v2.0/token?client-request-id=x`,
        {
          method: "POST",
          body: form,
          headers: { "content-type": "application/x-www-form-urlencoded;charset=utf-8" },
        },
      );
      assert.strictEqual(status, 200);
    });

    QUnit.test("a double slash in the scope keeps one in the audience", async (assert) => {
      const emulator = world.makeEmulator();
      const token = await world.federatedToken(emulator, uamiClientId, "https://eventhubs.azure.net//.default");
      assert.strictEqual(decodeJwt(token).aud, "https://eventhubs.azure.net/");
    });

    QUnit.test("an application in the tenant where it is provisioned", async (assert) => {
      const emulator = world.makeEmulator();
      const assertion = await world.externalToken(emulator);
      const { body } = await world.postToken(
        emulator,
        { client_id: world.ids.externalApp, client_assertion: assertion },
        world.otherTenantId,
      );
      const { tid, oid } = decodeJwt(String(body.access_token));
      assert.deepEqual([tid, oid], [world.otherTenantId, "10000000-0000-4000-8000-000000000203"]);
    });

    QUnit.test("refresh_in when the config says so, capabilities when the client does", async (assert) => {
      const emulator = world.makeEmulator(
        world.testConfig({ lifetimes: { refreshInMs: 5000, federatedIdentityTokenMs: 10_000 } }),
      );
      const { body } = await world.postToken(emulator, {
        client_id: uamiClientId,
        client_assertion: await world.externalToken(emulator),
        claims: '{"id_token":{},"access_token":{"xms_cc":{"values":["cp1"]}}}',
      });
      assert.deepEqual([body.refresh_in, body.expires_in], [5, 9]);
      assert.deepEqual(decodeJwt(String(body.access_token)).xms_cc, ["cp1"]);
    });

    QUnit.test("the same assertion again until it expires", async (assert) => {
      const emulator = world.makeEmulator();
      const fields = { client_id: uamiClientId, client_assertion: await world.externalToken(emulator) };
      const before = (await world.postToken(emulator, fields)).status;
      emulator.advanceClock(299_000);
      const late = (await world.postToken(emulator, fields)).status;
      emulator.advanceClock(1000);
      const after = await world.postToken(emulator, fields);
      assert.deepEqual([before, late, after.body.error_codes], [200, 200, [700024]]);
    });

    QUnit.test("a platform token after another token of that identity was federated", async (assert) => {
      const emulator = world.makeEmulator();
      await world.federatedToken(emulator, uamiClientId, world.exchangeScope);
      const fields = { client_id: appClientId, client_assertion: await world.platformToken(emulator) };
      assert.strictEqual(
        (await world.postToken(emulator, fields)).status,
        200,
        "how this token was obtained is what counts",
      );
    });
  });

  QUnit.module("emulator: metadata", () => {
    QUnit.test("names endpoints where it was asked, and Microsoft's issuer", async (assert) => {
      const emulator = world.makeEmulator();
      const { body } = await world.ask(
        emulator,
        "https://localhost:8443/demo.example/v2.0/.well-known/openid-configuration",
      );
      assert.strictEqual(body.issuer, world.entraIssuer(tenantId));
      assert.strictEqual(body.token_endpoint, `https://localhost:8443/${tenantId}/oauth2/v2.0/token`);
      assert.strictEqual(body.jwks_uri, `https://localhost:8443/${tenantId}/discovery/v2.0/keys`);
      assert.ok(String(body.authorization_endpoint).startsWith("https://localhost:8443/"));
    });

    QUnit.test("of common has a placeholder for the tenant", async (assert) => {
      const emulator = world.makeEmulator();
      const base = "https://login.microsoftonline.com/common";
      const { body } = await world.ask(emulator, `${base}/v2.0/.well-known/openid-configuration`);
      assert.deepEqual([body.issuer, body.jwks_uri], [world.entraIssuer("{tenantid}"), `${base}/discovery/v2.0/keys`]);
    });

    QUnit.test("of an unknown tenant is invalid_tenant", async (assert) => {
      const url = `https://login.microsoftonline.com/${appClientId}/v2.0/.well-known/openid-configuration`;
      const { status, body } = await world.ask(world.makeEmulator(), url);
      assert.deepEqual([status, body.error, body.error_codes], [400, "invalid_tenant", [90002]]);
    });

    QUnit.test("of keys names their issuer and holds nothing private", async (assert) => {
      const { body } = await world.ask(world.makeEmulator(), `https://localhost/${tenantId}/discovery/v2.0/keys`);
      const [key = {}] = body.keys as Record<string, unknown>[];
      assert.deepEqual(Object.keys(key).sort(), ["alg", "e", "issuer", "kid", "kty", "n", "use", "x5t"]);
      assert.strictEqual(key.issuer, world.entraIssuer(tenantId));
    });

    QUnit.test("of instances knows clouds and itself, and no other host", async (assert) => {
      const emulator = world.makeEmulator();
      const discover = (host: string, tenant: string = tenantId) =>
        world.ask(
          emulator,
          `https://localhost:8443/common/discovery/instance?api-version=1.1&authorization_endpoint=https://${host}/${tenant}/oauth2/v2.0/authorize`,
        );
      const [cloud, own, other, nobody] = await Promise.all([
        discover("login.microsoftonline.us"),
        discover("localhost:8443"),
        discover("evil.example"),
        discover("localhost:8443", "evil.example"),
      ]);
      assert.deepEqual([cloud.status, own.status, other.status, nobody.status], [200, 200, 400, 400]);
      assert.strictEqual(
        own.body.tenant_discovery_endpoint,
        `https://localhost:8443/${tenantId}/v2.0/.well-known/openid-configuration`,
      );
      assert.deepEqual([other.body.error, other.body.error_codes], ["invalid_instance", [50049]]);
    });
  });
};
