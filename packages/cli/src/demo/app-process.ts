/** The app as a process of its own, on the runtime that was asked for. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type DemoEvent, parseLine } from "./events.ts";
import type { DemoSettings } from "./settings.ts";

/** Where the demo's app can run. */
export const RUNTIMES = ["bun", "deno", "node"] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** The running app. */
export interface AppProcess {
  readonly url: string;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;
const ALTERNATIVE = "install it (npm install --save-dev bun deno), or choose --runtime node";

const here = fileURLToPath(import.meta.url);
/** From a checkout the app runs from its sources, as this file does. */
const fromSource = here.endsWith(".ts");

/** The binary that is installed beside this package, or else the one on the PATH. */
function binary(runtime: Runtime): string {
  if (runtime === "node") return process.execPath;
  for (let folder = dirname(here); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", ".bin", runtime);
    if (existsSync(candidate)) return candidate;
  }
  return runtime;
}

function argumentsFor(runtime: Runtime): readonly string[] {
  const script = join(dirname(here), `serve-${runtime}${fromSource ? ".ts" : ".js"}`);
  if (runtime === "deno") return ["run", "--no-lock", "--allow-net", "--allow-env", "--allow-read", script];
  return [...(fromSource ? ["--conditions=tokenhop-source"] : []), script];
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Asks the process to end, and sees to it that it does. */
function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill("SIGKILL"), 2_000);
    child.once("exit", () => {
      clearTimeout(force);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

/**
 * Starts the app.
 *
 * @param tell Is told what the app tells.
 * @throws {Error} when it does not listen within 20 s, with what it printed as a hint.
 */
export function startApp(
  runtime: Runtime,
  settings: DemoSettings,
  tell: (event: DemoEvent) => void,
): Promise<AppProcess> {
  const env = { ...process.env, ...settings };
  const child = spawn(binary(runtime), argumentsFor(runtime), { env, stdio: ["pipe", "pipe", "pipe"] });
  const printed: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error([`The demo's app on ${runtime} ${why}`, ...printed.slice(-20)].join("\n")));
      void stop(child);
    };
    const timer = setTimeout(() => fail(`did not listen within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
    child.once("error", (error: NodeJS.ErrnoException) =>
      fail(
        error.code === "ENOENT"
          ? `did not start: ${runtime} is not installed; ${ALTERNATIVE}`
          : `did not start: ${error.message}`,
      ),
    );
    child.once("exit", (code) => fail(`ended with code ${code}`));
    const keep = (line: string): void => {
      printed.push(line);
    };
    createInterface({ input: child.stderr }).on("line", keep);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const event = parseLine(line);
      if (event === undefined) return keep(line);
      if (event.event !== "listening") return tell(event);
      clearTimeout(timer);
      resolve({ url: event.url, stop: () => stop(child) });
    });
  });
}
