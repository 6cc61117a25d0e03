/** What workerd is given to run: the bundled app, and a configuration that leaves it nothing but loopback. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { settingNames } from "./settings.ts";

const here = fileURLToPath(import.meta.url);
const ready = join(dirname(here), "worker.bundle.js");
const bundler = join(dirname(here), "../../../../tools/lib/demo-worker.ts");

/** Reads the ready bundle of the package; a checkout has none, and makes one of its sources as they are. */
export async function readWorker(): Promise<string> {
  if (!here.endsWith(".ts")) return readFile(ready, "utf8");
  if (!existsSync(bundler)) throw new Error("The sources come without what bundles them: use the package from npm");
  const { bundleDemoWorker } = (await import(pathToFileURL(bundler).href)) as {
    readonly bundleDemoWorker: () => Promise<string>;
  };
  return bundleDemoWorker();
}

const bindings = settingNames.map((name) => `(name = "${name}", fromEnvironment = "${name}")`);

/**
 * The configuration. Bare, as Node compatibility would be on from August 2026; any free port; only this machine is reached. The
 * date is the last that the pinned workerd knows, and goes up with it; so does the one in `tools/lib/workerd.ts`.
 */
export const workerdConfig: string = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "app", worker = .app), (name = "loopback", network = (allow = ["local"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "app") ],
);
const app :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js") ],
  compatibilityDate = "2026-10-23",
  compatibilityFlags = ["no_nodejs_compat_v2"],
  globalOutbound = "loopback",
  bindings = [ ${bindings.join(", ")} ],
);
`;
