/** `npm run check`: everything that can be said without running the code. `check.ts [STEP]...` runs some of the steps. */
import { join } from "node:path";
import { binary, root } from "./binaries.mjs";
import { filesIn } from "./lib/check.ts";
import { runProcess } from "./lib/process.ts";
import { close, lastLine, seconds } from "./lib/summary.ts";

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const script = (name: string, ...args: readonly string[]): [string, ...string[]] => [
  process.execPath,
  "--conditions=tokenhop-source",
  join("tools", name),
  ...args,
];

const steps: readonly Step[] = [
  { name: "types", command: [binary("tsc"), "-p", "tsconfig.json"] },
  { name: "templates", command: [binary("tsc"), "-p", "test/templates/types"] },
  { name: "lint", command: [binary("biome"), "check", "--error-on-warnings"] },
  { name: "suites", command: script("check-suites.ts") },
  { name: "imports", command: script("check-imports.ts") },
  { name: "registry", command: script("check-registry.ts") },
  { name: "docs", command: script("check-docs.ts") },
  { name: "generated", command: script("generated-docs.ts") },
  { name: "tools", command: script("suite.ts", "node", "--list", "tools") },
  { name: "deno", command: [binary("deno"), "check", ...filesIn(root, "packages/*/src", "adapters/*/src")] },
  // What JSR would refuse: types that have to be inferred across files, and files that are not listed.
  { name: "jsr", command: [binary("deno"), "publish", "--dry-run", "--allow-dirty"] },
  { name: "size", command: script("size.ts") },
];

const stepTimeoutMs = 180_000;

async function runStep({ name, command }: Step): Promise<boolean> {
  const started = performance.now();
  const [file, ...args] = command;
  const { code, output } = await runProcess(file, args, {
    timeoutMs: stepTimeoutMs,
    cwd: root,
    env: { NO_COLOR: "1" },
  });
  const took = seconds(performance.now() - started);
  if (code === 0) console.log(`ok     ${name.padEnd(9)} ${took.padStart(7)}  ${lastLine(output)}`);
  else console.log(`FAILED ${name.padEnd(9)} ${took.padStart(7)}\n${output.trimEnd()}\n`);
  return code === 0;
}

const wanted = process.argv.slice(2);
const chosen = wanted.length === 0 ? steps : steps.filter(({ name }) => wanted.includes(name));
const results: boolean[] = [];
for (const step of chosen) results.push(await runStep(step));
const passed = results.filter(Boolean).length;
close({ passed, failed: results.length - passed });
