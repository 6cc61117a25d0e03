/**
 * `npm run test:faults`: the suites that need a server which breaks its connections, on every runtime. The server runs here;
 * `faults.ts [RUNTIME]... [--only TEXT]` runs some of the runtimes, or tests.
 */
import { parseArgs } from "node:util";
import { startFaultServer } from "../test/faults/server/server.ts";
import { compareNames, listOn, type Outcome, runStep } from "./lib/steps.ts";
import { close, total } from "./lib/summary.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: "string" } } });
const only = values.only === undefined ? [] : ["--only", values.only];
const all = ["node", "bun", "deno", "workerd"];
const runtimes = all.filter((runtime) => positionals.length === 0 || positionals.includes(runtime));

const server = await startFaultServer();
const outcomes: Outcome[] = [];
for (const name of runtimes) {
  const step = { name, command: listOn(name, "faults") };
  outcomes.push(await runStep(step, only, { TOKENHOP_TEST_FAULTS: server.control }));
}
// The process ends with it.
server.close();
close(total([...outcomes, ...(outcomes.length > 1 ? [compareNames(outcomes)] : [])]));
