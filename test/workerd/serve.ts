/** The pinned workerd, serving the Worker under test on a free port of loopback. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { binary } from "../../tools/binaries.mjs";
import { bundleForWorkerd } from "../../tools/lib/bundle.ts";
import { compatibility } from "../../tools/lib/workerd.ts";
import { record } from "../leak.ts";

/** The oldest date that is promised and the newest that the pinned workerd knows, both without Node compatibility. */
export const dates: Readonly<Record<string, string>> = {
  "2024-04-03": 'compatibilityDate = "2024-04-03"',
  newest: compatibility,
};

/** A running workerd. */
export interface Served {
  /** Of its first socket. */
  readonly url: string;
  readonly pid: number;
  /** The lines that it printed so far. */
  readonly log: readonly string[];
  /** Whether the process still lives. */
  isAlive(): boolean;
  /** At once: with a request that hangs it would not end when asked. */
  stop(): void;
  /** Resolves once the process is no more. */
  readonly ended: Promise<void>;
}

const START_TIMEOUT_MS = 20_000;

const running = new Set<ChildProcess>();
// By itself it would live on. On a signal this process exits too: `process.ts`, which is imported above, sees to that.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

const entry = `import { waitUntil } from "cloudflare:workers";
import { createWorker } from "./app.js";
export default createWorker(waitUntil);
`;

const config = (date: string, upstream: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "app", worker = .app), (name = "loopback", network = (allow = ["local"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "app") ],
);
const app :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js"), (name = "app.js", esModule = embed "app.js") ],
  ${date},
  globalOutbound = "loopback",
  bindings = [ (name = "UPSTREAM", text = "${upstream}") ],
);
`;

async function writeFiles(folder: string, date: string, upstream: string): Promise<void> {
  await bundleForWorkerd(`export { createWorker } from "./test/workerd/worker.ts";`, join(folder, "app.js"));
  writeFileSync(join(folder, "worker.js"), entry);
  writeFileSync(join(folder, "config.capnp"), config(date, upstream));
}

/** What it prints is what its user would see in a log, so no token may be in it. */
function recordOutput(child: ChildProcess): readonly string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream as Readable }).on("line", (line) => {
      lines.push(line);
      record("workerd's log", line);
    });
  }
  return lines;
}

/** Resolves with the ports of all sockets, which workerd tells by its control channel. */
function portsOf(
  child: ChildProcess,
  lines: readonly string[],
  sockets: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const ports = new Map<string, number>();
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error(["workerd does not listen", ...lines.slice(-20)].join("\n")));
    setTimeout(fail, START_TIMEOUT_MS).unref();
    child.once("error", fail);
    child.once("close", fail);
    createInterface({ input: child.stdio[3] as Readable }).on("line", (line) => {
      const { event, socket, port } = JSON.parse(line) as Record<"event" | "socket", string> & {
        readonly port: number;
      };
      if (event === "listen") ports.set(socket, port);
      if (sockets.every((name) => ports.has(name))) resolve(ports);
    });
  });
}

/** Serves a `config.capnp` and what else is written into the folder, at the sockets that it names. */
export async function serve(
  write: (folder: string) => Promise<void>,
  flags: readonly string[] = [],
  sockets: readonly string[] = ["http"],
): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-serve-"));
  try {
    await write(folder);
    const args = ["serve", join(folder, "config.capnp"), "--control-fd=3", ...flags];
    const child = spawn(binary("workerd"), args, { stdio: ["ignore", "pipe", "pipe", "pipe"] });
    running.add(child);
    child.once("exit", () => running.delete(child));
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const log = recordOutput(child);
    const ports = await portsOf(child, log, sockets);
    return {
      pid: child.pid ?? 0,
      log,
      url: `http://127.0.0.1:${ports.get(sockets[0] ?? "")}`,
      isAlive: () => child.exitCode === null && child.signalCode === null,
      stop: () => void child.kill("SIGKILL"),
      ended,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts the Worker under test for one of the {@link dates}. */
export const serveWorker = (date: string, upstream: string): Promise<Served> =>
  serve((folder) => writeFiles(folder, dates[date] ?? "", upstream));
