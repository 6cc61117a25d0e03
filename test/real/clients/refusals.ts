/** Refusals of the token endpoint, as Microsoft's clients report them to their caller. */
import { demoIds } from "@tokenhop/emulator";
import { armScope, ids } from "../../emulator/support.ts";
import type { Assert, Suite } from "../../harness.ts";
import { type AssertionClient, assertionClients, reportOf } from "./assertion-clients.ts";
import { assertionOf, configurationOf, firstExchange, type Stage, tokenOf, withEmulator } from "./entra.ts";
import { type Row, refusalConfig, rows } from "./refusal-rows.ts";

const { tenantId } = demoIds;
const unknownTenant = ids.bareApp;

async function refuse(assert: Assert, stage: Stage, client: AssertionClient, row: Row): Promise<void> {
  const [code, expected, , attempt, says = ""] = row;
  const { clientId, assertion, scopes = [armScope] } = await attempt(stage);
  const connected = client.connect(stage, { tenantId, clientId, assertion: async () => assertion });
  const { name, message, details } = await reportOf(client, connected.getToken(scopes));

  const [status, error] = expected.split(" ");
  assert.strictEqual(name, client.refusalName);
  assert.ok(message.startsWith(`${error}: Error(s): ${code} - Timestamp: `), message);
  assert.ok(message.includes(` - Description: AADSTS${code}: `) && message.includes(says), message);
  assert.notOk(message.includes("undefined"), message);
  assert.deepEqual(
    [details.name, details.errorCode, details.errorNo, details.status],
    ["ServerError", error, code, Number(status)],
  );
  assert.deepEqual(stage.lines(), firstExchange(), "it is not tried again");
  const last = stage.emulator.log.at(-1);
  assert.deepEqual([last?.route, last?.outcome, last?.code], ["token", "refused", code]);
}

/** Neither client says the number: it takes any answer to its question where to ask for none. */
async function refuseTenant(assert: Assert, stage: Stage, client: AssertionClient): Promise<void> {
  const identity = { tenantId: unknownTenant, clientId: ids.externalApp, assertion: () => assertionOf(stage.emulator) };
  const { message } = await reportOf(client, client.connect(stage, identity).getToken([armScope]));
  assert.ok(message.startsWith("endpoints_resolution_error: "), message);
  assert.deepEqual(stage.lines(), [configurationOf(unknownTenant)]);
  const { code, status } = stage.emulator.log.at(-1) ?? {};
  assert.deepEqual([code, status], [90002, 400]);
}

/** A client that knows its way asks the token endpoint of the other tenant at once, and reports what that says. */
async function refuseOtherTenant(assert: Assert, stage: Stage, client: AssertionClient): Promise<void> {
  const connected = client.connect(stage, {
    tenantId,
    clientId: ids.externalApp,
    assertion: () => assertionOf(stage.emulator),
    otherTenants: [unknownTenant],
  });
  await connected.getToken([armScope]);
  const { message, details } = await reportOf(client, connected.getToken([armScope], unknownTenant));
  assert.ok(message.startsWith("invalid_request: Error(s): 90002 - "), message);
  assert.deepEqual([details.errorNo, details.status], [90002, 400]);
  assert.deepEqual(stage.lines(), [...firstExchange(), tokenOf(unknownTenant)]);
}

export const suite: Suite = (QUnit) => {
  QUnit.module("table: refusals as Microsoft's clients report them", () => {
    for (const client of assertionClients) {
      for (const row of rows) {
        const [code, , when] = row;
        QUnit.test(`AADSTS${code} ${when}, by ${client.name}`, (assert) =>
          withEmulator((stage) => refuse(assert, stage, client, row), refusalConfig()),
        );
      }
      QUnit.test(`AADSTS90002 unknown tenant, unsaid by ${client.name}`, (assert) =>
        withEmulator((stage) => refuseTenant(assert, stage, client)),
      );
      QUnit.test(`AADSTS90002 unknown other tenant, by ${client.name}`, (assert) =>
        withEmulator((stage) => refuseOtherTenant(assert, stage, client)),
      );
    }
  });
};
