import { azureArc } from "@tokenhop/core/sources/azure-arc";
import { assertHides, contextFor, failureOf, fakePlatform, json } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { ask, demand, env, key, path, query, why, worldOf } from "./azure-arc-cases.ts";
import { body, endpoints, id, resourceId } from "./managed-identity-cases.ts";

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "azure-arc",
    provenance: "platform",
    create: () => azureArc(),
    unavailable: [
      {
        where: "elsewhere",
        names: ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "a runtime that can read files"],
      },
      {
        where: "on App Service",
        env: { IDENTITY_ENDPOINT: "http://169.254.131.2:8081/msi/token", IDENTITY_HEADER: "h" },
        files: {},
        names: ["IMDS_ENDPOINT"],
      },
      {
        where: "with endpoints elsewhere",
        env: { IDENTITY_ENDPOINT: "https://evil.example/", IMDS_ENDPOINT: "http://10.0.0.1" },
        files: {},
        names: [`IDENTITY_ENDPOINT ${why}`, `IMDS_ENDPOINT ${why}`],
      },
      { where: "without files", env, names: ["a runtime that can read files"] },
    ],
    mistakes: [
      {
        what: "everything wrong",
        make: () => azureArc({ clientId: "my-app", objectId: id, assumePresent: "yes", endpoint: "imds" } as never),
        problems: [
          "clientId: expected a GUID",
          "objectId: expected a GUID, and not together with clientId",
          "assumePresent: expected true or false",
          "endpoint: unknown option",
        ],
      },
      { what: "null", make: () => azureArc(null as never), problems: ["expected Object"] },
    ],
    wire: {
      env,
      files: { [path]: key },
      prelude: demand,
      body,
      audienceParameter: "resource",
      secret: key,
      notFound: "retry",
    },
  });

  QUnit.module("source azure-arc, its own", () => {
    QUnit.test("asks twice: for the challenge, and with the key", async (assert) => {
      const platform = worldOf({ files: { [path]: `${key}\n` } });
      await ask(platform);
      const url = `http://localhost:40342/metadata/identity/oauth2/token${query}`;
      assert.deepEqual(
        platform.requests.map((sent) => [sent.method, sent.url.href, sent.headers.get("metadata")]),
        [
          ["GET", url, "true"],
          ["GET", url, "true"],
        ],
      );
      const [first, second] = platform.requests.map(({ headers }) => headers.get("authorization"));
      assert.strictEqual(first, null, "the key goes to nobody who has not named its file");
      assert.ok(second === `Basic ${key}`);
      assert.deepEqual(platform.reads, [path]);
    });

    QUnit.test("does not try a second key", async (assert) => {
      const platform = fakePlatform({
        env,
        files: { [path]: key },
        respond: () =>
          json(
            { error: { code: "unauthorized", message: `no: ${key}` } },
            {
              status: 401,
              headers: { "www-authenticate": `Basic realm=${path}` },
            },
          ),
      });
      const error = await failureOf(() => ask(platform));
      assert.deepEqual([error.code, error.recovery, error.status], ["ERR_SOURCE_FAILED", "stop", 401]);
      assert.deepEqual([platform.reads.length, platform.requests.length], [1, 2]);
      assert.ok(error.message.includes("its own file; is this user in the group himds"), error.message);
      assertHides(assert, error, [key]);
    });

    QUnit.test("stops between the two requests when nobody waits any more", async (assert) => {
      const controller = new AbortController();
      const reason = new Error("gone");
      const platform = {
        ...worldOf(),
        async readTextFile() {
          controller.abort(reason);
          return key;
        },
      };
      const context = contextFor(platform, { signal: controller.signal });
      await assert.rejects(azureArc().getToken({ audience: AUDIENCE }, context), (error) => error === reason);
      assert.strictEqual(platform.requests.length, 1);
    });

    for (const [name, options, parameter, echo] of [
      ["client id", { clientId: id }, `client_id=${id}`, { client_id: id.toLowerCase() }],
      ["object id", { objectId: id }, `object_id=${id}`, { object_id: id }],
      ["resource id", { resourceId }, `msi_res_id=${encodeURIComponent(resourceId)}`, { msi_res_id: resourceId }],
      ["resource id, as App Service calls it", { resourceId }, "msi_res_id=", { mi_res_id: resourceId.toUpperCase() }],
    ] as const) {
      QUnit.test(`asks for an identity by its ${name}, and believes only a reply that names it`, async (assert) => {
        const fields = { access_token: freshToken(), expires_in: "300" };
        const platform = worldOf({ reply: () => json({ ...fields, ...echo }) });
        await ask(platform, options);
        assert.ok(platform.requests.every(({ url }) => url.search.includes(`&${parameter}`)));
        for (const other of [
          {},
          { client_id: "22222222-2222-4222-8222-222222222222" },
          { object_id: 5, msi_res_id: null },
        ]) {
          const error = await failureOf(() => ask(worldOf({ reply: () => json({ ...fields, ...other }) }), options));
          assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
          assert.ok(
            error.message.includes("another identity's token than was asked for; update the agent"),
            error.message,
          );
        }
      });
    }

    for (const variable of ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"]) {
      for (const [url, allowed] of endpoints) {
        QUnit.test(`${allowed ? "takes" : "refuses"} ${variable} ${url}`, (assert) => {
          const platform = worldOf({ env: { ...env, [variable]: url } });
          assert.strictEqual(azureArc().detect(platform).found, allowed);
        });
      }
    }

    QUnit.test("asks the agent's own address where it is told that there is one", async (assert) => {
      const platform = worldOf({ env: {} });
      const options = { assumePresent: true };
      assert.deepEqual(azureArc(options).detect(platform), { found: true });
      await ask(platform, options);
      assert.strictEqual(
        platform.requests[0]?.url.href,
        `http://127.0.0.1:40342/metadata/identity/oauth2/token${query}`,
      );
      const half = worldOf({ env: { IDENTITY_ENDPOINT: "https://evil.example" } });
      assert.notOk(azureArc(options).detect(half).found, "variables go before the option");
    });

    QUnit.test("takes a token that is given without a challenge", async (assert) => {
      const platform = fakePlatform({ env, files: {}, respond: () => json(body(freshToken())) });
      assert.ok((await ask(platform)).expiresAt);
      assert.deepEqual([platform.requests.length, platform.reads.length], [1, 0]);
    });

    QUnit.test("each selector is an identity of its own", (assert) => {
      const all = [{}, { clientId: id }, { objectId: id }, { resourceId }] as const;
      const identities = all.map((options) => JSON.stringify(azureArc(options).identity));
      assert.strictEqual(new Set(identities).size, all.length);
    });
  });
};
