/** Workers with `@tokenhop/cloudflare`, and another one that calls them as the platform does: by cron, queue, RPC and HTTP. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleForWorkerd } from "../../tools/lib/bundle.ts";
import { callerConfig, callerFlags, callerModule, type Seen, tellAt } from "./cloudflare-caller.ts";
import { clientIdOf } from "./order.ts";
import { dates, type Served, serve } from "./serve.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

export interface CloudflareStage {
  readonly upstream: Upstream;
  /** What workerd printed so far. */
  readonly log: readonly string[];
  /** A request to a service's default handlers, or to those of a name. */
  fetch(
    world: number,
    path: string,
    entrypoint?: Entrypoint,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Seen>;
  /** What the runtime says of the run: its `outcome`, and whether the handler wants no other. */
  scheduled(world: number, cron: string, entrypoint?: Entrypoint): Promise<Seen>;
  /** The same for a batch of messages with these bodies and the ids `m0`, `m1`, ... */
  queue(world: number, bodies: readonly unknown[], entrypoint?: Entrypoint): Promise<Seen>;
  /** `["client", "token"]` calls `service.client.token()`; `get` only reads the property. */
  rpc(world: number, way: readonly string[], how?: "call" | "get"): Promise<Seen>;
  close(): void;
}

/** The default one has no name. */
export type Entrypoint = (typeof entrypoints)[number];

/** Counts what must not happen before the first request, and is gone afterwards. */
const watch = `const startup = [];
globalThis.startup = startup;
const before = [];
const spy = (owner, name) => {
  const original = owner[name];
  before.push(() => { owner[name] = original; });
  owner[name] = function (...args) { startup.push(name); return original.apply(this, args); };
};
for (const name of ["fetch", "setTimeout", "setInterval", "queueMicrotask"]) spy(globalThis, name);
spy(Math, "random");
spy(Date, "now");
spy(AbortSignal, "timeout");
for (const name of ["getRandomValues", "randomUUID"]) spy(crypto, name);
export const unwatch = () => { for (const one of before) one(); };
`;

const entry = `import { unwatch } from "watch.js";
import { Alone, Checked, Eager, Ready, Reports, SignedIn, worker } from "app.js";
unwatch();
export { worker as default, Alone, Checked, Eager, Ready, Reports, SignedIn };
`;

const entrypoints = ["", "Alone", "Checked", "Eager", "Ready", "Reports", "SignedIn"] as const;
const serviceName = (world: number, entrypoint = ""): string => `APP_${world}${entrypoint}`;

function bindingsOf(world: number, upstream: string): string {
  const texts = {
    UPSTREAM: upstream,
    CLIENT_ID: clientIdOf(world),
    IDENTITY_ENDPOINT: `${upstream}/msi/token`,
    IDENTITY_HEADER: "the-header",
  };
  return Object.entries(texts)
    .map(([name, text]) => `(name = "${name}", text = "${text}")`)
    .join(", ");
}

function config(date: string, upstream: string, worlds: readonly number[]): string {
  const services = worlds.map((world) => `(name = "app${world}", worker = .app${world})`);
  const workers = worlds.map(
    (world) => `const app${world} :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js"), (name = "watch.js", esModule = embed "watch.js"), (name = "app.js", esModule = embed "app.js") ],
  ${date},
  globalOutbound = "loopback",
  bindings = [ ${bindingsOf(world, upstream)} ],
);`,
  );
  const bound = worlds.flatMap((world) =>
    entrypoints.map((entrypoint) => [serviceName(world, entrypoint), { service: `app${world}`, entrypoint }] as const),
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "caller", worker = .caller), ${services.join(", ")}, (name = "loopback", network = (allow = ["local"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "caller") ],
);
${callerConfig(Object.fromEntries(bound))}
${workers.join("\n")}
`;
}

function start(date: string, upstream: string, worlds: readonly number[]): Promise<Served> {
  const write = async (folder: string): Promise<void> => {
    const program = `export * from "./test/workerd/cloudflare-app.ts"; export * from "./test/workerd/cloudflare-auth-app.ts";`;
    await bundleForWorkerd(program, join(folder, "app.js"), { builtIn: ["cloudflare:workers"] });
    writeFileSync(join(folder, "watch.js"), watch);
    writeFileSync(join(folder, "worker.js"), entry);
    writeFileSync(join(folder, "caller.js"), callerModule);
    writeFileSync(join(folder, "config.capnp"), config(dates[date] ?? "", upstream, worlds));
  };
  return serve(write, callerFlags);
}

/** Opens a stage with a service for each world. */
export async function openCloudflare(date: string, worlds: readonly number[]): Promise<CloudflareStage> {
  const upstream = await startUpstream();
  const served = await start(date, upstream.url, worlds);
  const tell = tellAt(served.url);
  return {
    upstream,
    log: served.log,
    fetch: (world, path, entrypoint, headers = {}) =>
      tell("fetch", serviceName(world, entrypoint), `https://app.example${path}`, { headers }),
    scheduled: (world, cron, entrypoint) => tell("scheduled", serviceName(world, entrypoint), cron),
    queue: (world, bodies, entrypoint) => tell("queue", serviceName(world, entrypoint), bodies),
    rpc: (world, way, how = "call") => tell("rpc", serviceName(world, "Reports"), way, how),
    close() {
      served.stop();
      upstream.close();
    },
  };
}
