/** The hosted OIDC provider, which gives workloads outside Azure their tokens. */
import { demoIds } from "@tokenhop/emulator";
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from "jose";
import type { Suite } from "../harness.ts";
import * as world from "./support.ts";

const { oidcIssuer } = demoIds;
const now = world.startAt / 1000;

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: the OIDC provider", () => {
    const route = `https://localhost:8443/oidc/${demoIds.oidcProvider}`;
    const request = world.bearer(demoIds.oidcRequestToken);

    QUnit.test("gives a workload a token that its keys verify", async (assert) => {
      const emulator = world.makeEmulator();
      const { status, body } = await world.ask(
        emulator,
        `${route}/token?api-version=1&audience=${world.exchange}`,
        request,
      );
      assert.strictEqual(status, 200);
      const discovery = await world.ask(emulator, `${oidcIssuer}/.well-known/openid-configuration`);
      assert.strictEqual(discovery.body.issuer, oidcIssuer);
      const jwks = await world.ask(emulator, String(discovery.body.jwks_uri));
      const keys = createLocalJWKSet(jwks.body as unknown as JSONWebKeySet);
      const options = { issuer: oidcIssuer, audience: world.exchange, currentDate: new Date(world.startAt) };
      const { payload } = await jwtVerify(String(body.value), keys, options);
      assert.deepEqual([payload.sub, payload.iat, payload.exp], [demoIds.oidcSubject, now, now + 300]);
      assert.strictEqual(typeof payload.jti, "string");
    });

    QUnit.test("takes the audience from the query, a form or JSON, and the subject from nobody", async (assert) => {
      const emulator = world.makeEmulator();
      const post = (body: BodyInit, type?: string) =>
        world.ask(emulator, `${route}/token`, {
          method: "POST",
          body,
          headers: { ...request.headers, ...(type && { "content-type": type }) },
        });
      const form = await post(new URLSearchParams({ audience: "a", subject: "me" }));
      const json = await post(JSON.stringify({ audience: "b", subject: "me" }), "application/json");
      const claims = [form, json].map(({ body }) => decodeJwt(String(body.value)));
      assert.deepEqual(
        claims.map(({ aud, sub }) => [aud, sub]),
        [
          ["a", demoIds.oidcSubject],
          ["b", demoIds.oidcSubject],
        ],
      );
    });

    QUnit.test("refuses a wrong request token, a missing audience and an unknown provider", async (assert) => {
      const emulator = world.makeEmulator();
      const statuses = await Promise.all(
        [
          world.ask(emulator, `${route}/token?audience=a`),
          world.ask(emulator, `${route}/token?audience=a`, world.bearer("wrong")),
          world.ask(emulator, `${route}/token`, request),
          world.ask(emulator, "https://localhost/oidc/other/token?audience=a", request),
          world.ask(emulator, "https://localhost/oidc/other/.well-known/openid-configuration"),
          world.ask(emulator, "https://localhost/oidc/other/jwks"),
        ].map(async (reply) => (await reply).status),
      );
      assert.deepEqual(statuses, [401, 401, 400, 404, 404, 404]);
    });

    QUnit.test("answers below an issuer of its own choosing", async (assert) => {
      const issuer = "https://token.actions.githubusercontent.com";
      const emulator = world.makeEmulator(
        world.testConfig({
          oidcProviders: [{ name: "github", issuer, workloads: [{ requestToken: "job-token", subject: "s" }] }],
        }),
      );
      const { body } = await world.ask(emulator, `${issuer}/.well-known/openid-configuration`);
      assert.strictEqual(body.issuer, issuer);
      assert.strictEqual((await world.ask(emulator, String(body.jwks_uri))).status, 200);
      const reply = await world.ask(emulator, `${issuer}/token?audience=a`, world.bearer("job-token"));
      assert.strictEqual(decodeJwt(String(reply.body.value)).iss, issuer);
    });

    QUnit.test("does not let more claims replace registered ones", async (assert) => {
      const claims = { iss: "https://evil.example", sub: "evil", exp: 1, job_workflow_ref: "ref" };
      const token = decodeJwt(await world.externalToken(world.makeEmulator(), { claims }));
      assert.deepEqual(
        [token.iss, token.sub, token.exp, token.job_workflow_ref],
        [oidcIssuer, demoIds.oidcSubject, now + 300, "ref"],
      );
    });
  });
};
