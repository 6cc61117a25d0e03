/** Lists of suites as steps of a part: each runs in a process of its own, and those that must have run the same tests are compared. */
import { root } from "../binaries.mjs";
import { runProcess } from "./process.ts";
import { type Counts, countsOf, seconds } from "./summary.ts";

export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

export interface Outcome extends Counts {
  /** The same for two steps that ran the same tests. */
  readonly names: string | undefined;
  /** What it printed. */
  readonly output: string;
}

const stepTimeoutMs = 300_000;

/** The command that runs a list on a runtime. */
export const listOn = (runtime: string, list: string): [string, ...string[]] => [
  process.execPath,
  "--conditions=tokenhop-source",
  "tools/suite.ts",
  runtime,
  "--list",
  list,
];

/** Runs a step, shows what it prints, and says how long it took. */
export async function runStep(
  { name, command }: Step,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const started = performance.now();
  const [file, ...rest] = command;
  const options = { timeoutMs: stepTimeoutMs, cwd: root, env, echo: true };
  const { code, stdout } = await runProcess(file, [...rest, ...args], options);
  console.log(`${name} took ${seconds(performance.now() - started)}`);
  return { ...countsOf(code, stdout), names: /\(names (\w+)\)/.exec(stdout)?.[1], output: stdout };
}

/** All of them have to have run the same tests. */
export function compareNames(outcomes: readonly Outcome[]): Counts {
  const same = new Set(outcomes.map(({ names }) => names)).size === 1;
  console.log(same ? "names: the same on each runtime" : "FAILED the runtimes did not run the same tests");
  return { passed: same ? 1 : 0, failed: same ? 0 : 1 };
}
