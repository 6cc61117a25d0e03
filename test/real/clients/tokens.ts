/** Tokens for external workloads, by Microsoft's clients, and what these tokens open. */
import { ConfidentialClientApplication } from "@azure/msal-node";
import { demoIds } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import { armScope, ids } from "../../emulator/support.ts";
import type { Assert, Suite } from "../../harness.ts";
import { type AssertionClient, assertionClients } from "./assertion-clients.ts";
import { assertionOf, firstExchange, type Stage, withEmulator } from "./entra.ts";
import { runWorkload, type Step, withPod } from "./platform.ts";

const { resourceGroup, subscriptionId, tenantId, uamiClientId, uamiPrincipalId } = demoIds;
const graphScope = "https://graph.microsoft.com/.default";
const groupPath = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/resources?api-version=2021-04-01`;

/** An identity that may something, and the door that opens to its token. */
interface Case {
  readonly what: string;
  readonly clientId: string;
  readonly objectId: string;
  readonly scope: string;
  readonly door: string;
  readonly lifetimeMinutes: number;
}

const cases: readonly Case[] = [
  {
    what: "an application, and Graph answers",
    clientId: ids.externalApp,
    objectId: ids.externalAppObject,
    scope: graphScope,
    door: "/v1.0/users",
    lifetimeMinutes: 60,
  },
  {
    what: "a managed identity, and Resource Manager answers",
    clientId: uamiClientId,
    objectId: uamiPrincipalId,
    scope: armScope,
    door: groupPath,
    lifetimeMinutes: 24 * 60,
  },
];

async function statusOf({ https }: Stage, path: string, token: string): Promise<number> {
  const response = await fetch(https.url + path, { headers: { authorization: `Bearer ${token}` } });
  await response.body?.cancel();
  return response.status;
}

async function obtain(assert: Assert, stage: Stage, client: AssertionClient, wanted: Case): Promise<void> {
  const { clientId, objectId, scope, door, lifetimeMinutes } = wanted;
  const identity = { tenantId, clientId, assertion: () => assertionOf(stage.emulator) };
  const { token, expiresAt } = await client.connect(stage, identity).getToken([scope]);
  assert.deepEqual(stage.lines(), firstExchange());
  const { oid, appid, exp = 0 } = decodeJwt(token);
  assert.deepEqual([oid, appid], [objectId, clientId]);
  assert.strictEqual(Math.round((expiresAt - Date.now()) / 60_000), lifetimeMinutes);
  // `expires_in` is one second short of the token's own, and the client counts from when it asked.
  const earlierSeconds = exp - expiresAt / 1000;
  assert.ok(earlierSeconds >= 0 && earlierSeconds <= 5, `the client lets it go ${earlierSeconds} s early`);
  assert.strictEqual(await statusOf(stage, door, token), 200);
}

/** The metadata of a domain names the tenant by its id; the client puts its own name of it back into the endpoint. */
async function byDomain(assert: Assert, stage: Stage, client: AssertionClient): Promise<void> {
  const identity = { tenantId: "demo.example", clientId: uamiClientId, assertion: () => assertionOf(stage.emulator) };
  const { token } = await client.connect(stage, identity).getToken([armScope]);
  assert.strictEqual(decodeJwt(token).tid, tenantId);
  assert.deepEqual(stage.lines(), firstExchange("demo.example"));
}

async function byText(assert: Assert, stage: Stage): Promise<void> {
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: uamiClientId,
      authority: `${stage.https.url}/${tenantId}`,
      knownAuthorities: [new URL(stage.https.url).host],
      clientAssertion: await assertionOf(stage.emulator),
    },
  });
  const result = await application.acquireTokenByClientCredential({ scopes: [armScope] });
  assert.deepEqual([result?.tokenType, result?.fromCache], ["Bearer", false]);
  assert.deepEqual(stage.lines(), firstExchange());
  assert.strictEqual(await statusOf(stage, groupPath, result?.accessToken ?? ""), 200);
}

async function inPod(assert: Assert, stage: Stage, client: Step["client"]): Promise<void> {
  // A projected token has no line end; files written by hand do, and the credential trims it.
  await withPod(stage, `${await assertionOf(stage.emulator)}\n`, async (pod) => {
    const variables = { ...pod, AZURE_TOKEN_CREDENTIALS: "prod" };
    const [result] = await runWorkload(variables, [{ client, scope: armScope, times: 2 }]);
    assert.strictEqual(result?.error, undefined);
    assert.deepEqual(stage.lines(), firstExchange(), "asked once for two calls");
    assert.strictEqual(decodeJwt(result?.token ?? "").oid, uamiPrincipalId);
    assert.strictEqual(await statusOf(stage, groupPath, result?.token ?? ""), 200);
  });
}

export const suite: Suite = (QUnit) => {
  QUnit.module("tokens", () => {
    for (const client of assertionClients) {
      for (const wanted of cases) {
        QUnit.test(`${client.name} becomes ${wanted.what}`, (assert) =>
          withEmulator((stage) => obtain(assert, stage, client, wanted)),
        );
      }
      QUnit.test(`${client.name} names the tenant by its domain`, (assert) =>
        withEmulator((stage) => byDomain(assert, stage, client)),
      );
    }
    QUnit.test("msal-node takes an assertion that is a text", (assert) =>
      withEmulator((stage) => byText(assert, stage)),
    );
    for (const client of ["WorkloadIdentityCredential", "DefaultAzureCredential"] as const) {
      QUnit.test(`${client} in a pod becomes the managed identity`, (assert) =>
        withEmulator((stage) => inPod(assert, stage, client)),
      );
    }
  });
};
