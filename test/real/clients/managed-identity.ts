/** Managed identity endpoints, as Microsoft's clients ask them. */
import { demoIds, type EmulatorConfig, type TenantConfig } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import { armScope, exchange, exchangeScope, testConfig } from "../../emulator/support.ts";
import type { Assert, Suite } from "../../harness.ts";
import { type Stage, withEmulator } from "./entra.ts";
import { appService, machine, runWorkload, type Selector, type Step, type Variables } from "./platform.ts";

const { identityHeader, tenantId, uamiClientId, uamiPrincipalId, uamiResourceId } = demoIds;
const second = {
  name: "second",
  clientId: "20000000-0000-4000-8000-000000000001",
  principalId: "20000000-0000-4000-8000-000000000101",
  resourceId: uamiResourceId.replace("demo-uami", "second"),
};

/** A host with a second identity, so that a selector which is not understood finds the wrong one or none. */
function twoIdentities(): EmulatorConfig {
  const config = testConfig();
  const [tenant, ...others] = config.tenants as readonly [TenantConfig, ...TenantConfig[]];
  const managedIdentities = [second, ...(tenant.managedIdentities ?? [])];
  return { ...config, tenants: [{ ...tenant, managedIdentities }, ...others] };
}

interface Platform {
  readonly name: string;
  readonly variables: (stage: Stage) => Variables;
  /** What it is asked, `resource` apart. */
  readonly line: string;
  readonly version: string;
  readonly header: readonly [name: string, value: string];
  readonly resourceSelector: string;
}

const platforms: readonly Platform[] = [
  {
    name: "IMDS",
    variables: machine,
    // MSAL writes a slash before the query.
    line: "GET /metadata/identity/oauth2/token/",
    version: "2018-02-01",
    header: ["metadata", "true"],
    resourceSelector: "msi_res_id",
  },
  {
    name: "App Service",
    variables: appService,
    line: "GET /msi/token",
    version: "2019-08-01",
    header: ["x-identity-header", identityHeader],
    resourceSelector: "mi_res_id",
  },
];

const clients = ["ManagedIdentityCredential", "ManagedIdentityApplication"] as const;

/** The scope of one client is the resource of the other. */
const asking = (client: (typeof clients)[number], selector?: Selector): Step => ({
  client,
  scope: client === "ManagedIdentityCredential" ? exchangeScope : exchange,
  selector,
});

const selectors = (platform: Platform): readonly (readonly [Selector, parameter: string, value: string])[] => [
  [{ clientId: uamiClientId }, "client_id", uamiClientId],
  [{ objectId: uamiPrincipalId }, "object_id", uamiPrincipalId],
  [{ resourceId: uamiResourceId }, platform.resourceSelector, uamiResourceId],
];

const minutesTo = (at: number): number => Math.round((at - Date.now()) / 60_000);

async function onlyIdentity(assert: Assert, stage: Stage, platform: Platform, client: (typeof clients)[number]) {
  const [result] = await runWorkload(platform.variables(stage), [{ ...asking(client), times: 2 }]);
  assert.strictEqual(result?.error, undefined);
  const { iss, sub, oid, aud } = decodeJwt(result?.token ?? "");
  assert.deepEqual(
    [iss, sub, oid, aud],
    [
      `https://login.microsoftonline.com/${tenantId}/v2.0`,
      uamiPrincipalId,
      uamiPrincipalId,
      "fb60f99c-7a34-4190-8149-302f77469936",
    ],
  );
  // Both take half of the time left for a good moment to refresh.
  assert.deepEqual([minutesTo(result?.expiresAt ?? 0), minutesTo(result?.refreshAt ?? 0)], [24 * 60, 12 * 60]);

  const [asked, ...more] = stage.asked();
  assert.deepEqual(
    [asked?.line, [...(asked?.query ?? [])], more.length],
    [
      platform.line,
      [
        ["api-version", platform.version],
        ["resource", exchange],
      ],
      0,
    ],
    "asked once for two calls",
  );
  const [name, value] = platform.header;
  assert.strictEqual(asked?.headers.get(name), value);
}

async function selected(assert: Assert, stage: Stage, platform: Platform, client: (typeof clients)[number]) {
  const wanted = selectors(platform);
  const results = await runWorkload(
    platform.variables(stage),
    wanted.map(([selector]) => asking(client, selector)),
  );
  const asked = stage.asked();
  assert.strictEqual(asked.length, wanted.length);
  for (const [index, [, parameter, value]] of wanted.entries()) {
    assert.strictEqual(results[index]?.error, undefined, parameter);
    assert.strictEqual(decodeJwt(results[index]?.token ?? "").oid, uamiPrincipalId, parameter);
    const sent = [...(asked[index]?.query ?? [])].slice(2);
    assert.deepEqual(sent, [[parameter, value]]);
  }
}

/** What each platform refuses with, and how it reaches the caller: written by hand. */
const refusals: readonly (readonly [platform: string, when: string, step: Partial<Step>, says: string, Variables?])[] =
  [
    ["IMDS", "one of two has to be named", {}, "Multiple user assigned identities exist"],
    ["IMDS", "the identity is unknown", { selector: { clientId: tenantId } }, "Identity not found"],
    ["IMDS", "the resource is unknown", { selector: { clientId: uamiClientId }, scope: "api://none" }, "AADSTS50001"],
    ["App Service", "one of two has to be named", {}, "No User Assigned or Delegated Managed Identity found"],
    [
      "App Service",
      "the identity is unknown",
      { selector: { objectId: tenantId } },
      "No User Assigned or Delegated Managed Identity found",
    ],
    [
      "App Service",
      "the resource is unknown",
      { selector: { clientId: uamiClientId }, scope: "api://none" },
      "AADSTS500011",
    ],
    ["App Service", "the header is wrong", {}, "X-IDENTITY-HEADER", { IDENTITY_HEADER: "wrong" }],
  ];

export const suite: Suite = (QUnit) => {
  for (const platform of platforms) {
    QUnit.module(`managed identity: ${platform.name}`, () => {
      for (const client of clients) {
        QUnit.test(`${client} gets a token of the only identity, once`, (assert) =>
          withEmulator((stage) => onlyIdentity(assert, stage, platform, client)),
        );
        QUnit.test(`${client} names an identity in each way`, (assert) =>
          withEmulator((stage) => selected(assert, stage, platform, client), twoIdentities()),
        );
      }
      for (const [name, when, step, says, more] of refusals) {
        if (name !== platform.name) continue;
        QUnit.test(`says what was wrong when ${when}, by both clients`, (assert) =>
          withEmulator(async (stage) => {
            const ask = async (client: (typeof clients)[number]) =>
              runWorkload({ ...platform.variables(stage), ...more }, [{ ...asking(client), ...step }]);
            // A process for each: in one, the second client would ask by the first one's network.
            for (const [result] of await Promise.all(clients.map(ask))) {
              assert.ok(result?.error?.includes(says), result?.error ?? "no error");
            }
            assert.deepEqual(stage.lines(), [platform.line, platform.line], "neither tries again");
          }, twoIdentities()),
        );
      }
    });
  }

  QUnit.module("managed identity", () => {
    QUnit.test("DefaultAzureCredential finds the metadata service", (assert) =>
      withEmulator(async (stage) => {
        // Without it a failure would start the command line tools of this machine.
        const variables = { ...machine(stage), AZURE_TOKEN_CREDENTIALS: "prod" };
        const [result] = await runWorkload(variables, [{ client: "DefaultAzureCredential", scope: armScope }]);
        assert.strictEqual(result?.error, undefined);
        const { aud, xms_mirid } = decodeJwt(result?.token ?? "");
        assert.deepEqual([aud, xms_mirid], ["https://management.azure.com", uamiResourceId]);
        assert.strictEqual(stage.asked().length, 1);
      }),
    );
  });
};
