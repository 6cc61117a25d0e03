/** What the credentials under the names of `@azure/identity` refuse: each option by name, with what to do instead. */
import {
  ClientAssertionCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from "@tokenhop/core/interop/azure-identity";
import { testPlatform } from "@tokenhop/core/testing";
import { failureOf, json } from "../contract/platform.ts";
import { errorOf } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { ARM, CLIENT, FILE, hostWith, OTHER, POD, TENANT, UAMI } from "./azure-identity-support.ts";

const give = async (): Promise<string> => "token";
const MISSING_TENANT = "tenantId: missing, expected a tenant's GUID or domain name";
const MISSING_CLIENT = "clientId: missing, expected a client id (GUID)";

/** Every option that the three of `@azure/identity` 4.14.1 take and these do not, and words of what is said of it. */
const refused: Readonly<Record<string, string>> = {
  httpClient: "platform, with a fetch of yours",
  additionalPolicies: "platform, with a fetch of yours",
  proxyOptions: "a fetch that uses the proxy",
  agent: "a fetch that uses the agent",
  tlsOptions: "NODE_EXTRA_CA_CERTS",
  allowInsecureConnection: "is https",
  redirectOptions: "no redirect is followed",
  retryOptions: "federate({ limits })",
  userAgentOptions: "no user agent",
  telemetryOptions: "no telemetry",
  loggingOptions: "federate({ onEvent })",
  tokenCachePersistenceOptions: "createCache()",
  enableAzureProxy: "keep @azure/identity",
  sendProbeRequest: "firstOf()",
};

type Make = (options: object) => unknown;
const classes: Readonly<Record<string, Make>> = {
  ClientAssertionCredential: (options) => new ClientAssertionCredential(TENANT, CLIENT, give, options),
  WorkloadIdentityCredential: (options) => new WorkloadIdentityCredential({ ...options, ...pod }),
  ManagedIdentityCredential: (options) => new ManagedIdentityCredential(options),
  "ManagedIdentityCredential with an id": (options) => new ManagedIdentityCredential(CLIENT, options),
};
const pod = { tenantId: TENANT, clientId: CLIENT, tokenFilePath: FILE };

export const suite: Suite = (QUnit) => {
  QUnit.module("azure-identity, refusals", () => {
    for (const [name, make] of Object.entries(classes)) {
      QUnit.test(`${name} names each option that it does not take, all at once`, async (assert) => {
        const platform = testPlatform();
        const all = Object.fromEntries(Object.keys(refused).map((option) => [option, {}]));
        const error = await failureOf(() => make({ ...all, unheardOf: 1, platform }));
        assert.ok(error.message.startsWith(`Cannot use new ${name.split(" ")[0]}(): `), error.message);
        const problems = new Map(error.problems?.map((problem) => problem.split(": ", 2) as [string, string]));
        assert.strictEqual(problems.get("unheardOf"), "unknown option");
        problems.delete("unheardOf");
        assert.deepEqual([...problems.keys()].sort(), Object.keys(refused).sort());
        for (const [option, instead] of Object.entries(refused)) {
          const said = error.problems?.find((problem) => problem.startsWith(`${option}: not supported: `));
          assert.ok(said?.includes(instead), `${option}: ${said}`);
        }
        assert.ok(make({ httpClient: undefined, retryOptions: undefined, platform }), "undefined is no option");
      });
    }

    const rows: readonly (readonly [string, () => unknown, readonly string[]])[] = [
      [
        "a ClientAssertionCredential of nothing",
        () => new ClientAssertionCredential(undefined, undefined, undefined as never, {}),
        ["getAssertion: missing, expected a function", MISSING_TENANT, MISSING_CLIENT],
      ],
      [
        "one with everything wrong",
        () =>
          new ClientAssertionCredential("common", "my-app", "token" as never, {
            authorityHost: "http://login.example",
            additionallyAllowedTenants: ["a b"],
            disableInstanceDiscovery: "yes" as never,
            waitUntil: 1 as never,
          }),
        [
          "waitUntil: expected a function",
          "disableInstanceDiscovery: expected true or false",
          "getAssertion: expected a function",
          "tenantId: expected a tenant's GUID or domain name",
          "clientId: expected a client id (GUID)",
          "additionallyAllowedTenants: expected a list of GUIDs or domain names",
          "authorityHost: expected an https URL (http: loopback only, with allowHttpLoopback)",
        ],
      ],
      [
        "every tenant",
        () => new ClientAssertionCredential(TENANT, CLIENT, give, { additionallyAllowedTenants: [OTHER, "*"] }),
        ['additionallyAllowedTenants: not supported: "*"; name each tenant'],
      ],
      [
        "a tenant that is no list",
        () => new ClientAssertionCredential(TENANT, CLIENT, give, { additionallyAllowedTenants: OTHER as never }),
        ["additionallyAllowedTenants: expected a list of GUIDs or domain names"],
      ],
      [
        "a pod without its variables",
        () => new WorkloadIdentityCredential({ platform: testPlatform() }),
        [
          "tokenFilePath: missing, expected a text that is not empty (or the variable AZURE_FEDERATED_TOKEN_FILE)",
          `${MISSING_TENANT} (or the variable AZURE_TENANT_ID)`,
          `${MISSING_CLIENT} (or the variable AZURE_CLIENT_ID)`,
        ],
      ],
      [
        "a variable that is none",
        () =>
          new WorkloadIdentityCredential({
            platform: testPlatform({ env: { ...POD, AZURE_AUTHORITY_HOST: "login" } }),
          }),
        ["authorityHost: expected an https URL (http: loopback only, with allowHttpLoopback)"],
      ],
      [
        "two managed identities",
        () => new ManagedIdentityCredential({ clientId: CLIENT, objectId: OTHER, resourceId: UAMI } as never),
        [
          "objectId: expected a GUID, and not together with clientId",
          "resourceId: expected the ARM id of a user-assigned identity, and not together with clientId",
        ],
      ],
      [
        "an id and an option that are wrong",
        () => new ManagedIdentityCredential("my-app", { retries: 3 } as never),
        ["retries: unknown option", "clientId: expected a GUID"],
      ],
    ];
    for (const [what, make, problems] of rows) {
      QUnit.test(`refuses ${what}`, async (assert) => {
        const error = await failureOf(make);
        assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
        assert.deepEqual([...(error.problems ?? [])].sort(), [...problems].sort());
      });
    }

    QUnit.test("lets refusals of Entra's through, with their codes", async (assert) => {
      const description = "AADSTS700213: No matching federated identity record found. Trace ID: t";
      const refusal = { error: "invalid_client", error_codes: [700213], error_description: description };
      const { platform } = hostWith(POD);
      const fetch = async (): Promise<Response> => json(refusal, { status: 401 });
      const credential = new ClientAssertionCredential(TENANT, CLIENT, async () => canaryToken(), {
        platform: { ...platform, fetch },
      });
      const error = await errorOf(credential.getToken(ARM));
      assert.deepEqual([error.code, error.errorCodes, error.status], ["ERR_EXCHANGE_REFUSED", [700213], 401]);
    });

    QUnit.test("says that a managed identity's reply has no end, and keeps no such token", async (assert) => {
      const { platform } = hostWith();
      let asked = 0;
      const fetch = async (): Promise<Response> => {
        asked++;
        return json({ access_token: "opaque-and-endless-token" });
      };
      const credential = new ManagedIdentityCredential({ platform: { ...platform, fetch } });
      const error = await errorOf(credential.getToken(ARM));
      assert.deepEqual([error.code, error.step, asked], ["ERR_SOURCE_REPLY", "managed-identity", 1]);
    });
  });
};
