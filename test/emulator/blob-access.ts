/** Whom the double of the blob service lets do what. */
import { demoIds, type RoleName } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { account, codeOf, put, stage, version, withContainer } from "./blob-support.ts";
import { asking, askText, dataGroup, refusedTokens, scopes, withRoles } from "./service-support.ts";
import * as world from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: blobs, who may", () => {
    QUnit.test("challenges a call without a token with the tenant and the resource", async (assert) => {
      const { emulator } = await stage();
      const reply = await askText(emulator, `${account}/?comp=list`, { headers: version });
      assert.deepEqual([reply.status, codeOf(reply)], [401, "NoAuthenticationInformation"]);
      assert.strictEqual(
        reply.headers.get("www-authenticate"),
        `Bearer authorization_uri=https://login.microsoftonline.com/${demoIds.tenantId}/oauth2/authorize resource_id=https://storage.azure.com`,
      );
    });

    QUnit.test("refuses each token that is not for it, with the reason", async (assert) => {
      const { emulator } = await stage();
      const told: Readonly<Record<string, string>> = {
        malformed: "The token is not a well-formed JWT.",
        signature: "Signature validation failed. Signature verification failed.",
        expired: "Lifetime validation failed. The token is expired.",
        "not yet valid": "Lifetime validation failed. The token is expired.",
        audience: "Audience validation failed. Audience did not match.",
        issuer: "Signature validation failed. Signature verification failed.",
        tenant: "Issuer validation failed. Issuer did not match.",
      };
      for (const [what, token] of Object.entries(await refusedTokens(emulator, "https://storage.azure.com"))) {
        const headers = { ...version, ...world.bearer(token).headers };
        const reply = await askText(emulator, `${account}/?comp=list`, { headers });
        const detail = /<AuthenticationErrorDetail>([^<]+)</.exec(reply.text)?.[1];
        assert.deepEqual([reply.status, codeOf(reply), detail], [401, "InvalidAuthenticationInfo", told[what]], what);
        assert.ok(reply.headers.get("www-authenticate")?.includes("resource_id=https://storage.azure.com"));
      }
    });

    QUnit.test("takes no token in a version that knows none", async (assert) => {
      const { emulator } = await stage();
      const ask = await asking(emulator, scopes.blob);
      for (const headers of [{}, { "x-ms-version": "2017-07-29" }]) {
        const reply = await ask(`${account}/?comp=list`, { headers });
        assert.deepEqual([reply.status, codeOf(reply)], [403, "AuthenticationFailed"]);
        assert.ok(reply.text.includes("Bearer is not supported in this version"));
      }
      assert.strictEqual(
        (await ask(`${account}/?comp=list`, { headers: { "x-ms-version": "2017-11-09" } })).status,
        200,
      );
    });

    const scope = `${dataGroup}/providers/Microsoft.Storage/storageAccounts/demodata`;
    const box = `${scope}/blobServices/default/containers/box`;
    const may: readonly [readonly [RoleName, string][], string][] = [
      [[], ""],
      [[["Owner", scope]], "list-containers create-container"],
      [[["Contributor", scope]], "list-containers create-container"],
      [[["Reader", scope]], "list-containers"],
      [[["Storage Blob Data Reader", scope]], "list-containers list-blobs read"],
      [[["Storage Blob Data Contributor", dataGroup]], "list-containers create-container list-blobs read write delete"],
      [[["Storage Blob Data Contributor", box]], "create-container list-blobs read write delete"],
      [[["Storage Blob Data Contributor", `${scope}/blobServices/default/containers/bo`]], ""],
      [[["Key Vault Secrets Officer", dataGroup]], ""],
    ];
    for (const [roles, allowed] of may) {
      const what = roles.map(([role, on]) => `${role} on ${on.split("/").at(-1)}`).join() || "nobody";
      QUnit.test(`${what} may ${allowed || "nothing"}`, async (assert) => {
        const { ask } = await stage(withRoles(...roles));
        const tries: readonly [string, string, RequestInit][] = [
          ["list-containers", "?comp=list", {}],
          ["create-container", "box?restype=container", { method: "PUT" }],
          ["list-blobs", "box?restype=container&comp=list", {}],
          ["read", "box/one", {}],
          ["write", "box/one", put("1")],
          ["delete", "box/one", { method: "DELETE" }],
        ];
        const done: string[] = [];
        for (const [name, path, init] of tries) {
          const reply = await ask(path, init);
          // What is allowed may still not be there.
          if (reply.status !== 403) done.push(name);
          else assert.strictEqual(codeOf(reply), "AuthorizationPermissionMismatch");
        }
        assert.strictEqual(done.join(" "), allowed);
      });
    }

    QUnit.test("logs who, and never which blob", async (assert) => {
      const { emulator, ask } = await withContainer();
      await ask("box/ada@demo.example", put("1"));
      const mine = emulator.log.filter(({ route }) => route === "blob");
      assert.deepEqual(
        mine.map(({ status, client, tenant, reason }) => [status, client, tenant, reason]),
        [
          [201, demoIds.uamiClientId, demoIds.tenantId, "A role allows creating a container"],
          [201, demoIds.uamiClientId, demoIds.tenantId, "A role allows writing: 1 bytes"],
        ],
      );
      emulator.setFault({ route: "blob", kind: "respond", status: 503 });
      assert.strictEqual((await ask("box/one")).status, 503);
    });
  });
};
