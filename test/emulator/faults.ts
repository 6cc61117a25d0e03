/** Failures on order. */
import { ConnectionDropped, demoIds, type Emulator, type Fault } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as world from "./support.ts";

const keys = `https://localhost/${demoIds.tenantId}/discovery/v2.0/keys`;

async function statuses(emulator: Emulator, count: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) found.push((await world.ask(emulator, keys)).status);
  return found;
}

const respond = (changes: object = {}): Fault => ({ route: "keys", kind: "respond", status: 503, ...changes });

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: a fault", () => {
    const counts: readonly (readonly [string, object, readonly number[]])[] = [
      ["once by default", {}, [503, 200, 200, 200]],
      ["so many times", { times: 2 }, [503, 503, 200, 200]],
      ["always", { times: "always" }, [503, 503, 503, 503]],
      ["after so many requests", { skip: 1 }, [200, 503, 200, 200]],
      ["so many times after so many requests", { skip: 1, times: 2 }, [200, 503, 503, 200]],
    ];
    for (const [how, changes, expected] of counts) {
      QUnit.test(`hits ${how}`, async (assert) => {
        const emulator = world.makeEmulator();
        emulator.setFault(respond(changes));
        assert.deepEqual(await statuses(emulator, 4), expected);
      });
    }

    QUnit.test("waits behind the one that was set before", async (assert) => {
      const emulator = world.makeEmulator();
      emulator.setFault(respond());
      emulator.setFault(respond({ status: 429 }));
      assert.deepEqual(await statuses(emulator, 3), [503, 429, 200]);
    });

    QUnit.test("hits only its route and client", async (assert) => {
      const emulator = world.makeEmulator();
      emulator.setFault({
        route: "token",
        clientId: demoIds.appClientId.toUpperCase(),
        kind: "respond",
        status: 500,
        times: "always",
      });
      const hop1 = await world.postToken(emulator, {
        client_id: demoIds.uamiClientId,
        client_assertion: await world.externalToken(emulator),
      });
      const hop2 = await world.postToken(emulator, {
        client_id: demoIds.appClientId,
        client_assertion: await world.platformToken(emulator),
      });
      assert.deepEqual([hop1.status, hop2.status], [200, 500]);
    });

    QUnit.test("can be seen and taken back", async (assert) => {
      const emulator = world.makeEmulator();
      emulator.setFault(respond());
      emulator.setFault({ route: "arm", kind: "drop" });
      emulator.clearFaults("keys");
      assert.deepEqual(emulator.faults(), [{ route: "arm", kind: "drop" }]);
      emulator.clearFaults();
      assert.deepEqual(emulator.faults(), []);
      assert.deepEqual(await statuses(emulator, 1), [200]);
    });

    QUnit.test("answers HTML, JSON, headers and Retry-After", async (assert) => {
      const emulator = world.makeEmulator();
      emulator.setFault(respond({ body: "<h1>Bad gateway</h1>", retryAfterSeconds: 7 }));
      const html = await emulator.fetch(keys);
      assert.deepEqual(
        [html.headers.get("content-type"), html.headers.get("retry-after"), await html.text()],
        ["text/html; charset=utf-8", "7", "<h1>Bad gateway</h1>"],
      );
      emulator.setFault(respond({ body: { error: "x" }, headers: { location: "https://evil.example" }, status: 302 }));
      const json = await emulator.fetch(keys, { redirect: "manual" });
      assert.deepEqual(
        [json.status, json.headers.get("location"), await json.text()],
        [302, "https://evil.example", '{"error":"x"}'],
      );
      emulator.setFault(respond({ body: '{"cut":', headers: { "content-type": "application/json" } }));
      assert.strictEqual((await emulator.fetch(keys)).headers.get("content-type"), "application/json");
    });

    QUnit.test("answers as Entra does", async (assert) => {
      const emulator = world.makeEmulator();
      emulator.setFault({
        route: "token",
        kind: "entra-error",
        code: 50196,
        error: "invalid_grant",
        status: 400,
        description: "A loop.",
        suberror: "s",
        claims: "{}",
        retryAfterSeconds: 3,
      });
      const { status, body, headers } = await world.postToken(emulator, {});
      assert.deepEqual(
        [status, body.error, body.error_codes, body.suberror, body.claims],
        [400, "invalid_grant", [50196], "s", "{}"],
      );
      assert.ok(String(body.error_description).startsWith("AADSTS50196: A loop. Trace ID: "));
      assert.deepEqual([headers.get("retry-after"), headers.get("x-ms-clitelem")], ["3", "1,50196,0,,"]);
    });

    QUnit.test("edits the real answer", async (assert) => {
      const emulator = world.makeEmulator();
      emulator.setFault({ route: "token", kind: "edit", set: { expires_in: "3599" }, remove: ["token_type"] });
      const { status, body } = await world.postToken(emulator, {
        client_id: demoIds.uamiClientId,
        client_assertion: await world.externalToken(emulator),
      });
      assert.deepEqual(
        [status, body.expires_in, "token_type" in body, typeof body.access_token],
        [200, "3599", false, "string"],
      );
      assert.strictEqual(emulator.log.at(-1)?.outcome, "granted");
    });

    QUnit.test("drops the connection", async (assert) => {
      const emulator = world.makeEmulator();
      emulator.setFault({ route: "keys", kind: "drop" });
      await assert.rejects(
        emulator.fetch(keys),
        (error) => error instanceof ConnectionDropped && error instanceof TypeError,
      );
      const { route, outcome, status } = emulator.log[0] ?? {};
      assert.deepEqual([route, outcome, status], ["keys", "fault", 0]);
    });

    QUnit.test("hangs until the caller gives up", async (assert) => {
      const emulator = world.makeEmulator();
      for (const when of ["before", "after"]) {
        const controller = new AbortController();
        emulator.setFault({ route: "keys", kind: "hang" });
        if (when === "before") controller.abort(new Error("enough"));
        const answer = emulator.fetch(keys, { signal: controller.signal });
        if (when === "after") controller.abort(new Error("enough"));
        await assert.rejects(answer, (error) => error instanceof Error, when);
      }
    });

    QUnit.test("delays, before an answer of its own or the real one", async (assert) => {
      const slept: number[] = [];
      const emulator = world.makeEmulator(world.testConfig(), {
        sleep: async (ms) => {
          slept.push(ms);
        },
      });
      emulator.setFault({ route: "keys", kind: "delay", delayMs: 50 });
      emulator.setFault(respond({ delayMs: 70 }));
      assert.deepEqual(await statuses(emulator, 3), [200, 503, 200]);
      assert.deepEqual(slept, [50, 70]);
    });

    QUnit.test("is logged as one", async (assert) => {
      const emulator = world.makeEmulator();
      emulator.setFault(respond());
      await statuses(emulator, 2);
      assert.deepEqual(
        emulator.log.map(({ outcome, status }) => [outcome, status]),
        [
          ["fault", 503],
          ["granted", 200],
        ],
      );
    });
  });
};
