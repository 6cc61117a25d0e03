/**
 * `npm run test:mutations`: each listed one-line break of the code must turn the suite red. A break that no test notices is
 * printed and counts as failed, and so does one whose line is no longer there. Runs on copies; the workspace stays untouched.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Break, breaks } from "../test/mutations/index.ts";
import { reportPrefix } from "../test/run.ts";
import { binary, root } from "./binaries.mjs";
import { filesIn } from "./lib/check.ts";
import { runProcess } from "./lib/process.ts";
import { close } from "./lib/summary.ts";

const workers = 2;
const suiteTimeoutMs = 300_000;

type Verdict = "red" | "green" | "does not run";

/** The workspace's own packages must be the copy's, everything else may be shared. */
function linkModules(copy: string): void {
  const from = join(root, "node_modules");
  const to = join(copy, "node_modules");
  mkdirSync(join(to, "@tokenhop"), { recursive: true });
  for (const name of readdirSync(from).filter((entry) => entry !== "@tokenhop"))
    symlinkSync(join(from, name), join(to, name));
  for (const path of filesIn(copy, "packages/*/package.json", "adapters/*/package.json")) {
    const { name } = JSON.parse(readFileSync(join(copy, path), "utf8")) as { name: string };
    symlinkSync(join(copy, path, ".."), join(to, name));
  }
}

function makeCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), "tokenhop-mutations-"));
  const filter = (path: string): boolean => !/\/(node_modules|dist)$/.test(path);
  for (const part of ["packages", "adapters", "templates", "test", "tools", "package.json"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true, filter });
  }
  linkModules(copy);
  return copy;
}

/** Red by a test that failed, or by an end that no healthy run has; code that cannot even load proves nothing about tests. */
async function runSuite(copy: string, list?: string): Promise<Verdict> {
  const which = list === undefined ? [] : ["--list", list];
  const args = ["--conditions=tokenhop-source", "test/run-node.ts", "--bail", ...which];
  const { code, output, timedOut } = await runProcess(binary("node"), args, { timeoutMs: suiteTimeoutMs, cwd: copy });
  if (code === 0) return "green";
  if (timedOut || output.includes(reportPrefix)) return "red";
  return /SyntaxError|ERR_MODULE_NOT_FOUND/.test(output) ? "does not run" : "red";
}

/** Applies a break, runs the suite, takes the break back. Returns what is wrong, if anything is. */
async function tryBreak(copy: string, { file, find, replace, why, list }: Break): Promise<string | undefined> {
  const path = join(copy, file);
  const original = readFileSync(path, "utf8");
  const found = original.split(find).length - 1;
  if (found !== 1) return `${file}: "${find}" is there ${found} times, not once`;
  try {
    writeFileSync(
      path,
      original.replace(find, () => replace),
    );
    const verdict = await runSuite(copy, list);
    return verdict === "red" ? undefined : `${file}: ${verdict} with "${replace}" for "${find}" (${why})`;
  } finally {
    writeFileSync(path, original);
  }
}

async function tryAll(chosen: readonly Break[]): Promise<string[]> {
  const queue = [...chosen];
  const problems: string[] = [];
  async function work(): Promise<void> {
    const copy = makeCopy();
    try {
      // A suite that is red without any break would pass for vigilant.
      for (const list of new Set(chosen.map((one) => one.list))) {
        if ((await runSuite(copy, list)) !== "green") throw new Error("The suite is not green before any break");
      }
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        const problem = await tryBreak(copy, one);
        console.log(problem === undefined ? `red    ${one.file}: ${one.why}` : `FAILED ${problem}`);
        if (problem !== undefined) problems.push(problem);
      }
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }
  await Promise.all(Array.from({ length: Math.min(workers, chosen.length) }, work));
  return problems;
}

const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
const chosen = breaks.filter(({ file, why }) => only === undefined || `${file} ${why}`.includes(only));
const problems = await tryAll(chosen);
console.log(problems.length === 0 ? "no survivors" : `${problems.length} survivors:\n${problems.join("\n")}`);
close({ passed: chosen.length - problems.length, failed: problems.length });
