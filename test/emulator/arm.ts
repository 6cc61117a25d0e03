/** The double of ARM: who may do what, and how it says no. */
import { demoIds, type Emulator, type EmulatorConfig, type RoleName } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as world from "./support.ts";

const { subscriptionId, uamiClientId, uamiPrincipalId, tenantId } = demoIds;
const uamiType = "Microsoft.ManagedIdentity/userAssignedIdentities";
const disk = "demo-rg/providers/Microsoft.Compute/disks/disk1";
const armToken = (emulator: Emulator) => world.federatedToken(emulator, uamiClientId);

function withRole(role: RoleName, scope: string): EmulatorConfig {
  const config = world.testConfig();
  const [tenant, ...others] = config.tenants;
  if (!tenant) throw new Error("The config has a tenant");
  return {
    ...config,
    tenants: [{ ...tenant, roleAssignments: [{ principalId: uamiPrincipalId, role, scope }] }, ...others],
  };
}

async function arm(emulator: Emulator, path: string, init: RequestInit = {}): Promise<world.Reply> {
  const { headers } = world.bearer(await armToken(emulator));
  return world.ask(emulator, world.armUrl(path), {
    ...init,
    headers: { ...headers, "content-type": "application/json" },
  });
}

const put: RequestInit = { method: "PUT", body: '{"location":"westeurope"}' };
const subscription = `/subscriptions/${subscriptionId}`;
const group = `${subscription}/resourceGroups/demo-rg`;

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: ARM", () => {
    QUnit.test("lists the resources of a group to a Reader", async (assert) => {
      const { status, body } = await arm(world.makeEmulator(), "demo-rg/resources");
      assert.strictEqual(status, 200);
      const [first] = body.value as Record<string, unknown>[];
      assert.deepEqual(first, {
        id: demoIds.uamiResourceId,
        name: "demo-uami",
        type: uamiType,
        location: "westeurope",
      });
    });

    QUnit.test("reads paths without case", async (assert) => {
      const emulator = world.makeEmulator();
      const init = world.bearer(await armToken(emulator));
      const paths = [
        `/subscriptions/${subscriptionId}/resourcegroups/demo-rg/resources`,
        `/SUBSCRIPTIONS/${subscriptionId.toUpperCase()}/ResourceGroups/DEMO-RG/Resources/`,
      ];
      const replies = await Promise.all(
        paths.map((path) => world.ask(emulator, `https://management.azure.com${path}?api-version=2021-04-01`, init)),
      );
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 200],
      );
    });

    QUnit.test("forbids what no role allows, in its own words", async (assert) => {
      const emulator = world.makeEmulator();
      const { status, body } = await arm(emulator, "test-resource-group-1/resources");
      assert.strictEqual(status, 403);
      assert.deepEqual(body, {
        error: {
          code: "AuthorizationFailed",
          message: `The client '${uamiClientId}' with object id '${uamiPrincipalId}' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/resources/read' over scope '${subscription}/resourceGroups/test-resource-group-1' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
        },
      });
      const last = emulator.log.at(-1);
      assert.deepEqual(
        [last?.route, last?.outcome, last?.code, last?.client],
        ["arm", "refused", "AuthorizationFailed", uamiClientId],
      );
    });

    QUnit.test("does not say whether a forbidden group exists", async (assert) => {
      const emulator = world.makeEmulator();
      const statuses = [];
      for (const path of ["nothing/resources", "demo-rg-2/resources"])
        statuses.push((await arm(emulator, path)).status);
      assert.deepEqual(statuses, [403, 403]);
      const owner = world.makeEmulator(withRole("Owner", subscription));
      const { status, body } = await arm(owner, "nothing/resources");
      assert.deepEqual([status, (body.error as world.Json).code], [404, "ResourceGroupNotFound"]);
    });

    const roles: readonly (readonly [RoleName, string, string, number, number, number])[] = [
      ["Reader", group, "demo-rg", 200, 403, 403],
      ["Contributor", group.toUpperCase(), "demo-rg", 200, 201, 200],
      ["Owner", subscription, "demo-rg", 200, 201, 200],
      ["Contributor", group, "test-resource-group-1", 403, 403, 403],
    ];
    for (const [role, scope, at, list, create, remove] of roles) {
      QUnit.test(
        `lets ${role} on ${scope === subscription ? "the subscription" : "demo-rg"} act on ${at}`,
        async (assert) => {
          const emulator = world.makeEmulator(withRole(role, scope));
          const target = disk.replace("demo-rg", at);
          const statuses = [
            (await arm(emulator, `${at}/resources`)).status,
            (await arm(emulator, target, put)).status,
            (await arm(emulator, target, { method: "DELETE" })).status,
          ];
          assert.deepEqual(statuses, [list, create, remove]);
        },
      );
    }

    QUnit.test("creates, replaces, reads and deletes a resource", async (assert) => {
      const emulator = world.makeEmulator(withRole("Contributor", group));
      const names = async () =>
        ((await arm(emulator, "demo-rg/resources")).body.value as { name: string }[]).map(({ name }) => name);
      const created = await arm(emulator, disk, put);
      assert.deepEqual([created.status, created.body.id], [201, `${subscription}/resourceGroups/${disk}`]);
      assert.deepEqual(await names(), ["demo-uami", "demostorage", "disk1"]);
      const replaced = await arm(emulator, disk.toUpperCase(), {
        method: "PUT",
        body: '{"location":"x","tags":{"a":"b"}}',
      });
      assert.deepEqual([replaced.status, replaced.body.name, replaced.body.tags], [200, "disk1", { a: "b" }]);
      assert.deepEqual((await arm(emulator, disk)).body.location, "x");
      const statuses = [
        (await arm(emulator, disk, { method: "DELETE" })).status,
        (await arm(emulator, disk, { method: "DELETE" })).status,
        (await arm(emulator, disk)).status,
        (await arm(emulator, disk, { method: "PUT", body: "{}" })).status,
        (await arm(emulator, disk, { method: "PUT", body: "no json" })).status,
        (await arm(emulator, "demo-rg/resources", { method: "DELETE" })).status,
      ];
      assert.deepEqual(statuses, [200, 204, 404, 400, 400, 405]);
      assert.deepEqual(await names(), ["demo-uami", "demostorage"]);
    });

    QUnit.test("does not take an encoded slash for a part of the path", async (assert) => {
      const emulator = world.makeEmulator(withRole("Owner", group));
      const statuses = [];
      for (const path of [
        "demo-rg%2Fresources",
        "demo-rg%2Fx/resources",
        "demo-rg/providers/Microsoft.Compute%2Fdisks/a/b",
        "%zz/resources",
      ]) {
        statuses.push((await arm(emulator, path, put)).status);
      }
      assert.deepEqual(statuses, [404, 404, 404, 404]);
    });

    QUnit.test("gives nobody the role of another", async (assert) => {
      const emulator = world.makeEmulator();
      const token = await world.federatedToken(emulator, world.ids.externalApp);
      assert.strictEqual(
        (await world.ask(emulator, world.armUrl("demo-rg/resources"), world.bearer(token))).status,
        403,
      );
    });

    QUnit.test("wants an api-version", async (assert) => {
      const emulator = world.makeEmulator();
      const url = world.armUrl("demo-rg/resources").replace(/\?.*/, "");
      const { status, body } = await world.ask(emulator, url, world.bearer(await armToken(emulator)));
      assert.deepEqual([status, (body.error as world.Json).code], [400, "MissingApiVersionParameter"]);
    });

    const tokens: readonly (readonly [
      string,
      string,
      (e: Emulator) => Promise<string | undefined> | string | undefined,
    ])[] = [
      ["is missing", "AuthenticationFailed", () => undefined],
      ["is no JWT", "InvalidAuthenticationToken", () => "Bearer nonsense"],
      ["is Basic", "InvalidAuthenticationToken", () => "Basic abc"],
      ["is from another issuer", "InvalidAuthenticationToken", async (e) => `Bearer ${await world.externalToken(e)}`],
      [
        "has a foreign issuer",
        "InvalidAuthenticationToken",
        async (e) => {
          const claims = { aud: "https://management.azure.com", oid: uamiPrincipalId, tid: tenantId, exp: 1e11 };
          return `Bearer ${await e.signEntraToken({ ...claims, iss: "https://sts.windows.net/other/" })}`;
        },
      ],
      [
        "was changed",
        "InvalidAuthenticationToken",
        async (e) => {
          const parts = (await armToken(e)).split(".");
          return `Bearer ${parts[0]}.${btoa('{"oid":"x"}').replaceAll("=", "")}.${parts[2]}`;
        },
      ],
      [
        "is for Graph",
        "InvalidAuthenticationTokenAudience",
        async (e) => `Bearer ${await world.federatedToken(e, uamiClientId, "https://graph.microsoft.com/.default")}`,
      ],
      [
        "is expired",
        "ExpiredAuthenticationToken",
        async (e) => {
          const token = await armToken(e);
          e.advanceClock(86_400_000);
          return `Bearer ${token}`;
        },
      ],
      [
        "is not valid yet",
        "ExpiredAuthenticationToken",
        async (e) => {
          const token = await armToken(e);
          e.advanceClock(-3_600_000);
          return `Bearer ${token}`;
        },
      ],
      [
        "is another tenant's",
        "InvalidAuthenticationTokenTenant",
        async (e) => {
          const fields = { client_id: world.ids.externalApp, client_assertion: await world.externalToken(e) };
          return `Bearer ${(await world.postToken(e, fields, world.otherTenantId)).body.access_token}`;
        },
      ],
    ];
    for (const [when, code, make] of tokens) {
      QUnit.test(`challenges when the token ${when}`, async (assert) => {
        const emulator = world.makeEmulator();
        const authorization = await make(emulator);
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
        const reply = await world.ask(emulator, world.armUrl("demo-rg/resources"), { headers });
        assert.deepEqual([reply.status, (reply.body.error as world.Json).code], [401, code]);
        const challenge = reply.headers.get("www-authenticate") ?? "";
        const uri = `Bearer authorization_uri="https://login.microsoftonline.com/${tenantId}"`;
        assert.ok(challenge.startsWith(uri), challenge);
      });
    }

    QUnit.test("takes the legacy audience", async (assert) => {
      const emulator = world.makeEmulator();
      const token = await world.federatedToken(emulator, uamiClientId, "https://management.core.windows.net//.default");
      assert.strictEqual(
        (await world.ask(emulator, world.armUrl("demo-rg/resources"), world.bearer(token))).status,
        200,
      );
    });
  });
};
