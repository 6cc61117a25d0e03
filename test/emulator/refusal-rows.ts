/** One way to be refused by the token endpoint, and how the tests look at it. */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import type { QUnitLike } from "../harness.ts";
import { entraIssuer, externalToken, ids, makeEmulator, postToken, startAt } from "./support.ts";

/** Makes the form of a request; a field of `undefined` is left out. */
export type Fields = (emulator: Emulator) => Promise<Readonly<Record<string, string | undefined>>>;

/** AADSTS number, status and `error`, when, how, and what else matters. */
export type Row = readonly [
  code: number,
  expected: `${number} ${string}`,
  when: string,
  fields: Fields,
  more?: { readonly says?: string; readonly tenant?: string },
];

/** A good request of an application that trusts the hosted provider, with some fields changed. */
export const plain =
  (fields: Readonly<Record<string, string | undefined>>): Fields =>
  async (emulator) => ({ client_id: ids.externalApp, client_assertion: await externalToken(emulator), ...fields });

/** The same with something about its external token changed. */
export const external =
  (change: Readonly<Record<string, unknown>>): Fields =>
  async (emulator) => ({ client_id: ids.externalApp, client_assertion: await externalToken(emulator, change) });

/** A request of some client with an assertion made on the spot. */
export const raw =
  (clientId: string, make: (emulator: Emulator) => Promise<string> | string): Fields =>
  async (emulator) => ({ client_id: clientId, client_assertion: await make(emulator) });

/** Claims of an exchange token of the managed identity, to be signed by Entra although it was never issued. */
export const forged = (changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  iss: entraIssuer(demoIds.tenantId),
  sub: demoIds.uamiPrincipalId,
  aud: "fb60f99c-7a34-4190-8149-302f77469936",
  exp: startAt / 1000 + 600,
  ...changes,
});

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Registers one test for each row. */
export function testRows(QUnit: QUnitLike, rows: readonly Row[]): void {
  for (const [code, expected, when, fields, { says = "", tenant = demoIds.tenantId } = {}] of rows) {
    QUnit.test(`AADSTS${code} when ${when}`, async (assert) => {
      const emulator = makeEmulator();
      const { status, body } = await postToken(emulator, await fields(emulator), tenant);
      assert.strictEqual(`${status} ${body.error}`, expected);
      assert.deepEqual(body.error_codes, [code]);

      const { error_description, timestamp, trace_id, correlation_id } = body;
      const description = String(error_description);
      assert.ok(description.startsWith(`AADSTS${code}: `) && description.includes(says), description);
      assert.notOk(/\{\w*\}|undefined/.test(description), "every value is filled in");
      const trailer = ` Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`;
      assert.ok(description.endsWith(trailer), description);
      assert.strictEqual(timestamp, "2026-01-15 12:00:00Z");
      assert.ok(guid.test(String(trace_id)) && guid.test(String(correlation_id)));

      const last = emulator.log.at(-1);
      assert.deepEqual([last?.route, last?.outcome, last?.code, last?.status], ["token", "refused", code, status]);
      assert.ok(last?.reason, "the log says why");
    });
  }
}
