/** Things that have to go well one by one, and what went wrong with those that did not. */
import { runProcess } from "./process.ts";
import type { Counts } from "./summary.ts";

const timeoutMs = 120_000;

/** Attempts, counted as tests are. */
export interface Attempts {
  readonly counts: readonly Counts[];
  /** Counts what somebody else has counted. */
  add(counts: Counts): void;
  /** One thing that has to go well. What it throws or returns is what went wrong. */
  attempt(name: string, work: () => Promise<string | undefined>): Promise<boolean>;
}

/** Nothing attempted so far. */
export function createAttempts(): Attempts {
  const counts: Counts[] = [];
  return {
    counts,
    add: (more) => void counts.push(more),
    async attempt(name, work) {
      const problem = await work().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
      console.log(problem === undefined ? `ok     ${name}` : `FAILED ${name}\n${problem}`);
      counts.push({ passed: problem === undefined ? 1 : 0, failed: problem === undefined ? 0 : 1 });
      return problem === undefined;
    },
  };
}

/** How a command has to end. */
export interface Expected {
  readonly env?: Readonly<Record<string, string>>;
  readonly code?: number;
  readonly says?: string;
}

/** Runs a command; returns what it printed if it did not end as it has to. */
export async function command(
  cwd: string,
  file: string,
  args: readonly string[],
  { env, code: expected = 0, says = "" }: Expected = {},
): Promise<string | undefined> {
  const { code, output } = await runProcess(file, args, { timeoutMs, cwd, env });
  return code === expected && output.includes(says) ? undefined : `code ${code}\n${output}`;
}
