/** A program that used a provider ends by itself: no timer and no socket of ours keeps it, no rejection is left unhandled. */
import { fileURLToPath } from "node:url";
import { runProcess } from "../../tools/lib/process.ts";
import type { Suite } from "../harness.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Waits, aborts, times out, watches, closes, and leaves exchanges behind that nobody waits for. Nothing calls `exit`. */
const program = `
import { defaultPlatform, defineSource, defineTarget, federate, secret } from "@tokenhop/core";

let hangs = false;
let given = 0;
const from = defineSource({
  name: "source",
  identity: ["source"],
  provenance: "external",
  detect: () => ({ found: true }),
  getToken: async () => ({ token: secret("an identity token") }),
});
const to = defineTarget({
  name: "target",
  identity: ["target"],
  audience: "test",
  produces: "external",
  exchange: (_subject, _params, { platform, signal }) =>
    hangs
      ? new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
      : Promise.resolve({ kind: "bearer", token: secret("token " + given++), expiresAt: platform.now() + 400 }),
});
const make = () => federate({ from, to, platform: defaultPlatform(), limits: { attempts: 2, attemptTimeoutMs: 300 } });
const failure = (call) => call.then(() => "given", ({ code, name }) => (typeof code === "string" ? code : name));

// A time that has gone by while others were at work is no reason for a runtime to warn.
await defaultPlatform().sleep(-1, new AbortController().signal);
const provider = make();
const said = [];
const stop = new AbortController();
for await (const { type } of provider.watch({ signal: stop.signal })) if (said.push(type) === 3) stop.abort();
hangs = true;
const cold = make();
said.push(await failure(cold.get({ timeoutMs: 50 })));
said.push(await failure(cold.get({ signal: AbortSignal.timeout(50) })));
said.push(await failure(cold.get()));
const closed = make();
const waiting = failure(closed.get());
await closed.close();
said.push(await waiting);
const left = make();
void failure(left.get({ timeoutMs: 50 }));
console.log(JSON.stringify(said));
`;

/** How this runtime runs a text. */
function command(): readonly string[] {
  if ("Deno" in globalThis) return ["eval", program];
  const conditions = "--conditions=tokenhop-source";
  return "Bun" in globalThis ? [conditions, "-e", program] : [conditions, "--input-type=module", "-e", program];
}

export const suite: Suite = (QUnit) => {
  QUnit.module("a program's end", () => {
    QUnit.test("comes by itself", async (assert) => {
      const options = { timeoutMs: 20_000, cwd: root, env: { NO_COLOR: "1" } };
      const { code, output, timedOut } = await runProcess(process.execPath, command(), options);
      assert.deepEqual([timedOut, code], [false, 0], output);
      const expected = [
        "update",
        "update",
        "update",
        "ERR_CALL_TIMEOUT",
        "TimeoutError",
        "ERR_STEP_TIMEOUT",
        "ERR_PROVIDER_CLOSED",
      ];
      assert.strictEqual(output.trim(), JSON.stringify(expected), "and nothing else is said");
    });
  });
};
