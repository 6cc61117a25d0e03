/** A managed identity's token as an application's assertion, by Microsoft's clients: where it works, and where it cannot. */
import { demoIds } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import { exchange, exchangeScope } from "../../emulator/support.ts";
import type { Assert, Suite } from "../../harness.ts";
import { assertionOf, configurationOf, firstExchange, type Stage, tokenOf, withEmulator } from "./entra.ts";
import { appService, machine, runWorkload, type Step, type Variables, withPod } from "./platform.ts";

const { appClientId, appObjectId, oidcSubject, tenantId, uamiPrincipalId } = demoIds;

/** The documentation's pattern, as a program writes it. */
const toApp: Step = {
  client: "ClientAssertionCredential",
  scope: "https://graph.microsoft.com/.default",
  application: { tenantId, clientId: appClientId },
};

const hosts: readonly (readonly [name: string, variables: (stage: Stage) => Variables, line: string])[] = [
  ["IMDS", machine, "GET /metadata/identity/oauth2/token/"],
  ["App Service", appService, "GET /msi/token"],
];

async function reachGraph(assert: Assert, stage: Stage, variables: Variables, line: string): Promise<void> {
  const [result] = await runWorkload(variables, [{ ...toApp, times: 2 }]);
  assert.strictEqual(result?.error, undefined);
  const token = result?.token ?? "";
  assert.deepEqual(
    stage.lines(),
    // Four times the credential asks for an assertion, and all but the first come out of its cache.
    [line, ...firstExchange()],
  );
  const { appid, oid } = decodeJwt(token);
  assert.deepEqual([appid, oid], [appClientId, appObjectId]);

  const users = await fetch(`${stage.https.url}/v1.0/users`, { headers: { authorization: `Bearer ${token}` } });
  assert.strictEqual(users.status, 200);
  assert.strictEqual(((await users.json()) as { value: readonly unknown[] }).value.length, 3);
  const { subject, audience, provenance } = stage.emulator.log.find(({ route }) => route === "token") ?? {};
  assert.deepEqual(
    [subject, audience, provenance],
    [uamiPrincipalId, "fb60f99c-7a34-4190-8149-302f77469936", "federated-managed-identity"],
  );
}

/** On AKS the credential takes the pod's file although there is a metadata service, and says nothing. */
async function takeFile(assert: Assert, stage: Stage): Promise<void> {
  await withPod(stage, await assertionOf(stage.emulator), async (pod) => {
    const step: Step = { client: "ManagedIdentityCredential", scope: exchangeScope };
    const [result] = await runWorkload({ ...machine(stage), ...pod }, [step]);
    assert.strictEqual(result?.error, undefined);
    assert.deepEqual(stage.lines(), firstExchange());
    const { provenance, subject } = stage.emulator.log.at(-1) ?? {};
    assert.deepEqual([provenance, subject], ["federated-external", oidcSubject]);
    assert.strictEqual(decodeJwt(result?.token ?? "").oid, uamiPrincipalId, "it is a token of the managed identity");
  });
}

async function failOnPod(assert: Assert, stage: Stage): Promise<void> {
  await withPod(stage, await assertionOf(stage.emulator), async (pod) => {
    const [result] = await runWorkload({ ...machine(stage), ...pod }, [toApp]);
    assert.ok(
      result?.error?.startsWith("AuthenticationRequiredError: invalid_client: Error(s): 700231 - "),
      result?.error,
    );
    const { uamiClientId } = demoIds;
    const asked = stage.asked();
    // The credential asks for the assertion twice, and on this path the managed identity's has no cache at all.
    assert.deepEqual(
      asked.map(({ line }) => line),
      [...firstExchange(), configurationOf(), ...firstExchange(), tokenOf()],
    );
    assert.deepEqual(
      asked.flatMap(({ form }) => form.get("client_id") ?? []),
      [uamiClientId, uamiClientId, appClientId],
    );
  });
}

/** The same pod, once it is kept from the file: the metadata service's token is good, whatever the identity trusts. */
async function succeedWithoutFile(assert: Assert, stage: Stage): Promise<void> {
  await withPod(stage, await assertionOf(stage.emulator), async ({ AZURE_FEDERATED_TOKEN_FILE: _, ...pod }) => {
    const [result] = await runWorkload({ ...machine(stage), ...pod }, [toApp]);
    assert.strictEqual(result?.error, undefined);
    assert.strictEqual(stage.asked()[0]?.query.get("resource"), exchange);
  });
}

export const suite: Suite = (QUnit) => {
  QUnit.module("managed identity to application", () => {
    for (const [name, variables, line] of hosts) {
      QUnit.test(`by ${name}: Graph answers`, (assert) =>
        withEmulator((stage) => reachGraph(assert, stage, variables(stage), line)),
      );
    }
    QUnit.test("in a pod ManagedIdentityCredential silently takes the file", (assert) =>
      withEmulator((stage) => takeFile(assert, stage)),
    );
    QUnit.test("AADSTS700231 in a pod, whose identity is federated itself", (assert) =>
      withEmulator((stage) => failOnPod(assert, stage)),
    );
    QUnit.test("in a pod without the file: works", (assert) =>
      withEmulator((stage) => succeedWithoutFile(assert, stage)),
    );
  });
};
