import { azureMl } from "@tokenhop/core/sources/azure-ml";
import { contextFor, failureOf, fakePlatform, json, NOW, type Sent } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { body, endpoints, id, local } from "./managed-identity-cases.ts";

const secret = canary("azure-ml-secret-0a9b8c7d6e5f");
const env = { MSI_ENDPOINT: "http://127.0.0.1:46808/MSI/auth", MSI_SECRET: secret };
const url = "http://127.0.0.1:46808/MSI/auth?api-version=2017-09-01&resource=";

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "azure-ml",
    provenance: "platform",
    create: () => azureMl(),
    unavailable: [
      { where: "elsewhere", names: ["MSI_ENDPOINT", "MSI_SECRET"] },
      { where: "in Cloud Shell", env: { MSI_ENDPOINT: env.MSI_ENDPOINT }, names: ["MSI_SECRET"] },
      {
        where: "with an endpoint elsewhere",
        env: { ...env, MSI_ENDPOINT: "https://evil.example/" },
        names: [`MSI_ENDPOINT ${local} (the secret must not go anywhere else)`],
      },
    ],
    mistakes: [
      {
        what: "selectors that it does not have",
        make: () => azureMl({ clientId: "my-app", objectId: id } as never),
        problems: ["clientId: expected a GUID", "objectId: unknown option"],
      },
    ],
    wire: { env, body, audienceParameter: "resource", secret, notFound: "retry" },
  });

  QUnit.module("source azure-ml, its own", () => {
    for (const [name, options, more, expected] of [
      ["the system-assigned identity", {}, {}, `${url}api%3A%2F%2FAzureADTokenExchange`],
      [
        "the identity that the variable names",
        {},
        { DEFAULT_IDENTITY_CLIENT_ID: "44444444-4444-4444-8444-444444444444" },
        `${url}api%3A%2F%2FAzureADTokenExchange&clientid=44444444-4444-4444-8444-444444444444`,
      ],
      [
        "an identity by its client id",
        { clientId: id },
        { DEFAULT_IDENTITY_CLIENT_ID: "44444444-4444-4444-8444-444444444444" },
        `${url}api%3A%2F%2FAzureADTokenExchange&clientid=${id}`,
      ],
    ] as const) {
      QUnit.test(`asks for ${name}`, async (assert) => {
        const platform = fakePlatform({ env: { ...env, ...more }, respond: () => json(body(freshToken())) });
        await azureMl(options).getToken({ audience: `${AUDIENCE}/.default` }, contextFor(platform));
        const [sent] = platform.requests as readonly [Sent];
        assert.strictEqual(sent.url.href, expected);
        assert.strictEqual(sent.headers.get("metadata"), "true");
        assert.ok(sent.headers.get("secret") === secret);
      });
    }

    for (const [endpoint, allowed] of endpoints) {
      QUnit.test(`${allowed ? "takes" : "refuses"} MSI_ENDPOINT ${endpoint}`, async (assert) => {
        const platform = fakePlatform({
          env: { ...env, MSI_ENDPOINT: endpoint },
          respond: () => json(body(freshToken())),
        });
        assert.strictEqual(azureMl().detect(platform).found, allowed);
        const asked = azureMl().getToken({ audience: AUDIENCE }, contextFor(platform));
        if (allowed) await asked;
        else assert.strictEqual((await failureOf(() => asked)).code, "ERR_SOURCE_UNAVAILABLE");
        assert.strictEqual(platform.requests.length, allowed ? 1 : 0);
      });
    }

    QUnit.test("reads the date that its API writes", async (assert) => {
      const reply = { access_token: freshToken(), expires_on: "01/01/2026 00:05:00 +00:00" };
      const platform = fakePlatform({ env, respond: () => json(reply) });
      const { expiresAt } = await azureMl().getToken({ audience: AUDIENCE }, contextFor(platform));
      assert.strictEqual(expiresAt, NOW + 300_000);
    });

    QUnit.test("each client id is an identity of its own", (assert) => {
      assert.deepEqual(azureMl().identity, ["azure-ml", undefined]);
      assert.deepEqual(azureMl({ clientId: id }).identity, ["azure-ml", id]);
    });
  });
};
