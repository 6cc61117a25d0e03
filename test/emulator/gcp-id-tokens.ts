/** ID tokens of Google's service accounts. */
import { demoIds } from "@tokenhop/emulator";
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from "jose";
import type { Suite } from "../harness.ts";
import * as gcp from "./gcp-support.ts";
import * as world from "./support.ts";

const now = world.startAt / 1000;
const { gcpServiceAccount } = demoIds;

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: Google's ID tokens", () => {
    QUnit.test("are verified by the keys that Google publishes", async (assert) => {
      const emulator = gcp.makeGcp();
      const body = { audience: "sts.amazonaws.com", includeEmail: true };
      const reply = await gcp.impersonate(emulator, await gcp.federated(emulator), body, { method: "generateIdToken" });
      assert.deepEqual([reply.status, Object.keys(reply.body)], [200, ["token"]]);
      const discovery = await world.ask(emulator, "https://accounts.google.com/.well-known/openid-configuration");
      const jwks = await world.ask(emulator, String(discovery.body.jwks_uri));
      const keys = createLocalJWKSet(jwks.body as unknown as JSONWebKeySet);
      const { payload } = await jwtVerify(String(reply.body.token), keys, { currentDate: new Date(world.startAt) });
      assert.deepEqual(payload, {
        aud: "sts.amazonaws.com",
        azp: "100000000000000000001",
        email: gcpServiceAccount,
        email_verified: true,
        exp: now + 3600,
        iat: now,
        iss: String(discovery.body.issuer),
        sub: "100000000000000000001",
      });
      assert.strictEqual(discovery.body.issuer, "https://accounts.google.com");
    });

    QUnit.test("are without an email unless it is asked for, and never without an audience", async (assert) => {
      const emulator = gcp.makeGcp();
      const token = await gcp.federated(emulator);
      const ask = (body: unknown) => gcp.impersonate(emulator, token, body, { method: "generateIdToken" });
      const { email } = decodeJwt(String((await ask({ audience: "a" })).body.token));
      assert.strictEqual(email, undefined);
      for (const body of [{}, { audience: "" }, { audience: ["a"] }]) assert.strictEqual((await ask(body)).status, 400);
    });

    QUnit.test("let one cloud's account into another, which asks Google for the keys", async (assert) => {
      const config = gcp.gcpConfig();
      const subject = "100000000000000000001";
      const trust = { name: "google", issuer: "https://accounts.google.com", subject, audiences: [world.exchange] };
      const tenants = config.tenants.map((tenant) => ({
        ...tenant,
        managedIdentities: (tenant.managedIdentities ?? []).map((one) => ({ ...one, federatedCredentials: [trust] })),
      }));
      const emulator = gcp.makeGcp({ ...config, tenants });
      const body = { audience: world.exchange };
      const reply = await gcp.impersonate(emulator, await gcp.federated(emulator), body, { method: "generateIdToken" });
      const entra = await world.postToken(emulator, {
        client_id: demoIds.uamiClientId,
        client_assertion: String(reply.body.token),
      });
      assert.strictEqual(entra.status, 200);
    });
  });
};
