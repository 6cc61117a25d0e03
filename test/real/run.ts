/**
 * Other people's clients against our emulator, other people's servers against it, and other people's SDKs on our
 * credentials. `run.ts [NAME]... [--only TEXT]` runs some of the steps. Installs its own packages on first use.
 */
import { parseArgs } from "node:util";
import { binary, root } from "../../tools/binaries.mjs";
import { checkRealPrograms } from "../../tools/check-docs.ts";
import { ensureInstalled } from "../../tools/install.mjs";
import { runProcess } from "../../tools/lib/process.ts";
import { compareNames, listOn, type Outcome, runStep, type Step } from "../../tools/lib/steps.ts";
import { type Counts, close, total } from "../../tools/lib/summary.ts";
import { withCertificate } from "./certificate.ts";
import { withSharedEmulator } from "./shared-emulator.ts";
import { checkWithoutAlias } from "./without-alias.ts";

const stepTimeoutMs = 300_000;
const folder = import.meta.dirname;

const steps: readonly Step[] = [
  { name: "clients", command: listOn("node", "real/clients") },
  { name: "sdks on node", command: listOn("node", "real/sdks") },
  { name: "sdks on bun", command: listOn("bun", "real/sdks") },
  { name: "sdks on deno", command: listOn("deno", "real/sdks") },
  { name: "sdks on workerd", command: listOn("workerd", "real/sdks") },
];

/** The types are checked here, because only now the packages are there. */
async function checkTypes(): Promise<Counts> {
  const { code, output } = await runProcess(binary("tsc"), ["-p", folder], { timeoutMs: stepTimeoutMs, cwd: root });
  console.log(code === 0 ? "types: ok" : output);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** The programs of documents that only these packages can compile. */
async function checkPrograms(): Promise<Counts> {
  const { checked, problems } = await checkRealPrograms(root);
  for (const problem of problems) console.log(problem);
  console.log(`programs of documents: ${checked}, ${problems.length} problems`);
  return checked > 0 && problems.length === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" } },
});
const only = values.only === undefined ? [] : ["--only", values.only];
const chosen = steps.filter(
  ({ name }) => positionals.length === 0 || positionals.some((wanted) => name.includes(wanted)),
);

await ensureInstalled(folder, []);
const counts: Counts[] = [await checkTypes(), await checkPrograms(), await checkWithoutAlias(folder, stepTimeoutMs)];
await withCertificate((certified) =>
  withSharedEmulator(certified, async (env) => {
    const outcomes = new Map<Step, Outcome>();
    for (const step of chosen) outcomes.set(step, await runStep(step, only, env));
    counts.push(...outcomes.values());
    const ofSdks = chosen.filter(({ name }) => name.startsWith("sdks ")).flatMap((step) => outcomes.get(step) ?? []);
    if (ofSdks.length > 1) counts.push(compareNames(ofSdks));
  }),
);
close(total(counts));
