/** Runs the suites on one runtime: `suite.ts RUNTIME [--dist] [--list NAME] [--only TEXT]`. Ends with the closing line. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunReport, reportPrefix, rowPrefix } from "../test/run.ts";
import { binary, root } from "./binaries.mjs";
import { fingerprint, namesFolder } from "./lib/names.ts";
import { type RunResult, runProcess } from "./lib/process.ts";
import { close } from "./lib/summary.ts";
import { runInWorkerd } from "./lib/workerd.ts";

const timeoutMs = 600_000;
const source = "--conditions=tokenhop-source";

type Start = (args: readonly string[], conditions: readonly string[]) => Promise<RunResult>;

const spawnIn = (command: string, args: readonly string[]): Promise<RunResult> =>
  runProcess(command, args, { timeoutMs, cwd: root });

const starts: Readonly<Record<string, Start>> = {
  node: (args, conditions) => spawnIn(binary("node"), [...conditions, "test/run-node.ts", ...args]),
  bun: (args, conditions) => spawnIn(binary("bun"), [...conditions, "run", "test/run-bun.ts", ...args]),
  // Types are the check's business, and everything that is imported is installed already. Deno KV is behind a flag.
  deno: (args) =>
    spawnIn(binary("deno"), ["run", "-A", "--unstable-kv", "--no-check", "--no-remote", "test/run-deno.ts", ...args]),
  workerd: (args) => runInWorkerd(args, timeoutMs),
};

function reportIn(output: string): RunReport | undefined {
  const line = output.split("\n").find((candidate) => candidate.startsWith(reportPrefix) && candidate.endsWith("}"));
  return line === undefined ? undefined : (JSON.parse(line.slice(reportPrefix.length)) as RunReport);
}

/** What the report cannot say about itself. */
function problemsOf(report: RunReport, code: number): string[] {
  const names = [...report.names, ...report.localNames];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const problems = twice.map((name) => `two tests have this name: ${name}`);
  if (report.names.length === 0) problems.push("no test ran");
  if ((code === 0) !== (report.failed === 0)) problems.push(`exit code ${code} with ${report.failed} failed`);
  return problems;
}

/** The modules that are named as tables, with how many of their tests ran. */
function tablesIn(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) {
    const table = /^table: (.+?) > /.exec(name)?.[1];
    if (table !== undefined) counts.set(table, (counts.get(table) ?? 0) + 1);
  }
  return counts;
}

const [runtime = "", ...args] = process.argv.slice(2);
const start = starts[runtime];
if (start === undefined) throw new Error(`Unknown runtime ${runtime}; there are ${Object.keys(starts).join(", ")}`);
const dist = args.includes("--dist");
const { code, output } = await start(
  args.filter((argument) => argument !== "--dist"),
  dist ? [] : [source],
);
const report = reportIn(output);
const problems = report === undefined ? [`${runtime} ended with code ${code} and no report`] : problemsOf(report, code);
const lines = output.split("\n");
for (const line of lines) if (line.startsWith(rowPrefix)) console.log(line.slice(rowPrefix.length));
const rest = lines.filter((line) => !line.startsWith(reportPrefix) && !line.startsWith(rowPrefix));
if (rest.join("").trim() !== "" && (code !== 0 || problems.length > 0)) console.log(rest.join("\n"));
for (const problem of problems) console.log(`FAILED ${problem}`);
if (report !== undefined) {
  const { names, localNames, leakItems, canaries } = report;
  const local = runtime === "workerd" ? "" : ` and ${localNames.length} that need a process or socket`;
  console.log(`${runtime}: ${names.length} tests (names ${fingerprint(names)})${local}`);
  for (const [table, count] of tablesIn(names)) console.log(`${runtime}: table of ${table}, ${count} tests`);
  console.log(`${runtime}: ${leakItems} recorded items searched for ${canaries} canaries`);
  mkdirSync(namesFolder, { recursive: true });
  if (args.length === 0) writeFileSync(join(namesFolder, `${runtime}.json`), JSON.stringify(report));
}
close({ passed: report?.passed ?? 0, failed: (report?.failed ?? 0) + problems.length });
