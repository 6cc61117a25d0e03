/** The double of Key Vault: its challenge, its secrets, and how it says no. */
import { demoIds, type Emulator, type RoleName } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { asking, askText, dataGroup, refusedTokens, scopes, withRoles } from "./service-support.ts";
import * as world from "./support.ts";

const vault = "https://demo-secrets.vault.azure.net";
const query = "?api-version=7.6";

interface Bundle {
  readonly id: string;
  readonly value?: string;
  readonly attributes: { readonly enabled: boolean; readonly created: number };
  readonly tags?: object;
}

interface KeyVaultReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: world.Json;
}

async function stage(config = world.testConfig(), origin = vault) {
  const emulator = world.makeEmulator(config);
  const ask = await asking(emulator, scopes.vault);
  const at = async (method: string, path: string, body?: object): Promise<KeyVaultReply> => {
    const [below, more = ""] = path.split("?");
    const reply = await ask(`${origin}/${below}${query}${more && `&${more}`}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { ...reply, body: reply.text ? (JSON.parse(reply.text) as world.Json) : {} };
  };
  return { emulator, ask: at };
}

const errorOf = (body: world.Json): world.Json => body.error as world.Json;
const innerOf = (body: world.Json): unknown => (errorOf(body).innererror as world.Json | undefined)?.code;

async function unauthorized(emulator: Emulator, init: RequestInit = {}) {
  const { status, headers, text } = await askText(emulator, `${vault}/secrets/one${query}`, init);
  const { code, message } = errorOf(JSON.parse(text) as world.Json);
  return { status, challenge: headers.get("www-authenticate"), code, message };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: Key Vault", () => {
    QUnit.test("keeps every version of a secret, and gives the newest", async (assert) => {
      const { emulator, ask } = await stage();
      const first = (await ask("PUT", "secrets/Db-Password", { value: "one", tags: { a: "b" } }))
        .body as unknown as Bundle;
      assert.ok(
        /^https:\/\/demo-secrets\.vault\.azure\.net\/secrets\/db-password\/[0-9a-f]{32}$/.test(first.id),
        first.id,
      );
      assert.deepEqual([first.value, first.tags, first.attributes.enabled], ["one", { a: "b" }, true]);
      assert.strictEqual(first.attributes.created, emulator.now() / 1000);
      await ask("PUT", "secrets/db-password", { value: "two" });
      assert.strictEqual((await ask("GET", "secrets/DB-PASSWORD")).body.value, "two");
      const version = first.id.split("/").at(-1);
      assert.strictEqual((await ask("GET", `secrets/db-password/${version}`)).body.value, "one");
      const versions = (await ask("GET", "secrets/db-password/versions")).body.value as Bundle[];
      assert.deepEqual(
        versions.map(({ value, id }) => [value, id.startsWith(`${vault}/secrets/db-password/`)]),
        [
          [undefined, true],
          [undefined, true],
        ],
      );
    });

    QUnit.test("lists in pages that link to where they were asked", async (assert) => {
      const origin = "https://localhost:8443/demo-secrets.vault.azure.net";
      const { ask } = await stage(undefined, origin);
      for (const name of ["c", "a", "b"]) await ask("PUT", `secrets/${name}`, { value: name });
      const page = await ask("GET", "secrets?maxresults=2");
      const ids = (body: world.Json): string[] => (body.value as Bundle[]).map(({ id }) => id);
      assert.deepEqual(ids(page.body), [`${vault}/secrets/a`, `${vault}/secrets/b`]);
      const next = new URL(String(page.body.nextLink));
      assert.strictEqual(next.origin + next.pathname, `${origin}/secrets`);
      const last = await ask("GET", `secrets${next.search.replace("api-version=7.6&", "")}`);
      assert.deepEqual([ids(last.body), last.body.nextLink], [[`${vault}/secrets/c`], null]);
    });

    QUnit.test("keeps a deleted secret, and its name, until it is purged", async (assert) => {
      const { ask } = await stage();
      await ask("PUT", "secrets/one", { value: "1" });
      const { status, body } = await ask("DELETE", "secrets/one");
      assert.deepEqual([status, body.recoveryId, body.value], [200, `${vault}/deletedsecrets/one`, undefined]);
      assert.strictEqual((await ask("GET", "secrets/one")).status, 404);
      assert.strictEqual((await ask("GET", "deletedsecrets/one")).status, 200);
      const taken = await ask("PUT", "secrets/one", { value: "2" });
      assert.deepEqual([taken.status, innerOf(taken.body)], [409, "ObjectIsDeletedButRecoverable"]);
      assert.strictEqual((await ask("DELETE", "deletedsecrets/one")).status, 204);
      assert.strictEqual((await ask("GET", "deletedsecrets/one")).status, 404);
      assert.strictEqual((await ask("PUT", "secrets/one", { value: "2" })).status, 200);
    });

    QUnit.test("refuses what it cannot do", async (assert) => {
      const { emulator, ask } = await stage();
      await ask("PUT", "secrets/off", { value: "1", attributes: { enabled: false } });
      const rows: readonly [string, string, object | undefined, number, string][] = [
        ["GET", "secrets/none", undefined, 404, "SecretNotFound"],
        ["DELETE", "secrets/none", undefined, 404, "SecretNotFound"],
        ["GET", "secrets/off", undefined, 403, "Forbidden"],
        ["PUT", "secrets/one", { value: 1 }, 400, "BadParameter"],
        ["POST", "secrets/one/backup", {}, 405, "MethodNotAllowed"],
      ];
      for (const [method, path, sent, status, code] of rows) {
        const reply = await ask(method, path, sent);
        assert.deepEqual([reply.status, errorOf(reply.body).code], [status, code], `${method} ${path}`);
      }
      const plain = await asking(emulator, scopes.vault);
      const withoutVersion = await plain(`${vault}/secrets/one`);
      assert.strictEqual(withoutVersion.status, 400);
      const noVault = await plain(`https://other.vault.azure.net/secrets/one${query}`);
      assert.strictEqual(noVault.status, 404);
    });
  });

  QUnit.module("emulator: Key Vault, who may", () => {
    const challenge = `Bearer authorization="https://login.microsoftonline.com/${demoIds.tenantId}", resource="https://vault.azure.net"`;

    QUnit.test("challenges a call without a token with the tenant and the resource", async (assert) => {
      assert.deepEqual(await unauthorized(world.makeEmulator()), {
        status: 401,
        challenge,
        code: "Unauthorized",
        message: "AKV10000: Request is missing a Bearer or PoP token.",
      });
    });

    QUnit.test("refuses each token that is not for it, with the reason and the challenge", async (assert) => {
      const emulator = world.makeEmulator();
      const audience = "https://vault.azure.net";
      const found =
        "AKV10022: Invalid audience. Expected https://vault.azure.net or cfa8b339-82a2-471a-a3c9-0fc0be7a4093, found: ";
      const issuers = [demoIds.tenantId, world.otherTenantId].map((tenant) => `https://sts.windows.net/${tenant}/`);
      const told: Readonly<Record<string, string>> = {
        malformed: "The token is invalid.",
        signature: "The token is invalid.",
        expired: "The token is expired.",
        "not yet valid": "The token is expired.",
        audience: `${found}https://management.azure.com.`,
        slash: `${found}https://vault.azure.net/.`,
        issuer: "The token is invalid.",
        tenant: `AKV10032: Invalid issuer. Expected ${issuers[0]}, found ${issuers[1]}.`,
      };
      const tokens = {
        ...(await refusedTokens(emulator, audience)),
        slash: await world.federatedToken(emulator, demoIds.uamiClientId, `${audience}//.default`),
      };
      for (const [what, token] of Object.entries(tokens)) {
        const reply = await unauthorized(emulator, world.bearer(token));
        assert.deepEqual(reply, { status: 401, challenge, code: "Unauthorized", message: told[what] }, what);
      }
    });

    const scope = `${dataGroup}/providers/Microsoft.KeyVault/vaults/demo-secrets`;
    const may: readonly [readonly [RoleName, string][], string][] = [
      [[], ""],
      [[["Owner", scope]], ""],
      [[["Storage Blob Data Contributor", dataGroup]], ""],
      [[["Key Vault Secrets User", scope]], "list get"],
      [[["Key Vault Secrets User", `${scope}/secrets/one`]], "get"],
      [[["Key Vault Secrets Officer", dataGroup]], "list get set delete"],
    ];
    for (const [roles, allowed] of may) {
      const what = roles.map(([role, on]) => `${role} on ${on.split("/").at(-1)}`).join() || "nobody";
      QUnit.test(`${what} may ${allowed || "nothing"}`, async (assert) => {
        const { ask } = await stage(withRoles(...roles));
        const done: string[] = [];
        for (const [name, method, path, body] of [
          ["list", "GET", "secrets"],
          ["get", "GET", "secrets/one"],
          ["set", "PUT", "secrets/one", { value: "1" }],
          ["delete", "DELETE", "secrets/one"],
        ] as const) {
          const reply = await ask(method, path, body);
          // What is allowed may still not be there.
          if (reply.status !== 403) done.push(name);
          else assert.strictEqual(innerOf(reply.body), "ForbiddenByRbac");
        }
        assert.strictEqual(done.join(" "), allowed);
      });
    }

    QUnit.test("says who lacks what, and logs neither the secret nor its name", async (assert) => {
      const { emulator, ask } = await stage(withRoles());
      const message = String(errorOf((await ask("GET", "secrets/one")).body).message);
      const lines = message.split("\r\n");
      assert.ok(lines.includes("Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'"), message);
      assert.ok(lines.includes(`Resource: '${`${scope}/secrets/one`.toLowerCase()}'`), message);
      assert.ok(message.includes(`appid=${demoIds.uamiClientId};oid=${demoIds.uamiPrincipalId};`), message);
      assert.deepEqual(
        emulator.log
          .filter(({ route }) => route === "key-vault")
          .map(({ status, code, reason }) => [status, code, reason]),
        [[403, "Forbidden", "ForbiddenByRbac"]],
      );
    });
  });
};
