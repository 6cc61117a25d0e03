/** The managed identity endpoints. */
import { createDemoConfig, demoIds, type Emulator, type EmulatorConfig } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import type { Suite } from "../harness.ts";
import * as world from "./support.ts";

const { uamiClientId, uamiPrincipalId, uamiResourceId, identityHeader } = demoIds;
const now = world.startAt / 1000;
const arm = "https://management.azure.com/";

type Query = Readonly<Record<string, string>>;
type Headers = Readonly<Record<string, string>>;

function imds(emulator: Emulator, query: Query = {}, headers: Headers = { metadata: "true" }): Promise<world.Reply> {
  const all = new URLSearchParams({ "api-version": "2018-02-01", resource: arm, ...query });
  return world.ask(emulator, `http://169.254.169.254/metadata/identity/oauth2/token?${all}`, { headers });
}

function appService(emulator: Emulator, query: Query = {}, header: string = identityHeader): Promise<world.Reply> {
  const all = new URLSearchParams({ "api-version": "2019-08-01", resource: arm, ...query });
  return world.ask(emulator, `http://127.0.0.1:41741/msi/token?${all}`, { headers: { "x-identity-header": header } });
}

function withIdentities(...names: readonly string[]): EmulatorConfig {
  const config = world.testConfig();
  const [tenant, ...others] = config.tenants;
  if (!tenant) throw new Error("The config has a tenant");
  const more = names.map((name, index) => ({
    name,
    clientId: `20000000-0000-4000-8000-00000000000${index}`,
    principalId: `20000000-0000-4000-8000-00000000010${index}`,
    resourceId: uamiResourceId.replace("demo-uami", name),
  }));
  return {
    ...config,
    tenants: [{ ...tenant, managedIdentities: [...(tenant.managedIdentities ?? []), ...more] }, ...others],
  };
}

const selectors: readonly (readonly [string, string])[] = [
  ["client_id", uamiClientId],
  ["object_id", uamiPrincipalId],
  ["principal_id", uamiPrincipalId],
  ["mi_res_id", uamiResourceId],
  ["msi_res_id", uamiResourceId.toUpperCase()],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: IMDS", () => {
    QUnit.test("answers with texts only", async (assert) => {
      const { status, body } = await imds(world.makeEmulator());
      assert.strictEqual(status, 200);
      const { access_token, ...rest } = body;
      assert.deepEqual(rest, {
        client_id: uamiClientId,
        expires_in: "86399",
        expires_on: String(now + 86_400),
        ext_expires_in: "86399",
        not_before: String(now - 300),
        refresh_token: "",
        resource: arm,
        token_type: "Bearer",
      });
      const claims = decodeJwt(String(access_token));
      assert.deepEqual([claims.aud, claims.xms_mirid, claims.ver], [arm, uamiResourceId, "1.0"]);
    });

    QUnit.test("takes a slash before the query", async (assert) => {
      const url = `http://localhost:8080/metadata/identity/oauth2/token/?api-version=2018-02-01&resource=${world.exchange}`;
      const { status } = await world.ask(world.makeEmulator(), url, { headers: { metadata: "true" } });
      assert.strictEqual(status, 200);
    });

    QUnit.test("finds an identity by each selector", async (assert) => {
      const emulator = world.makeEmulator(withIdentities("second"));
      for (const [name, value] of selectors) {
        const { status, body } = await imds(emulator, { [name]: value });
        assert.deepEqual([status, body.client_id], [200, uamiClientId], name);
        assert.strictEqual(
          (await imds(emulator, { [name]: "nobody" })).body.error_description,
          "Identity not found",
          name,
        );
      }
    });

    const refusals: readonly (readonly [string, string, string, Query, Headers?])[] = [
      ["the Metadata header is missing", "bad_request_102", "Required metadata header not specified", {}, {}],
      ["the Metadata header is false", "bad_request_102", "Required", {}, { metadata: "false" }],
      [
        "the request was forwarded",
        "invalid_request",
        "X-Forwarded-For",
        {},
        { metadata: "true", "x-forwarded-for": "1.2.3.4" },
      ],
      ["the resource is missing", "invalid_request", "missing a required parameter", { resource: "" }],
      ["the version is too old", "invalid_request", "missing a required parameter", { "api-version": "2017-01-01" }],
      ["the version is no date", "invalid_request", "missing a required parameter", { "api-version": "latest" }],
      [
        "two selectors are given",
        "invalid_request",
        "missing a required parameter",
        { client_id: uamiClientId, object_id: uamiPrincipalId },
      ],
      [
        "the identity is not on the host",
        "invalid_request",
        "Identity not found",
        { client_id: world.ids.entraTrustingUami },
      ],
      ["the resource is unknown", "invalid_resource", "AADSTS50001", { resource: "https://unknown.example" }],
      ["the resource is a scope", "invalid_resource", "AADSTS50001", { resource: world.armScope }],
    ];
    for (const [when, error, text, query, headers] of refusals) {
      QUnit.test(`refuses when ${when}`, async (assert) => {
        const { status, body } = await imds(world.makeEmulator(), query, headers);
        assert.deepEqual([status, body.error], [400, error]);
        assert.ok(String(body.error_description).includes(text), String(body.error_description));
      });
    }

    QUnit.test("refuses to choose among several, and finds none where there is none", async (assert) => {
      const several = await imds(world.makeEmulator(withIdentities("second")));
      assert.ok(String(several.body.error_description).startsWith("Multiple user assigned identities exist"));
      const [tenant] = createDemoConfig().tenants;
      const none = await imds(world.makeEmulator({ tenants: [{ id: tenant?.id ?? "" }] }));
      assert.deepEqual([none.status, none.body.error_description], [400, "Identity not found"]);
    });
  });

  QUnit.module("emulator: App Service", () => {
    QUnit.test("answers without expires_in", async (assert) => {
      const { status, body } = await appService(world.makeEmulator(), { resource: world.exchange });
      assert.strictEqual(status, 200);
      const { access_token, ...rest } = body;
      assert.deepEqual(rest, {
        client_id: uamiClientId,
        expires_on: String(now + 86_400),
        not_before: String(now - 300),
        resource: world.exchange,
        token_type: "Bearer",
      });
      assert.strictEqual(decodeJwt(String(access_token)).sub, uamiPrincipalId);
    });

    const refusals: readonly (readonly [string, number, Query, string?])[] = [
      ["the header is missing", 401, {}, ""],
      ["the header is wrong", 401, {}, `${identityHeader}x`],
      ["the version is another", 400, { "api-version": "2017-09-01" }],
      ["the resource is missing", 400, { resource: "" }],
      ["the identity is unknown", 400, { client_id: world.ids.bareApp }],
      ["the resource is unknown", 400, { resource: "https://unknown.example" }],
    ];
    for (const [when, status, query, header] of refusals) {
      QUnit.test(`refuses when ${when}`, async (assert) => {
        const reply = await appService(world.makeEmulator(), query, header);
        assert.deepEqual([reply.status, reply.body.statusCode], [status, status]);
        assert.strictEqual(typeof reply.body.message, "string");
      });
    }

    QUnit.test("refuses everyone when the config names no header", async (assert) => {
      const { status } = await appService(
        world.makeEmulator(world.testConfig({ appService: undefined })),
        {},
        "undefined",
      );
      assert.strictEqual(status, 401);
    });
  });
};
