/** The identity endpoints of Azure's other hosts: a server with Arc, Machine Learning, Cloud Shell. */
import { createDemoConfig, demoIds, type Emulator, EmulatorConfigError, parseConfig } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import type { Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import * as world from "./support.ts";

const { uamiClientId, uamiPrincipalId, uamiResourceId, user } = demoIds;
const now = world.startAt / 1000;
const arm = "https://management.azure.com/";
const secret = "the-secret-of-the-job";
const config = { ...createDemoConfig(), azureArc: {}, azureMl: { secret }, cloudShell: { user } };
const make = (): Emulator => world.makeEmulator(config);

type Query = Readonly<Record<string, string>>;
type Headers = Readonly<Record<string, string>>;

const metadata: Headers = { metadata: "true" };
const arcUrl = "http://127.0.0.1:40342/metadata/identity/oauth2/token";

function arc(emulator: Emulator, headers: Headers = metadata, query: Query = {}, url = arcUrl): Promise<world.Reply> {
  const all = new URLSearchParams({ "api-version": "2020-06-01", resource: arm, ...query });
  return world.ask(emulator, `${url}?${all}`, { headers });
}

const fileOf = ({ headers }: world.Reply): string =>
  /^Basic realm=(\/var\/opt\/azcmagent\/tokens\/[0-9a-f-]{36}\.key)$/.exec(
    headers.get("www-authenticate") ?? "",
  )?.[1] ?? "";

/** Does as a client of Arc's does: reads the file that the first answer names. */
async function arcToken(emulator: Emulator, query: Query = {}, url?: string): Promise<world.Reply> {
  const key = emulator.hostFile(fileOf(await arc(emulator, metadata, query, url)));
  return arc(emulator, { ...metadata, authorization: `Basic ${key}` }, query, url);
}

function ml(emulator: Emulator, query: Query = {}, headers: Headers = { ...metadata, secret }): Promise<world.Reply> {
  const all = new URLSearchParams({ "api-version": "2017-09-01", resource: arm, ...query });
  return world.ask(emulator, `http://127.0.0.1:8080/azureml/msi/token?${all}`, { headers });
}

function shell(emulator: Emulator, form: Query = { resource: arm }, headers: Headers = metadata): Promise<world.Reply> {
  const body = new URLSearchParams(form);
  return world.ask(emulator, "http://localhost:50342/oauth2/token", { method: "POST", body, headers });
}

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: Azure Arc", () => {
    QUnit.test("gives a token to who can read the file that it names", async (assert) => {
      const emulator = make();
      const first = await arc(emulator);
      assert.strictEqual(first.status, 401);
      const path = fileOf(first);
      const key = emulator.hostFile(path) ?? "";
      assert.ok(key.length > 20 && key.length <= 4096);
      const { status, body } = await arc(emulator, { ...metadata, authorization: `Basic ${key}` });
      const { access_token, ...rest } = body;
      assert.deepEqual(
        [status, rest],
        [
          200,
          {
            client_id: uamiClientId,
            object_id: uamiPrincipalId,
            msi_res_id: uamiResourceId,
            expires_in: "86399",
            expires_on: String(now + 86_400),
            ext_expires_in: "86399",
            not_before: String(now - 300),
            resource: arm,
            token_type: "Bearer",
          },
        ],
      );
      assert.strictEqual(decodeJwt(String(access_token)).sub, uamiPrincipalId);
      assert.strictEqual(emulator.hostFile(path), undefined);
    });

    QUnit.test("is at its port, and at a path of its own elsewhere", async (assert) => {
      for (const url of [
        arcUrl,
        arcUrl.replace("127.0.0.1", "localhost"),
        "http://localhost:9/arc/metadata/identity/oauth2/token",
      ]) {
        assert.strictEqual((await arcToken(make(), {}, url)).status, 200, url);
      }
      const imds = await arc(make(), metadata, {}, "http://169.254.169.254/metadata/identity/oauth2/token");
      assert.strictEqual(imds.status, 200);
    });

    QUnit.test("takes a key once, and no other", async (assert) => {
      const emulator = make();
      const path = fileOf(await arc(emulator));
      const key = emulator.hostFile(path);
      const show = async (authorization: string) => (await arc(emulator, { ...metadata, authorization })).status;
      assert.deepEqual(
        [await show(`Basic ${key}x`), await show(`Bearer ${key}`), await show("Basic"), await show(`Basic ${key}`)],
        [403, 403, 403, 200],
      );
      assert.strictEqual(await show(`Basic ${key}`), 403);
      assert.notStrictEqual(fileOf(await arc(emulator)), path);
    });

    const refusals: readonly (readonly [string, string, Headers, Query])[] = [
      ["the Metadata header is missing", "bad_request_102", {}, {}],
      ["the version is missing", "invalid_request", metadata, { "api-version": "" }],
      ["the version is too old", "invalid_request", metadata, { "api-version": "2018-02-01" }],
      ["the resource is missing", "invalid_request", metadata, { resource: "" }],
    ];
    for (const [when, error, headers, query] of refusals) {
      QUnit.test(`refuses when ${when}, and names no file`, async (assert) => {
        const reply = await arc(make(), headers, query);
        assert.deepEqual([reply.status, reply.body.error, fileOf(reply)], [400, error, ""]);
      });
    }

    QUnit.test("knows the host's identities, and no other resource", async (assert) => {
      for (const [name, value] of [
        ["client_id", uamiClientId],
        ["object_id", uamiPrincipalId],
        ["msi_res_id", uamiResourceId],
      ] as const) {
        assert.strictEqual((await arcToken(make(), { [name]: value })).status, 200, name);
        assert.strictEqual((await arcToken(make(), { [name]: "other" })).body.error_description, "Identity not found");
      }
      assert.strictEqual(
        (await arcToken(make(), { resource: "https://unknown.example" })).body.error,
        "invalid_resource",
      );
    });

    QUnit.test("is not there without an agent, and its files are for who administers the emulator", async (assert) => {
      assert.strictEqual((await arc(world.makeEmulator())).status, 404);
      const emulator = make();
      const path = fileOf(await arc(emulator));
      const url = `http://localhost/admin/host-files?path=${encodeURIComponent(path)}`;
      assert.strictEqual((await world.ask(emulator, url)).status, 401);
      const { body } = await world.ask(emulator, url, world.bearer(emulator.adminToken));
      assert.strictEqual(body.content, emulator.hostFile(path));
      const other = await world.ask(emulator, `${url}x`, world.bearer(emulator.adminToken));
      assert.strictEqual(other.body.content, null);
    });

    QUnit.test("keeps keys and tokens out of the log", async (assert) => {
      const emulator = make();
      const key = canary(emulator.hostFile(fileOf(await arc(emulator))) ?? "");
      canary(String((await arc(emulator, { ...metadata, authorization: `Basic ${key}` })).body.access_token));
      record("log", emulator.log);
      assert.deepEqual(
        emulator.log.map(({ route, status }) => [route, status]),
        [
          ["azure-arc", 401],
          ["azure-arc", 200],
        ],
      );
    });
  });

  QUnit.module("emulator: Azure Machine Learning", () => {
    QUnit.test("answers with the times that its clients read", async (assert) => {
      for (const query of [{}, { clientid: uamiClientId }]) {
        const { status, body } = await ml(make(), query);
        const { access_token, ...rest } = body;
        assert.deepEqual(
          [status, rest],
          [200, { client_id: uamiClientId, expires_on: String(now + 86_400), resource: arm, token_type: "Bearer" }],
        );
        assert.strictEqual(decodeJwt(String(access_token)).sub, uamiPrincipalId);
      }
    });

    const refusals: readonly (readonly [string, number, Query, Headers?])[] = [
      ["the secret is missing", 401, {}, metadata],
      ["the secret is wrong", 401, {}, { ...metadata, secret: `${secret}x` }],
      ["the Metadata header is missing", 400, {}, { secret }],
      ["the version is another", 400, { "api-version": "2019-08-01" }],
      ["the resource is missing", 400, { resource: "" }],
      ["the identity is unknown", 400, { clientid: "other" }],
      ["the resource is unknown", 400, { resource: "https://unknown.example" }],
    ];
    for (const [when, status, query, headers] of refusals) {
      QUnit.test(`refuses when ${when}`, async (assert) => {
        const reply = await ml(make(), query, headers);
        assert.deepEqual([reply.status, reply.body.statusCode], [status, status]);
      });
    }

    QUnit.test("does not read another endpoint's selector, and refuses everyone without a secret", async (assert) => {
      assert.strictEqual((await ml(make(), { client_id: "other" })).status, 200);
      assert.strictEqual((await ml(world.makeEmulator(), {}, { ...metadata, secret: "undefined" })).status, 401);
    });
  });

  QUnit.module("emulator: Cloud Shell", () => {
    QUnit.test("gives a token of the user whose shell it is", async (assert) => {
      const { status, body } = await shell(make());
      const { access_token, ...rest } = body;
      assert.deepEqual(
        [status, rest],
        [
          200,
          {
            expires_in: "3599",
            expires_on: String(now + 3600),
            not_before: String(now - 300),
            refresh_token: "",
            resource: arm,
            token_type: "Bearer",
          },
        ],
      );
      const { upn, idtyp, aud } = decodeJwt(String(access_token));
      assert.deepEqual([upn, idtyp, aud], [user, "user", arm]);
    });

    const refusals: readonly (readonly [string, number, string, Query, Headers?])[] = [
      ["the Metadata header is missing", 400, "bad_request_102", { resource: arm }, {}],
      ["the resource is missing", 400, "invalid_request", {}],
      ["the resource is unknown", 400, "invalid_resource", { resource: "https://unknown.example" }],
    ];
    for (const [when, status, error, form, headers] of refusals) {
      QUnit.test(`refuses when ${when}`, async (assert) => {
        const reply = await shell(make(), form, headers);
        assert.deepEqual([reply.status, reply.body.error], [status, error]);
      });
    }

    QUnit.test("is not there without a user, who has to exist", async (assert) => {
      assert.strictEqual((await shell(world.makeEmulator())).status, 404);
      assert.throws(
        () => parseConfig({ ...config, cloudShell: { user: "nobody@demo.example" } }),
        (error) =>
          error instanceof EmulatorConfigError && error.problems[0] === "cloudShell.user: there is no such user",
      );
    });
  });
};
