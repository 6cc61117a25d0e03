/** Suites in bare workerd: one bundle with nothing external, Node compatibility off, no network. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { binary, root } from "../binaries.mjs";
import { bundleForWorkerd } from "./bundle.ts";
import { type RunResult, runProcess } from "./process.ts";

/** What the pinned workerd knows at most; from August 2026 on Node compatibility has to be switched off. */
export const compatibility = `compatibilityDate = "2026-10-23", compatibilityFlags = ["no_nodejs_compat_v2"]`;

const entry = (list: string, only: string | undefined): string => `
import { test } from "./test/run-workerd.ts";
import { suites } from "./test/${list}/index.ts";
export default { test: () => test(suites, ${JSON.stringify(only)}) };
`;

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .tests), (name = "nowhere", network = (allow = [])) ],
);
const tests :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js") ],
  ${compatibility},
  globalOutbound = "nowhere",
);
`;

/** What workerd says about itself between the lines of the tests. */
const remark = /^workerd\/\S+: (debug|info: console warning)/;

/** Runs the `test` handlers of a configuration file. */
export async function testInWorkerd(folder: string, file: string, timeoutMs: number): Promise<RunResult> {
  const result = await runProcess(binary("workerd"), ["test", "--verbose", join(folder, file)], {
    timeoutMs,
    cwd: folder,
  });
  const lines = result.output.split("\n").filter((line) => !remark.test(line));
  return { ...result, output: lines.join("\n") };
}

/** Bundles a list of suites (`--list NAME`, by default the neutral ones) and runs it. */
export async function runInWorkerd(args: readonly string[], timeoutMs: number): Promise<RunResult> {
  const { list, only } = parseArgs({
    args: [...args],
    options: { list: { type: "string" }, only: { type: "string" } },
  }).values;
  const folder = join(root, ".out", "workerd", list ?? "neutral");
  mkdirSync(folder, { recursive: true });
  try {
    await bundleForWorkerd(entry(list ?? ".", only), join(folder, "worker.js"));
  } catch (error) {
    return { code: 1, stdout: "", output: String(error), timedOut: false };
  }
  writeFileSync(join(folder, "tests.capnp"), config);
  return testInWorkerd(folder, "tests.capnp", timeoutMs);
}
