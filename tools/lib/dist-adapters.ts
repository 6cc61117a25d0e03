/**
 * Each adapter as a user gets it: an empty project with its tarball, the framework from the registry, and a server of ten
 * lines (`tools/dist-adapters/NAME`), which must compile, answer on each runtime, and not compile where it is used wrongly.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, root } from "../binaries.mjs";
import { type Packed, runNpm } from "../pack.ts";
import { bundleForWorkerd } from "./bundle.ts";
import { runProcess } from "./process.ts";
import { askServer } from "./served.ts";
import { compatibility, testInWorkerd } from "./workerd.ts";

type Runtime = "node" | "bun" | "deno" | "workerd";

interface AdapterProject {
  /** Packages of the user's, in the versions of this repository. */
  readonly needs: readonly string[];
  /** The program that serves on each runtime. A Worker's is bundled. */
  readonly serves: Partial<Readonly<Record<Runtime, string>>>;
}

const everywhere = { node: "node.ts", bun: "app.ts", deno: "app.ts", workerd: "app.ts" };
const withSockets = { node: "server.ts", bun: "server.ts", deno: "server.ts" };

/** By the adapter's folder. */
export const adapterProjects: Readonly<Record<string, AdapterProject>> = {
  hono: { needs: ["hono", "@hono/node-server"], serves: everywhere },
  h3: { needs: ["h3"], serves: everywhere },
  elysia: { needs: ["elysia", "@elysiajs/node"], serves: everywhere },
  express: { needs: ["express", "@types/express"], serves: withSockets },
  fastify: { needs: ["fastify"], serves: withSockets },
  cloudflare: { needs: [], serves: { workerd: "app.ts" } },
  // Outside of a host the library registers nothing, so here it has to compile; the contract plays it with a host.
  "azure-functions": { needs: ["@azure/functions"], serves: {} },
};

const answer = '{"authorized":true}';
const timeoutMs = 60_000;

function versionOf(name: string): string {
  const path = join(root, "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { readonly version: string }).version;
}

/** Installs into an empty folder. */
export async function installAdapter(folder: string, name: string, packed: readonly Packed[]): Promise<void> {
  const project = adapterProjects[name];
  if (project === undefined) throw new Error(`no project in tools/lib/dist-adapters.ts for adapters/${name}`);
  mkdirSync(folder, { recursive: true });
  const tarballs = packed.filter((one) => [`@tokenhop/${name}`, "@tokenhop/core"].includes(one.name));
  const own = Object.fromEntries(tarballs.map((one) => [one.name, `file:${one.tarball}`]));
  const theirs = Object.fromEntries([...project.needs, "@types/node"].map((one) => [one, versionOf(one)]));
  const manifest = {
    name: "a-user",
    private: true,
    type: "module",
    dependencies: { ...own, ...theirs },
    overrides: own,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const from = join(root, "tools", "dist-adapters");
  for (const file of ["providers.ts", "bun.mjs", "tsconfig.json"]) cpSync(join(from, file), join(folder, file));
  cpSync(join(from, name), join(folder, name), { recursive: true });
  await runNpm(folder, ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"]);
}

/** What the compiler says to the right uses, and to the wrong ones that are marked. */
export async function compileAdapter(folder: string): Promise<string | undefined> {
  const { code, output } = await runProcess(binary("tsc"), ["-p", "."], { timeoutMs, cwd: folder });
  return code === 0 ? undefined : output;
}

const tester = (program: string): string => `import app from "./${program}";
export default {
  async test(_controller, env, ctx) {
    const response = await app.fetch(new Request("http://localhost/users"), env, ctx);
    const text = await response.text();
    if (text !== ${JSON.stringify(JSON.stringify({ authorized: true }))}) throw new Error(response.status + " " + text);
  },
};
`;

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = ( services = [ (name = "main", worker = .app), (name = "nowhere", network = (allow = [])) ] );
const app :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js") ],
  ${compatibility},
  globalOutbound = "nowhere",
);
`;

async function askWorker(folder: string, program: string): Promise<string | undefined> {
  await bundleForWorkerd(tester(program), join(folder, "worker.js"), {
    project: folder,
    builtIn: ["cloudflare:workers"],
  });
  writeFileSync(join(folder, "test.capnp"), config);
  const { code, output } = await testInWorkerd(folder, "test.capnp", timeoutMs);
  return code === 0 ? undefined : output;
}

const deno = ["-A", "--no-check", "--no-remote", "--node-modules-dir=manual"];
/** An app that is a function of a request is served by the runtime, where the runtime can. */
const commands: Readonly<Record<Exclude<Runtime, "workerd">, (program: string) => readonly [string, ...string[]]>> = {
  node: (program) => [binary("node"), program],
  bun: (program) => [binary("bun"), ...(program.endsWith("app.ts") ? ["bun.mjs"] : []), program],
  deno: (program) =>
    program.endsWith("app.ts")
      ? [binary("deno"), "serve", ...deno, "--host", "127.0.0.1", "--port", "0", program]
      : [binary("deno"), "run", ...deno, program],
};

/** Starts the adapter's server on a runtime and asks it; what went wrong, if anything did. */
export async function askAdapter(folder: string, runtime: Runtime, program: string): Promise<string | undefined> {
  if (runtime === "workerd") return askWorker(folder, program);
  const [command, ...args] = commands[runtime](program);
  const { status, text } = await askServer(folder, command, args, "/users");
  return status === 200 && text === answer ? undefined : `${status} ${text}`;
}
