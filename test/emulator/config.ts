/** Configs that cannot be played: every mistake is named, all at once, and no value of a secret is repeated. */
import {
  createDemoConfig,
  createEmulator,
  demoIds,
  type EmulatorConfig,
  EmulatorConfigError,
  evidence,
  parseConfig,
} from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as world from "./support.ts";

const audiences = [world.exchange];
const credential = (name: string, changes: object = {}) => ({
  name,
  issuer: "https://i.example",
  subject: name,
  audiences,
  ...changes,
});

function problemsOf(config: unknown): readonly string[] {
  try {
    parseConfig(config);
    return [];
  } catch (error) {
    if (error instanceof EmulatorConfigError) return error.problems;
    throw error;
  }
}

/** The demo with the first tenant changed. */
function tenant(changes: object): unknown {
  const demo = createDemoConfig();
  return { ...demo, tenants: [{ ...demo.tenants[0], ...changes }] };
}

function app(changes: object): unknown {
  const apps = createDemoConfig().tenants[0]?.apps ?? [];
  return tenant({ apps: [{ ...apps[0], ...changes }] });
}

const twentyOne = Array.from({ length: 21 }, (_, index) => credential(`credential-${index}`));
const trust = (...federatedCredentials: readonly object[]): unknown => app({ federatedCredentials });

const rows: readonly (readonly [string, unknown, string])[] = [
  ["no tenant", { tenants: [] }, "tenants: must hold at least one tenant"],
  ["no object", "config", "(top level): must be Object"],
  ["an unknown option", { ...createDemoConfig(), tenant: 1 }, "tenant: is not an option"],
  ["an id that is no GUID", tenant({ id: "demo" }), "tenants.0.id: must be a GUID"],
  ["a field of the wrong type", app({ displayName: 1 }), "tenants.0.apps.0.displayName: must be string"],
  ["a missing field", app({ objectId: undefined }), "tenants.0.apps.0.objectId: is missing"],
  [
    "a role that does not exist",
    tenant({ roleAssignments: [{ principalId: demoIds.uamiPrincipalId, role: "Writer", scope: "/subscriptions/x" }] }),
    'tenants.0.roleAssignments.0.role: must be ("Owner" | "Contributor" | "Reader" | "Storage Blob Data Contributor" | "Storage Blob Data Reader" | "Key Vault Secrets Officer" | "Key Vault Secrets User" | "Cognitive Services OpenAI User")',
  ],
  [
    "a short lifetime",
    { ...createDemoConfig(), lifetimes: { appTokenMs: 10 } },
    "lifetimes.appTokenMs: must be at least 1000 ms",
  ],
  [
    "an issuer without https",
    { ...createDemoConfig(), oidcProviders: [{ name: "a", issuer: "http://a.example" }] },
    "oidcProviders.0.issuer: must be an https URL without query or fragment",
  ],
  [
    "two audiences",
    trust(credential("abc", { audiences: ["a", "b"] })),
    "tenants.0.apps.0.federatedCredentials.0.audiences: must hold exactly one audience",
  ],
  [
    "no audience",
    trust(credential("abc", { audiences: [] })),
    "tenants.0.apps.0.federatedCredentials.0.audiences: must hold exactly one audience",
  ],
  [
    "a credential's short name",
    trust(credential("ab")),
    "tenants.0.apps.0.federatedCredentials.0.name: must have 3 to 120 letters, digits, dashes or underscores, the first a letter or digit",
  ],
  [
    "a credential's name that starts with a dash",
    trust(credential("-abc")),
    "tenants.0.apps.0.federatedCredentials.0.name: must have 3 to 120 letters, digits, dashes or underscores, the first a letter or digit",
  ],
  [
    "a long subject",
    trust(credential("abc", { subject: "s".repeat(601) })),
    "tenants.0.apps.0.federatedCredentials.0.subject: must have at most 600 characters",
  ],
  ["21 credentials", trust(...twentyOne), "tenants.0.apps.0.federatedCredentials: must hold at most 20 credentials"],
  [
    "a credential's name twice",
    trust(credential("abc"), credential("ABC")),
    'tenants.0.apps.0.federatedCredentials.1: name "ABC" is already used by tenants.0.apps.0.federatedCredentials.0',
  ],
  [
    "issuer and subject twice",
    trust(credential("abc", { subject: "s" }), credential("def", { subject: "s" })),
    "tenants.0.apps.0.federatedCredentials.1: issuer and subject are already used by tenants.0.apps.0.federatedCredentials.0",
  ],
  [
    "a client id twice",
    app({ objectId: demoIds.uamiClientId.toUpperCase() }),
    `tenants.0.managedIdentities.0.clientId: client or object id "${demoIds.uamiClientId}" is already used by tenants.0.apps.0.objectId`,
  ],
  [
    "a role for nobody",
    tenant({
      roleAssignments: [
        { principalId: world.ids.bareApp, role: "Reader", scope: `/subscriptions/${demoIds.subscriptionId}` },
      ],
    }),
    `tenants.0.roleAssignments.0: there is no principal "${world.ids.bareApp}" in the tenant`,
  ],
  [
    "a role on nothing",
    tenant({
      roleAssignments: [
        {
          principalId: demoIds.uamiPrincipalId,
          role: "Reader",
          scope: `/subscriptions/${demoIds.subscriptionId}/resourceGroups/none`,
        },
      ],
    }),
    `tenants.0.roleAssignments.0: there is no scope "/subscriptions/${demoIds.subscriptionId}/resourceGroups/none" in the tenant`,
  ],
  [
    "a permission on nothing",
    app({ permissions: { "https://none.example": ["A"] } }),
    `tenants.0.apps.0.permissions: there is no resource "https://none.example" in tenant "${demoIds.tenantId}"`,
  ],
  [
    "a tenant that is not there",
    app({ provisionedIn: [{ tenantId: world.otherTenantId, objectId: world.ids.api }] }),
    `tenants.0.apps.0.provisionedIn.0: there is no tenant "${world.otherTenantId}"`,
  ],
  [
    "a subscription of no tenant",
    { ...createDemoConfig(), subscriptions: [{ id: demoIds.subscriptionId, tenantId: world.otherTenantId }] },
    `subscriptions.0: there is no tenant "${world.otherTenantId}"`,
  ],
  [
    "a provider twice",
    { ...createDemoConfig(), oidcProviders: [{ name: "a" }, { name: "a" }] },
    'oidcProviders.1: OIDC provider name "a" is already used by oidcProviders.0',
  ],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: a config with", () => {
    for (const [what, config, problem] of rows) {
      QUnit.test(`${what} is refused`, (assert) => {
        const problems = problemsOf(config);
        assert.ok(problems.includes(problem), problems.join("\n"));
      });
    }

    QUnit.test("many mistakes is refused once, with all of them", (assert) => {
      const config = {
        tenants: [
          {
            id: demoIds.tenantId,
            domains: ["nodots", "a.example", "A.example"],
            roleAssignments: [{ principalId: demoIds.user, role: "Reader", scope: "/x" }],
          },
        ],
        subscriptions: [{ id: demoIds.subscriptionId, tenantId: world.otherTenantId }],
        lifetimes: { appTokenMs: 1 },
      };
      const problems = problemsOf(config);
      assert.deepEqual(problems, [
        "tenants.0.domains.0: must be a DNS name",
        "tenants.0.roleAssignments.0.principalId: must be a GUID",
        "tenants.0.roleAssignments.0.scope: must be an ARM scope",
        "lifetimes.appTokenMs: must be at least 1000 ms",
        'tenants.0.domains.2: tenant id or domain "A.example" is already used by tenants.0.domains.1',
        `subscriptions.0: there is no tenant "${world.otherTenantId}"`,
        `tenants.0.roleAssignments.0: there is no principal "${demoIds.user}" in the tenant`,
        'tenants.0.roleAssignments.0: there is no scope "/x" in the tenant',
      ]);
      assert.throws(
        () => createEmulator(config as EmulatorConfig),
        (error) =>
          error instanceof EmulatorConfigError &&
          error.code === "ERR_EMULATOR_CONFIG" &&
          problems.every((problem) => error.message.includes(problem)),
      );
    });

    QUnit.test("a request token twice is refused without showing it", (assert) => {
      const workload = { requestToken: "very-secret-request-token", subject: "s" };
      const config = {
        ...createDemoConfig(),
        oidcProviders: [{ name: "a", workloads: [workload, workload, { ...workload, requestToken: "short" }] }],
      };
      const problems = problemsOf(config);
      assert.strictEqual(problems.length, 2, problems.join("\n"));
      assert.notOk(/very-secret|short/.test(problems.join()), problems.join("\n"));
    });

    QUnit.test("values that Entra takes too is accepted", (assert) => {
      const strange = trust(
        credential("abc", { issuer: " no url " }),
        credential("def", { subject: "ABC" }),
        credential("ghi", { subject: "abc" }),
      );
      assert.deepEqual(problemsOf(strange), []);
      assert.deepEqual(problemsOf(JSON.parse(JSON.stringify(createDemoConfig()))), []);
      assert.deepEqual(problemsOf(world.testConfig()), []);
    });
  });

  QUnit.module("emulator: evidence", () => {
    QUnit.test("is given for each rule, once", (assert) => {
      const ids = evidence.map(({ id }) => id);
      assert.strictEqual(new Set(ids).size, ids.length);
      assert.ok(ids.includes("AADSTS700231") && ids.includes("provenance-memory"));
      const kinds = ["documentation", "field report", "client code", "UNCONFIRMED"];
      assert.ok(evidence.every(({ kind, note }) => kinds.includes(kind) && note.length > 10));
    });
  });
};
