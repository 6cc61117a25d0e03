/** What all errors of the token endpoint have in common. */
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as world from "./support.ts";

const { tenantId } = demoIds;
const { ids } = world;

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: an error of the token endpoint", () => {
    const wrong = { client_id: ids.bareApp, client_assertion: undefined };

    QUnit.test("has the headers of a real one", async (assert) => {
      const { headers, body } = await world.postToken(world.makeEmulator(), wrong);
      assert.strictEqual(headers.get("cache-control"), "no-store, no-cache");
      assert.strictEqual(headers.get("pragma"), "no-cache");
      assert.strictEqual(headers.get("x-ms-request-id"), String(body.trace_id));
      assert.strictEqual(headers.get("x-ms-clitelem"), "1,7000216,0,,");
      assert.ok(headers.get("content-type")?.startsWith("application/json"));
    });

    QUnit.test("repeats a client-request-id that is a GUID, wherever it stands", async (assert) => {
      const emulator = world.makeEmulator();
      const id = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
      const inForm = await world.postToken(emulator, { ...wrong, "client-request-id": id });
      const inHeader = await world.postToken(emulator, wrong, tenantId, {
        headers: { "client-request-id": id, "return-client-request-id": "true" },
      });
      const inQuery = await world.ask(
        emulator,
        `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token?client-request-id=${id}`,
        { method: "POST", body: new URLSearchParams() },
      );
      assert.deepEqual(
        [inForm, inHeader, inQuery].map(({ body }) => body.correlation_id),
        [id, id, id],
      );
      assert.strictEqual(inHeader.headers.get("client-request-id"), id);
      const other = await world.postToken(emulator, { ...wrong, "client-request-id": "no guid" });
      assert.notStrictEqual(other.body.correlation_id, "no guid");
    });

    QUnit.test("has the old trailer when the config says so", async (assert) => {
      const emulator = world.makeEmulator(world.testConfig({ errorTrailer: "crlf" }));
      const { body } = await world.postToken(emulator, wrong);
      const end = `\r\nTrace ID: ${body.trace_id}\r\nCorrelation ID: ${body.correlation_id}\r\nTimestamp: ${body.timestamp}`;
      assert.ok(String(body.error_description).endsWith(end));
    });

    QUnit.test("has an error_uri only for codes of the error page", async (assert) => {
      const emulator = world.makeEmulator();
      const unknown = await world.postToken(emulator, wrong);
      const known = await world.postToken(emulator, { scope: undefined, client_id: ids.bareApp });
      assert.strictEqual(unknown.body.error_uri, undefined);
      assert.strictEqual(known.body.error_uri, "https://login.microsoftonline.com/error?code=90014");
    });

    QUnit.test("comes first for the parameters, then tenant, client and assertion", async (assert) => {
      const emulator = world.makeEmulator();
      const codes = [];
      for (const [fields, tenant] of [
        [{ grant_type: undefined, client_id: "x", client_assertion: "x" }, "no_tenant"],
        [{ client_id: "x", client_assertion: "x" }, "no_tenant"],
        [{ client_id: "x", client_assertion: "x" }, tenantId],
        [{ client_id: ids.bareApp, client_assertion: "x" }, tenantId],
      ] as const) {
        codes.push((await world.postToken(emulator, fields, tenant)).body.error_codes);
      }
      assert.deepEqual(codes, [[900144], [900023], [700016], [50027]]);
    });
  });
};
