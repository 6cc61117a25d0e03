/**
 * The app's process for workerd: a Node process that starts it, says where it listens, and ends it. By itself workerd knows
 * neither that whoever started it has gone nor, with a request in flight, that it shall end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { binary, notInstalled } from "./binary.ts";
import { printPort } from "./events.ts";
import { endWithParent } from "./parent.ts";
import { readSettings } from "./settings.ts";
import { readWorker, workerdConfig } from "./workerd-config.ts";

const GRACE_MS = 1_000;

/** A line of `--control-fd`. */
interface Control {
  readonly event: string;
  readonly port?: number;
}

/** Starts workerd. It holds our own output, so what the Worker logs is told as by any other app. */
function start(folder: string): ChildProcess {
  const child = spawn(binary("workerd"), ["serve", "--control-fd=3", join(folder, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  child.once("error", ({ code, message }: NodeJS.ErrnoException) => {
    console.error(code === "ENOENT" ? notInstalled("workerd") : message);
    process.exit(1);
  });
  child.once("exit", (code) => process.exit(code ?? 1));
  process.once("exit", () => child.kill("SIGKILL"));
  return child;
}

function run(worker: string, stopping: AbortSignal): void {
  if (stopping.aborted) process.exit(0);
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-demo-"));
  const tidy = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", tidy);
  writeFileSync(join(folder, "worker.js"), worker);
  writeFileSync(join(folder, "config.capnp"), workerdConfig);
  const child = start(folder);
  stopping.addEventListener("abort", () => {
    child.kill("SIGTERM");
    setTimeout(() => process.exit(0), GRACE_MS);
  });
  createInterface({ input: child.stdio[3] as Readable }).on("line", (line) => {
    const { event, port } = JSON.parse(line) as Control;
    if (event !== "listen") return;
    // It has read its files, and whoever kills this process from now on leaves none behind.
    tidy();
    printPort(port);
  });
}

endWithParent();
readSettings(process.env);
const stopping = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
readWorker().then(
  (worker) => run(worker, stopping.signal),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    process.stdin.pause();
  },
);
