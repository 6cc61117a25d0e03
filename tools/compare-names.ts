/** The runs of this `npm test` must have run tests of the same names on every runtime. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunReport } from "../test/run.ts";
import { fingerprint, namesFolder } from "./lib/names.ts";
import { close } from "./lib/summary.ts";

const read = (runtime: string): RunReport =>
  JSON.parse(readFileSync(join(namesFolder, `${runtime}.json`), "utf8")) as RunReport;

/** What one list has and the other lacks. */
function missing(from: readonly string[], runtime: string, all: readonly string[]): string[] {
  const have = new Set(from);
  return all.filter((name) => !have.has(name)).map((name) => `${runtime} did not run: ${name}`);
}

function compare(kind: string, runtimes: readonly string[], pick: (report: RunReport) => readonly string[]): string[] {
  const lists = runtimes.map((runtime) => ({ runtime, names: pick(read(runtime)) }));
  const all = [...new Set(lists.flatMap(({ names }) => names))];
  for (const { runtime, names } of lists) console.log(`${kind}: ${runtime} ${names.length} ${fingerprint(names)}`);
  return lists.flatMap(({ runtime, names }) => missing(names, runtime, all));
}

const problems = [
  ...compare("neutral", ["node", "bun", "deno", "workerd"], (report) => report.names),
  ...compare("local", ["node", "bun", "deno"], (report) => report.localNames),
];
for (const problem of problems) console.log(`FAILED ${problem}`);
close({ passed: problems.length === 0 ? 1 : 0, failed: problems.length });
