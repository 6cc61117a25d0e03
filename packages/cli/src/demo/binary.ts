/** Where the demo's app can run, and the program that runs it there. */
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the demo's app can run. */
export const RUNTIMES = ["bun", "deno", "node", "workerd"] as const;
export type Runtime = (typeof RUNTIMES)[number];

const here = fileURLToPath(import.meta.url);

/** What to do about a runtime that is not there. */
export function notInstalled(runtime: Runtime): string {
  return `${runtime} is not installed; install it (npm install --save-dev ${runtime}), or choose --runtime node`;
}

/** A package whose install scripts did not run has a script in the place of the program, which would stand between us and it. */
function programOf(link: string): string {
  const path = realpathSync(link);
  try {
    const { default: program } = createRequire(path)("workerd") as { readonly default: string };
    return program;
  } catch {
    return path;
  }
}

/** The program that is installed beside this package, or else the one on the PATH. */
export function binary(runtime: Runtime): string {
  if (runtime === "node") return process.execPath;
  for (let folder = dirname(here); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", ".bin", runtime);
    if (existsSync(candidate)) return runtime === "workerd" ? programOf(candidate) : candidate;
  }
  return runtime;
}
