/** Elysia with its adapter for Workers, which compiles: beside the contract, whose apps are made too late for that. */

import { readAnswer } from "../../contract/adapter/stage.ts";
import type { Suite } from "../../harness.ts";
import type { Served } from "../../workerd/serve.ts";

const entry = `export { app as default } from "./test/cells/compiled-app.ts";`;

/** What each path is answered: status, media type and the code of the problem. */
const expected: Readonly<Record<string, readonly unknown[]>> = {
  "/good": [200, "text/plain", "7"],
  "/bad": [503, "application/problem+json", "ERR_EXCHANGE_FAILED"],
  "/me": [401, "application/problem+json", "ERR_AUTH_MISSING"],
};

export const compiledSuite =
  (serveEntry: (entry: string) => Promise<Served>): Suite =>
  (QUnit) => {
    QUnit.module("adapter elysia on workerd, compiled", () => {
      QUnit.test("attaches and answers as elsewhere", async (assert) => {
        const served = await serveEntry(entry);
        for (const [path, [status, type, said]] of Object.entries(expected)) {
          const answer = await readAnswer(await fetch(served.url + path));
          assert.deepEqual([answer.status, answer.headers.get("content-type")?.split(";")[0]], [status, type]);
          assert.strictEqual(status === 200 ? answer.text : JSON.parse(answer.text).code, said);
        }
        served.stop();
      });
    });
  };
