/** All parts of `npm test` in order, or the one that is named: `parts.ts [PART [arguments of the part]]`. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./binaries.mjs";
import { namesFolder } from "./lib/names.ts";
import { runProcess } from "./lib/process.ts";
import { type Counts, close, countsOf, lastLine, seconds, total } from "./lib/summary.ts";

interface Part {
  readonly name: string;
  readonly command: readonly string[];
  readonly timeoutMs: number;
  /** A part that comes with a folder exists once the folder does. */
  readonly needs?: string;
  /** Not in `npm test`: runs when it is named. */
  readonly apart?: true;
  /** Runs at the same time as the part before it: each of the two keeps about one of the machine's cores busy. */
  readonly beside?: true;
}

const minute = 60_000;

const parts: readonly Part[] = [
  { name: "check", command: ["tools/check.ts"], timeoutMs: 6 * minute },
  { name: "node", command: ["tools/suite.ts", "node"], timeoutMs: 11 * minute },
  { name: "workerd", command: ["tools/suite.ts", "workerd"], timeoutMs: 11 * minute, beside: true },
  { name: "bun", command: ["tools/suite.ts", "bun"], timeoutMs: 11 * minute },
  { name: "deno", command: ["tools/suite.ts", "deno"], timeoutMs: 11 * minute, beside: true },
  { name: "serve", command: ["tools/suite.ts", "node", "--list", "workerd"], timeoutMs: 6 * minute },
  { name: "objects", command: ["tools/suite.ts", "node", "--list", "objects"], timeoutMs: 10 * minute },
  { name: "names", command: ["tools/compare-names.ts"], timeoutMs: minute },
  { name: "adapters", command: ["tools/adapters.ts"], timeoutMs: 10 * minute },
  { name: "faults", command: ["tools/faults.ts"], timeoutMs: 10 * minute, needs: "test/faults", beside: true },
  { name: "dist", command: ["tools/dist.ts"], timeoutMs: 10 * minute },
  { name: "templates", command: ["test/templates/run.ts"], timeoutMs: 10 * minute, needs: "test/templates" },
  { name: "real", command: ["test/real/run.ts"], timeoutMs: 10 * minute, needs: "test/real" },
  { name: "mutations", command: ["tools/mutations.ts"], timeoutMs: 60 * minute, apart: true },
];

interface Outcome extends Counts {
  readonly name: string;
  readonly ms: number;
  readonly last: string;
}

/** Shows what the part says while it says it, or, where two run at a time, all at its end. */
async function runPart({ name, command, timeoutMs }: Part, args: readonly string[], echo = true): Promise<Outcome> {
  if (echo) console.log(`\n== ${name}`);
  const started = performance.now();
  const all = ["--conditions=tokenhop-source", ...command, ...args];
  const { code, stdout, output } = await runProcess(process.execPath, all, { timeoutMs, cwd: root, echo });
  if (!echo) console.log(`\n== ${name}\n${output.trimEnd()}`);
  return { name, ms: performance.now() - started, last: lastLine(stdout), ...countsOf(code, stdout) };
}

/** The parts that run at the same time, in order. */
function together(chosen: readonly Part[]): Part[][] {
  const rows: Part[][] = [];
  for (const part of chosen) {
    if (part.beside) rows.at(-1)?.push(part);
    else rows.push([part]);
  }
  return rows;
}

async function runAll(chosen: readonly Part[]): Promise<void> {
  // A runtime that breaks now must not be compared by what it ran yesterday.
  rmSync(namesFolder, { recursive: true, force: true });
  const outcomes: Outcome[] = [];
  for (const row of together(chosen)) {
    outcomes.push(...(await Promise.all(row.map((part) => runPart(part, [], row.length === 1)))));
  }
  console.log("");
  for (const { name, ms, passed, failed } of outcomes) {
    console.log(`${name.padEnd(10)} ${`${passed} passed, ${failed} failed`.padEnd(26)} ${seconds(ms)}`);
  }
  close(total(outcomes));
}

const [wanted, ...rest] = process.argv.slice(2);
const existing = parts.filter(({ needs }) => needs === undefined || existsSync(join(root, needs)));
if (wanted === undefined) {
  await runAll(existing.filter(({ apart }) => apart !== true));
} else {
  const part = existing.find(({ name }) => name === wanted);
  if (part === undefined)
    throw new Error(`No part is called ${wanted}; there are ${existing.map((p) => p.name).join(", ")}`);
  const { passed, failed, last } = await runPart(part, rest);
  // The part has said it already, unless it broke.
  if (last === `${passed} passed, ${failed} failed`) process.exitCode = failed === 0 ? 0 : 1;
  else close({ passed, failed });
}
