/** What the check tools have in common: a result, how it is printed, and the files they look at. */
import { globSync } from "node:fs";
import { join } from "node:path";

/** What a check looked at, and what it found wrong. */
export interface CheckResult {
  readonly checked: number;
  readonly problems: readonly string[];
}

/** Prints a result and sets the exit code. To have looked at nothing is wrong: then the check itself is broken. */
export function conclude(what: string, { checked, problems }: CheckResult): void {
  const all = checked === 0 ? [...problems, `found no ${what} to check`] : problems;
  for (const problem of all) console.log(problem);
  console.log(`${checked} ${what}, ${all.length} problems`);
  process.exitCode = all.length === 0 ? 0 : 1;
}

const generated = /(^|\/)(node_modules|dist|\.out|\.git)(\/|$)/;

/** Files below a folder that match, as sorted paths with forward slashes. */
export function filesIn(folder: string, ...patterns: readonly string[]): string[] {
  const found = globSync(patterns, { cwd: folder, exclude: (path) => generated.test(path.replaceAll("\\", "/")) });
  return found.map((path) => path.replaceAll("\\", "/")).sort();
}

/** The source files of all packages. */
export const sourcesIn = (folder: string): string[] =>
  filesIn(folder, "packages/*/src/**/*.ts", "adapters/*/src/**/*.ts");

/** A path in a folder. */
export const at = (folder: string, path: string): string => join(folder, path);
