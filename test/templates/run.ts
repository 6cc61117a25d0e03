/**
 * The templates as a user gets them: with the packages as they are packed, deployed by Wrangler as far as that goes without an
 * account, their types checked by their own configuration; then everything that `test/templates` plays with them.
 * `run.ts [--only TEXT]` plays some of it.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { binary, root } from "../../tools/binaries.mjs";
import { ensureInstalled } from "../../tools/install.mjs";
import { command, createAttempts } from "../../tools/lib/attempts.ts";
import { runProcess } from "../../tools/lib/process.ts";
import { listOn, runStep } from "../../tools/lib/steps.ts";
import { close, total } from "../../tools/lib/summary.ts";
import { type Packed, packAll } from "../../tools/pack.ts";
import { edited, original, preparedVariable, programOf } from "./project.ts";

/** What a Worker may weigh, with everything in it; 1 kB = 1,000 B. */
const BUDGET = 30_000;
const timeoutMs = 120_000;
const real = join(root, "test", "real");

/** Wrangler reports nothing to anybody and looks for no newer one of itself; if it tried, nobody would answer. */
const quiet = (folder: string): Readonly<Record<string, string>> => ({
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  HTTPS_PROXY: "http://127.0.0.1:1",
  HOME: folder,
  NO_COLOR: "1",
});

const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
const { add, attempt, counts } = createAttempts();

/** The packages that a template names, those that they need, and other people's as npm has put them here. */
async function install(project: string): Promise<string | undefined> {
  const modules = join(project, "node_modules");
  const ours = join(modules, "@tokenhop");
  mkdirSync(ours, { recursive: true });
  const folders = ["packages/core", "packages/issuer", "packages/durable-objects", "adapters/cloudflare"];
  const packed: readonly Packed[] = await packAll(project, folders);
  for (const { name, tarball } of packed) {
    const to = join(modules, name);
    mkdirSync(to);
    const { code, output } = await runProcess("tar", ["-xzf", tarball, "-C", to, "--strip-components=1"], {
      timeoutMs,
    });
    if (code !== 0) return output;
    const { dependencies = {} } = JSON.parse(readFileSync(join(to, "package.json"), "utf8")) as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    const theirs = Object.keys(dependencies).filter((one) => !one.startsWith("@tokenhop/"));
    for (const one of theirs)
      if (!readdirSync(modules).includes(one)) symlinkSync(join(root, "node_modules", one), join(modules, one));
  }
  // The types of its runtime, which a user of the template for Bun installs as well.
  for (const one of ["bun-types", "@types"]) symlinkSync(join(root, "node_modules", one), join(modules, one));
  return undefined;
}

const wrangler = (folder: string, ...args: readonly string[]) =>
  command(folder, binary("node"), [join(real, "node_modules", "wrangler", "bin", "wrangler.js"), ...args], {
    env: quiet(folder),
  });

/** What is wrong with the bundle that would be uploaded. */
function problemsOf(bundle: Buffer): string | undefined {
  const text = bundle.toString();
  const imports = [...text.matchAll(/\b(?:from|import|require)\s*\(?["']([^"']+)["']/g)].map(([, name]) => name);
  const foreign = imports.filter((name) => name !== "cloudflare:workers");
  if (imports.length === 0) return "found no import in it, so the search for them is wrong";
  if (foreign.length > 0) return `it imports ${foreign.join(", ")}`;
  const size = gzipSync(bundle, { level: 9 }).length;
  console.log(`the Worker: ${bundle.length} B, ${size} B gzip -9, of ${BUDGET} B allowed`);
  return size > BUDGET ? `${size} B gzip -9, at most ${BUDGET} B` : undefined;
}

async function tryWorker(project: string): Promise<void> {
  const folder = join(project, "cloudflare-worker");
  cpSync(join(root, "templates", "cloudflare-worker"), folder, { recursive: true });
  const config = join(folder, "wrangler.jsonc");
  writeFileSync(config, edited(readFileSync(config, "utf8")));
  await attempt("cloudflare-worker: wrangler deploy --dry-run", () =>
    wrangler(folder, "deploy", "--dry-run", "--outdir", "out"),
  );
  await attempt("cloudflare-worker: what it would upload is small, and imports nothing of Node", async () =>
    problemsOf(readFileSync(join(folder, "out", "index.js"))),
  );
  await attempt("cloudflare-worker: wrangler types", () => wrangler(folder, "types"));
  await attempt("cloudflare-worker: tsc, with the types that Wrangler has written", () =>
    command(folder, binary("tsc"), []),
  );
}

async function tryPrograms(project: string): Promise<void> {
  const bun = programOf("bun");
  const deno = programOf("deno");
  await attempt("bun: tsc", () => command(bun.folder, binary("tsc"), []));
  await attempt("deno: deno check", () => {
    // By the declarations as they are packed: sources that are linked would be checked along, by another configuration than theirs.
    const config = JSON.parse(original("deno", "deno.json").replaceAll('"jsr:', '"npm:')) as object;
    writeFileSync(join(deno.folder, "deno.json"), JSON.stringify({ ...config, nodeModulesDir: "manual" }));
    symlinkSync(join(project, "node_modules"), join(deno.folder, "node_modules"));
    return command(deno.folder, binary("deno"), ["check", "main.ts"]);
  });
  bun.remove();
  deno.remove();
}

async function play(project: string): Promise<void> {
  const step = { name: "templates", command: listOn("node", "templates") };
  const args = only === undefined ? [] : ["--only", only];
  add(await runStep(step, args, { [preparedVariable]: project }));
}

await ensureInstalled(real, []);
const project = mkdtempSync(join(tmpdir(), "tokenhop-templates-"));
process.env[preparedVariable] = project;
try {
  const ready =
    (await attempt("the packages build", () => command(root, process.execPath, ["tools/build.ts"]))) &&
    (await attempt("the packages install", () => install(project)));
  if (ready) {
    await tryWorker(project);
    await tryPrograms(project);
    await play(project);
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}
close(total(counts));
