/**
 * Workers with Durable Objects in real workerd, as they live in production: storage on disk, an idle object evicted, and a process
 * that can be killed at any moment and comes back on the same storage and the same ports.
 */
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleForWorkerd } from "../../tools/lib/bundle.ts";
import { compatibility } from "../../tools/lib/workerd.ts";
import { type Served, serve } from "../workerd/serve.ts";

/** A binding to another Worker, or to this one, by RPC and HTTP. */
export interface ServiceOf {
  readonly service: string;
  readonly entrypoint?: string | undefined;
  /** Its `ctx.props`. */
  readonly props?: unknown;
}

/** A binding to the namespace of a class. */
export interface NamespaceOf {
  readonly className: string;
  /** The Worker whose class it is. Default: this one. */
  readonly service?: string | undefined;
}

/** A Worker, and its `env`. */
export interface WorkerOf {
  /** A module of this repository, as TypeScript text: `export * from "./test/objects/issuer-app.ts";`. Or a file that is bundled. */
  readonly program: string | { readonly file: string };
  /** Compatibility flags besides those of every Worker here. */
  readonly flags?: readonly string[] | undefined;
  /** Its classes of Durable Objects. */
  readonly objects?: readonly string[] | undefined;
  /** In them, `{http}` is the URL of the socket of that name. */
  readonly texts?: Readonly<Record<string, string>> | undefined;
  readonly services?: Readonly<Record<string, ServiceOf>> | undefined;
  readonly namespaces?: Readonly<Record<string, NamespaceOf>> | undefined;
  /** The Worker that is its internet. Default: the plan's. */
  readonly outbound?: string | undefined;
}

/** What a process serves. */
export interface Plan {
  readonly workers: Readonly<Record<string, WorkerOf>>;
  /** Sockets, by what answers there. The first one is the stage's `url`; other processes may connect to any as to a service. */
  readonly sockets: Readonly<Record<string, ServiceOf>>;
  /** Sockets of another stage, by the names that they have here as services: RPC passes through them, too. */
  readonly elsewhere?: Readonly<Record<string, string>> | undefined;
  /** Where requests to any host go, as to a proxy: `host:port`. Default: none does, and loopback alone is reached. */
  readonly internet?: string | undefined;
}

/** A file of the objects' storage. */
export interface StoredFile {
  readonly path: string;
  readonly bytes: Buffer;
}

export interface Stage {
  /** Of the first socket. */
  readonly url: string;
  /** Of each socket, by its name. */
  readonly urls: Readonly<Record<string, string>>;
  readonly pid: number;
  /** Every line that was printed so far, by all processes of this stage. */
  log(): readonly string[];
  /** SIGKILL; resolves once the process is no more. Nothing is written any more, and no alarm rings. */
  kill(): Promise<void>;
  /** Serves again, after a {@link kill}: on the same storage and ports, perhaps with other programs or other bindings. */
  start(workers?: Plan["workers"]): Promise<void>;
  /** What the storage consists of at this moment: databases with their journals. */
  storage(): readonly StoredFile[];
  /** What the process was configured with: every binding and variable. */
  config(): string;
  close(): void;
}

/** What connects processes for RPC is an experiment of workerd's; nothing that is tested depends on it. */
const flags = ["--experimental"];
const connection = `http = (capnpConnectHost = "objects")`;

const quote = (text: string): string => JSON.stringify(text);

function designator({ service, entrypoint, props }: ServiceOf): string {
  const which = entrypoint === undefined ? "" : `, entrypoint = ${quote(entrypoint)}`;
  const given = props === undefined ? "" : `, props = (json = ${quote(JSON.stringify(props))})`;
  return `(name = ${quote(service)}${which}${given})`;
}

function bindingsOf({ texts = {}, services = {}, namespaces = {} }: WorkerOf): string {
  const rows = [
    ...Object.entries(texts).map(([name, text]) => [name, `text = ${quote(text)}`]),
    ...Object.entries(services).map(([name, one]) => [name, `service = ${designator(one)}`]),
    ...Object.entries(namespaces).map(([name, { className, service }]) => {
      const where = service === undefined ? "" : `, serviceName = ${quote(service)}`;
      return [name, `durableObjectNamespace = (className = ${quote(className)}${where})`];
    }),
  ];
  return rows.map(([name = "", value]) => `(name = ${quote(name)}, ${value})`).join(", ");
}

/** The date and flags of every Worker, and what this one wants besides. */
const compatibilityOf = ({ flags = [] }: WorkerOf): string =>
  compatibility.replace("]", `${flags.map((flag) => `, ${quote(flag)}`).join("")}]`);

function workerConfig(name: string, worker: WorkerOf): string {
  const objects = worker.objects?.map(
    (className) => `(className = "${className}", uniqueKey = "${name}-${className}", enableSql = true)`,
  );
  const storage = `durableObjectNamespaces = [ ${objects} ], durableObjectStorage = (localDisk = "storage"),`;
  return `const ${name} :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "${name}.js") ],
  ${compatibilityOf(worker)},
  globalOutbound = ${quote(worker.outbound ?? "outside")},
  ${objects === undefined ? "" : storage}
  bindings = [ ${bindingsOf(worker)} ],
);`;
}

function config({ workers, sockets, elsewhere = {}, internet }: Plan): string {
  const outside = internet
    ? `external = (address = "${internet}", http = (style = proxy))`
    : `network = (allow = ["local"])`;
  const services = [
    `(name = "outside", ${outside})`,
    `(name = "storage", disk = (writable = true))`,
    ...Object.keys(workers).map((name) => `(name = "${name}", worker = .${name})`),
    ...Object.entries(elsewhere).map(
      ([name, url]) => `(name = "${name}", external = (address = "${new URL(url).host}", ${connection}))`,
    ),
  ];
  const doors = Object.entries(sockets).map(
    ([name, one]) => `(name = "${name}", address = "127.0.0.1:0", ${connection}, service = ${designator(one)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = ( services = [ ${services.join(", ")} ], sockets = [ ${doors.join(", ")} ] );
${Object.entries(workers)
  .map(([name, worker]) => workerConfig(name, worker))
  .join("\n")}
`;
}

/** A port that is free now, and is asked for again when a process comes back. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

const folders = new Set<string>();
// A test that fails may leave its stage open.
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Opens a stage with a process that runs. */
export async function openStage(plan: Plan): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-objects-"));
  folders.add(folder);
  const storage = join(folder, "storage");
  const programs = new Map<string, string>();
  const sockets = Object.keys(plan.sockets);
  const ports = await Promise.all(sockets.map(freePort));
  const urls = Object.fromEntries(sockets.map((name, at) => [name, `http://127.0.0.1:${ports[at]}`]));
  const places = sockets.map((name, at) => `--socket-addr=${name}=127.0.0.1:${ports[at]}`);
  const runs: Served[] = [];
  let configured = "";
  mkdirSync(storage);

  /** Bundled once, however often it is served. */
  const bundled = async (program: WorkerOf["program"]): Promise<string> => {
    if (typeof program !== "string") return program.file;
    const file = programs.get(program) ?? join(folder, `program-${programs.size}.js`);
    if (!programs.has(program)) await bundleForWorkerd(program, file, { builtIn: ["cloudflare:workers"] });
    programs.set(program, file);
    return file;
  };

  const run = async (workers: Plan["workers"]): Promise<Served> => {
    configured = config({ ...plan, workers }).replaceAll(/\{(\w+)\}/g, (text, name: string) => urls[name] ?? text);
    const write = async (to: string): Promise<void> => {
      for (const [name, { program }] of Object.entries(workers)) cpSync(await bundled(program), join(to, `${name}.js`));
      writeFileSync(join(to, "config.capnp"), configured);
    };
    const served = await serve(write, [...flags, `--directory-path=storage=${storage}`, ...places], sockets);
    runs.push(served);
    return served;
  };

  let current = await run(plan.workers);
  return {
    url: urls[sockets[0] ?? ""] ?? "",
    urls,
    get pid() {
      return current.pid;
    },
    log: () => runs.flatMap(({ log }) => log),
    kill() {
      current.stop();
      return current.ended;
    },
    async start(workers = plan.workers) {
      current = await run(workers);
    },
    config: () => configured,
    storage: () =>
      readdirSync(storage, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => ({ path: path.slice(storage.length + 1), bytes: readFileSync(path) })),
    close() {
      current.stop();
      folders.delete(folder);
      current.ended.then(() => rmSync(folder, { recursive: true, force: true }));
    },
  };
}
