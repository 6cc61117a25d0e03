/** The managed identity under the name of `@azure/identity`: whom it asks, and as whom. */
import { ManagedIdentityCredential } from "@tokenhop/core/interop/azure-identity";
import { failureOf } from "../contract/platform.ts";
import { MINUTE } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { ARM, CLIENT, hostWith, OTHER, POD, TENANT, UAMI, VAULT } from "./azure-identity-support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("azure-identity, ManagedIdentityCredential", () => {
    const IMDS = "http://169.254.169.254/metadata/identity/oauth2/token";
    const resource = "https://management.azure.com";

    QUnit.test("names the identity as it was named to it", async (assert) => {
      const rows = [
        [(platform: never) => new ManagedIdentityCredential({ platform }), {}],
        [(platform: never) => new ManagedIdentityCredential(CLIENT, { platform }), { client_id: CLIENT }],
        [(platform: never) => new ManagedIdentityCredential({ clientId: CLIENT, platform }), { client_id: CLIENT }],
        [(platform: never) => new ManagedIdentityCredential({ objectId: OTHER, platform }), { object_id: OTHER }],
        [(platform: never) => new ManagedIdentityCredential({ resourceId: UAMI, platform }), { msi_res_id: UAMI }],
        [(platform: never) => new ManagedIdentityCredential("", { platform }), {}],
      ] as const;
      for (const [make, selector] of rows) {
        const { platform, seen } = hostWith();
        await make(platform as never).getToken(ARM);
        assert.deepEqual(
          (await seen()).map(({ url, query }) => [url, query]),
          [[IMDS, { "api-version": "2018-02-01", resource, ...selector }]],
        );
      }
    });

    QUnit.test("asks App Service where that has set its variables", async (assert) => {
      const { platform, seen } = hostWith({
        IDENTITY_ENDPOINT: "http://127.0.0.1:42356/msi/token",
        IDENTITY_HEADER: "h",
      });
      await new ManagedIdentityCredential({ resourceId: UAMI, platform }).getToken(ARM);
      const [request] = await seen();
      assert.deepEqual([request?.url, request?.query.mi_res_id], ["http://127.0.0.1:42356/msi/token", UAMI]);
    });

    QUnit.test("is the pod's identity where AKS has set its variables", async (assert) => {
      const { AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE } = POD;
      const rows = [
        [POD, undefined, CLIENT],
        [POD, OTHER, OTHER],
        [{ AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE }, OTHER, OTHER],
        [{ AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE }, undefined, undefined],
        [{ AZURE_CLIENT_ID: CLIENT, AZURE_FEDERATED_TOKEN_FILE }, undefined, undefined],
      ] as const;
      for (const [env, clientId, asked] of rows) {
        const { platform, seen } = hostWith(env);
        await new ManagedIdentityCredential({ clientId, platform }).getToken(ARM);
        const [request] = await seen();
        assert.deepEqual([request?.form.client_id, request?.url === IMDS], [asked, asked === undefined]);
      }
    });

    QUnit.test("holds a token for each resource, whatever tenant a client names", async (assert) => {
      const { platform, seen, clock } = hostWith();
      const credential = new ManagedIdentityCredential({ platform });
      const calls = [
        credential.getToken(ARM),
        credential.getToken([ARM], { tenantId: TENANT, enableCae: true }),
        credential.getToken(VAULT, { tenantId: OTHER }),
      ];
      const [one, same, other] = await Promise.all(calls);
      assert.ok(one?.token === same?.token && one?.token !== other?.token);
      assert.strictEqual(one?.expiresOnTimestamp, clock.now() + 60 * MINUTE);
      assert.strictEqual((await seen()).length, 2);
      await clock.advance(55 * MINUTE);
      assert.ok((await credential.getToken(ARM)).token !== one?.token, "and a new one in time");
    });

    QUnit.test("asks for one resource at once", async (assert) => {
      const { platform, seen } = hostWith();
      const error = await failureOf(() => new ManagedIdentityCredential({ platform }).getToken([ARM, VAULT]));
      assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_INVALID", ["scopes: expected one"]]);
      assert.strictEqual((await seen()).length, 0);
    });
  });
};
