/** When Microsoft's clients try again, when they hold back, and what becomes of a challenge. */
import { ClientAssertionCredential } from "@azure/identity";
import { demoIds, type Fault } from "@tokenhop/emulator";
import { armScope, exchange, exchangeScope, ids } from "../../emulator/support.ts";
import type { Assert, Suite } from "../../harness.ts";
import { type AssertionClient, assertionClients, type Connected, reportOf } from "./assertion-clients.ts";
import { type Asked, assertionOf, firstExchange, type Stage, tokenOf, withEmulator } from "./entra.ts";
import { machine, runWorkload, type Step } from "./platform.ts";

const { tenantId, uamiClientId } = demoIds;
const { externalApp } = ids;
const [azureIdentity, msalNode] = assertionClients as readonly [AssertionClient, AssertionClient];
const graphScope = "https://graph.microsoft.com/.default";
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const throttled: Fault = {
  route: "token",
  kind: "entra-error",
  code: 90055,
  error: "temporarily_unavailable",
  status: 429,
  retryAfterSeconds: 1,
};
const refused: Fault = { route: "token", kind: "entra-error", code: 700213, error: "invalid_client", status: 401 };
const down: Fault = { route: "token", kind: "entra-error", code: 90033, error: "temporarily_unavailable", status: 503 };

const connect = (stage: Stage, client: AssertionClient, clientId: string = externalApp): Connected =>
  client.connect(stage, { tenantId, clientId, assertion: () => assertionOf(stage.emulator) });

const idsOf = ({ form, headers }: Asked): readonly unknown[] => [
  form.get("client-request-id"),
  headers.get("x-ms-client-request-id"),
];

async function waitOnce(assert: Assert, stage: Stage): Promise<void> {
  stage.emulator.setFault(throttled);
  const startedAt = performance.now();
  await connect(stage, azureIdentity).getToken([armScope]);
  assert.ok(performance.now() - startedAt >= 990, "it waited as long as it was told");
  const [, first, second, ...more] = stage.asked();
  assert.deepEqual([first?.line, second?.line, more.length], [tokenOf(), tokenOf(), 0]);
  if (first && second) assert.deepEqual(idsOf(second), idsOf(first), "it is the same request once more");
}

async function retryByOption(assert: Assert, stage: Stage): Promise<void> {
  stage.emulator.setFault({ ...down, times: 3 });
  const credential = new ClientAssertionCredential(tenantId, externalApp, () => assertionOf(stage.emulator), {
    authorityHost: stage.https.url,
    disableInstanceDiscovery: true,
    retryOptions: { maxRetries: 2, retryDelayInMs: 1 },
  });
  const { message, details } = await reportOf(azureIdentity, credential.getToken(armScope));
  assert.ok(message.startsWith("temporarily_unavailable: Error(s): 90033 - "), message);
  assert.deepEqual([details.errorNo, details.status], [90033, 503]);
  assert.deepEqual(stage.lines(), [...firstExchange(), tokenOf(), tokenOf()]);

  const again = await reportOf(azureIdentity, credential.getToken(armScope));
  assert.ok(again.message.startsWith("90033: AADSTS90033: "), again.message);
  assert.deepEqual(stage.lines(), [], "MSAL, below it, holds the same request back for a minute");
}

async function holdBack(assert: Assert, stage: Stage): Promise<void> {
  stage.emulator.setFault(throttled);
  const one = connect(stage, msalNode);
  const first = await reportOf(msalNode, one.getToken([armScope]));
  assert.deepEqual([first.details.errorNo, first.details.status], [90055, 429]);
  assert.deepEqual(stage.lines(), firstExchange(), "it does not try again by itself");

  const held = await reportOf(msalNode, one.getToken([armScope]));
  assert.deepEqual([held.details.errorCode, held.details.status], ["90055", undefined]);
  assert.deepEqual(stage.lines(), [], "nor lets it the caller, before the time");
  await one.getToken([graphScope]);
  assert.deepEqual(stage.lines(), [tokenOf()], "another request is not held back");
  await wait(1100);
  await one.getToken([armScope]);
  assert.deepEqual(stage.lines(), [tokenOf()]);
}

async function challenge(assert: Assert, stage: Stage, client: AssertionClient): Promise<void> {
  const claims = '{"access_token":{"polids":{"essential":true,"values":["1"]}}}';
  const error = { code: 50079, error: "interaction_required", status: 400, suberror: "basic_action", claims } as const;
  stage.emulator.setFault({ route: "token", kind: "entra-error", ...error });
  const { name, message, details } = await reportOf(client, connect(stage, client).getToken([armScope]));
  assert.ok(message.startsWith("interaction_required: AADSTS50079: "), message);
  assert.notOk(message.includes("polids"), "the message does not carry them");
  // @azure/identity 4.13 lost them; since 4.14 they are in `cause`, though not in the error itself.
  const isOwn = client === msalNode;
  assert.strictEqual(name, isOwn ? "InteractionRequiredAuthError" : "AuthenticationRequiredError");
  assert.deepEqual(
    [details.name, details.errorCode, details.errorNo, details.subError, details.claims],
    ["InteractionRequiredAuthError", "interaction_required", 50079, "basic_action", claims],
  );
  assert.deepEqual(stage.lines(), firstExchange());
}

/** Past `refresh_in` a client asks again and hands out the old token; it does so also when that fails. */
async function refresh(assert: Assert, stage: Stage, client: AssertionClient): Promise<void> {
  stage.emulator.setLifetimes({ refreshInMs: 1000 });
  const lucky = connect(stage, client, externalApp);
  const unlucky = connect(stage, client, uamiClientId);
  const [old, kept] = [await lucky.getToken([armScope]), await unlucky.getToken([armScope])];
  stage.emulator.setFault({ ...refused, clientId: uamiClientId });
  // MSAL counts in whole seconds, rounded.
  await wait(2100);
  stage.asked();
  assert.strictEqual((await lucky.getToken([armScope])).token, old.token);
  const [asked, ...more] = stage.asked();
  assert.deepEqual([asked?.line, more.length], [tokenOf(), 0]);
  assert.ok(asked?.form.get("x-client-current-telemetry")?.startsWith("5|771,4,"), "it says that it refreshes");
  assert.notStrictEqual((await lucky.getToken([armScope])).token, old.token, "the new one is there for the next call");
  assert.strictEqual((await unlucky.getToken([armScope])).token, kept.token);
  assert.strictEqual(stage.asked().at(-1)?.form.get("client_id"), uamiClientId);
}

/** An identity that was just assigned is not known everywhere yet. */
async function notYetThere(assert: Assert, stage: Stage, step: Step): Promise<void> {
  stage.emulator.setFault({ route: "imds", kind: "respond", status: 404, body: { error: "not_found" } });
  const [result] = await runWorkload(machine(stage), [step]);
  assert.strictEqual(result?.error, undefined);
  const line = "GET /metadata/identity/oauth2/token/";
  assert.deepEqual(stage.lines(), [line, line]);
}

export const suite: Suite = (QUnit) => {
  QUnit.module("retries", () => {
    QUnit.test("@azure/identity waits for Retry-After and tries once more", (assert) =>
      withEmulator((stage) => waitOnce(assert, stage)),
    );
    QUnit.test("@azure/identity tries 503 again as often as its option says, and then holds back", (assert) =>
      withEmulator((stage) => retryByOption(assert, stage)),
    );
    QUnit.test("msal-node does not try again, and holds back for Retry-After", (assert) =>
      withEmulator((stage) => holdBack(assert, stage)),
    );
    for (const client of assertionClients) {
      QUnit.test(`the claims of a challenge reach the caller, by ${client.name}`, (assert) =>
        withEmulator((stage) => challenge(assert, stage, client)),
      );
      QUnit.test(`refresh_in: the old token until the new one is there, by ${client.name}`, (assert) =>
        withEmulator((stage) => refresh(assert, stage, client)),
      );
    }
    const steps: readonly Step[] = [
      { client: "ManagedIdentityCredential", scope: exchangeScope },
      { client: "ManagedIdentityApplication", scope: exchange },
    ];
    for (const step of steps) {
      QUnit.test(`${step.client} asks IMDS again after 404`, (assert) =>
        withEmulator((stage) => notYetThere(assert, stage, step)),
      );
    }
  });
};
