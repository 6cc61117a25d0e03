/**
 * The packages as users get them: built, packed, installed from the tarballs, compiled against and run on every runtime that
 * we support; and the suite once more, against what was built instead of the sources.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { binary, root } from "./binaries.mjs";
import { command, createAttempts } from "./lib/attempts.ts";
import { filesIn } from "./lib/check.ts";
import { adapterProjects, askAdapter, compileAdapter, installAdapter } from "./lib/dist-adapters.ts";
import { runProcess } from "./lib/process.ts";
import { close, countsOf, total } from "./lib/summary.ts";
import { type Packed, packAll, runNpm } from "./pack.ts";

const timeoutMs = 120_000;
const suiteTimeoutMs = 600_000;

/** The oldest Node that the packages promise is the user's own, if that is what `npm test` was started with. */
const runtimes: readonly (readonly [string, string, ...string[]])[] = [
  ["the user's Node", process.env.TOKENHOP_HOST_NODE ?? process.execPath],
  ["Node", binary("node")],
  ["Bun", binary("bun"), "run"],
  ["Deno", binary("deno"), "run", "-A", "--no-check", "--no-remote", "--node-modules-dir=manual"],
];

/** They import a module that only Workers have: workerd loads them, the one with its own program, the other in a template. */
const forWorkers: readonly string[] = ["@tokenhop/cloudflare", "@tokenhop/durable-objects"];

const { add, attempt, counts } = createAttempts();

/** From nothing: what an earlier build left must neither be packed nor hide that a file is no longer built. */
async function build(): Promise<string | undefined> {
  for (const manifest of filesIn(root, "packages/*/package.json", "adapters/*/package.json")) {
    rmSync(join(root, manifest, "..", "dist"), { recursive: true, force: true });
  }
  return command(root, process.execPath, ["tools/build.ts"]);
}

/** A user's project with the tarballs in it, and two programs: one that imports every entry, one that does the main job. */
async function install(project: string, packed: readonly Packed[]): Promise<string | undefined> {
  const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = { name: "a-user", private: true, type: "module", dependencies: tarballs, overrides: tarballs };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  cpSync(join(root, "tools", "dist-project"), project, { recursive: true });
  const entries = packed.filter(({ name }) => !forWorkers.includes(name)).flatMap((one) => one.entries);
  const imports = entries.map((entry) => `["${entry}", await import("${entry}")]`);
  writeFileSync(
    join(project, "entries.mjs"),
    `const entries = [${imports}];
for (const [name, entry] of entries) if (Object.keys(entry).length === 0) throw new Error(name + " exports nothing");
console.log(entries.length + " entries");\n`,
  );
  await runNpm(project, ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"]);
  return undefined;
}

async function suiteAgainstDist(): Promise<void> {
  const { code, stdout } = await runProcess(process.execPath, ["tools/suite.ts", "node", "--dist"], {
    timeoutMs: suiteTimeoutMs,
    cwd: root,
    echo: true,
    // What is built is the same code, and is not fuzzed as long again.
    env: { TOKENHOP_FUZZ_RUNS: "1000" },
  });
  add(countsOf(code, stdout));
}

/** The demo of the packed CLI, whose Worker comes ready: of workerd it needs the program and nothing else. */
async function tryDemo(project: string): Promise<void> {
  const tokenhop = join(project, "node_modules", "@tokenhop", "cli", "bin", "tokenhop.mjs");
  const demo = [tokenhop, "demo", "--once", "--json", "--runtime"];
  const user = process.env.TOKENHOP_HOST_NODE ?? process.execPath;
  const withWorkerd = { env: { PATH: dirname(binary("workerd")) }, says: '{"event":"done"}' };
  const without = { env: { PATH: project }, code: 1, says: "workerd is not installed" };
  await attempt("the user's Node: the demo with workerd plays", () =>
    command(project, user, [...demo, "workerd"], withWorkerd),
  );
  await attempt("the user's Node: the demo plays without any other runtime", () =>
    command(project, user, [...demo, "node"], { env: { PATH: project }, says: '{"event":"done"}' }),
  );
  await attempt("a demo without workerd says so", () => command(project, user, [...demo, "workerd"], without));
  const missing = { env: { PATH: project }, code: 2, says: "needs more of its environment" };
  await attempt("a demo without an Azure says so", () =>
    command(project, user, [tokenhop, "demo", "--azure"], missing),
  );
}

/** One adapter in an empty project: it installs, it compiles and wrong uses of it do not, and its server answers. */
async function tryAdapter(projects: string, name: string, packed: readonly Packed[]): Promise<void> {
  const folder = join(projects, name);
  const installed = await attempt(`${name}: installs beside its framework`, async () => {
    await installAdapter(folder, name, packed);
    return undefined;
  });
  if (!installed) return;
  await attempt(`${name}: compiles, and wrong uses do not`, () => compileAdapter(folder));
  for (const [runtime, program] of Object.entries(adapterProjects[name]?.serves ?? {})) {
    await attempt(`${name}: a server of ten lines answers on ${runtime}`, () =>
      askAdapter(folder, runtime as "node", `${name}/${program}`),
    );
  }
}

async function tryPackages(project: string): Promise<void> {
  let packed: Packed[] = [];
  await attempt("every package packs what it exports and nothing else", async () => {
    packed = await packAll(project);
    return packed.flatMap(({ problems }) => problems).join("\n") || undefined;
  });
  if (!(await attempt("the tarballs install", () => install(project, packed)))) return;
  await attempt("the declarations compile", () => command(project, binary("tsc"), ["-p", "."]));
  for (const [name, file, ...args] of runtimes) {
    const { stdout } = await runProcess(file, ["--version"], { timeoutMs });
    console.log(`${name}: ${stdout.split("\n")[0]}`);
    await attempt(`${name}: every entry loads`, () => command(project, file, [...args, "entries.mjs"]));
    await attempt(`${name}: the program runs`, () => command(project, file, [...args, "program.mjs"]));
  }
  await tryDemo(project);
  for (const manifest of filesIn(root, "adapters/*/package.json")) {
    await tryAdapter(join(project, "adapters"), manifest.split("/")[1] ?? "", packed);
  }
}

const project = mkdtempSync(join(tmpdir(), "tokenhop-dist-"));
try {
  if (await attempt("the packages build from nothing", build)) {
    await suiteAgainstDist();
    await tryPackages(project);
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}
close(total(counts));
