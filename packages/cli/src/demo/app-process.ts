/** The app as a process of its own, on the runtime that was asked for. */
import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { World } from "./app-for.ts";
import { binary, notInstalled, type Runtime } from "./binary.ts";
import { type DemoEvent, parseLine } from "./events.ts";
import { createSaid } from "./said.ts";

/** How to start the app. */
export interface AppStart {
  readonly runtime: Runtime;
  readonly world: World;
  /** All its variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The running app. */
export interface AppProcess {
  readonly url: string;
  /** Why it last got no credential, if it got none since this was asked. */
  trouble(): string | undefined;
  /** What it last complained of on its standard error, if it did since this was asked. */
  complaint(): string | undefined;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;

const here = fileURLToPath(import.meta.url);
/** From a checkout the app runs from its sources, as this file does. */
const fromSource = here.endsWith(".ts");

function commandFor({ runtime, world }: AppStart): readonly [string, ...string[]] {
  const script = join(dirname(here), `serve-${runtime}${fromSource ? ".ts" : ".js"}`);
  const conditions = fromSource ? ["--conditions=tokenhop-source"] : [];
  if (runtime === "deno")
    return [binary("deno"), "run", "--no-lock", "--allow-net", "--allow-env", "--allow-read", script, world];
  // Somebody has to see to it that workerd ends, and to say where it listens.
  return [binary(runtime === "workerd" ? "node" : runtime), ...conditions, script, world];
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
export function startApp(start: AppStart, tell: (event: DemoEvent) => void): Promise<AppProcess> {
  const { runtime, env } = start;
  const [command, ...args] = commandFor(start);
  const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  const said = createSaid();
  let trouble: string | undefined;
  const takeTrouble = (): string | undefined => {
    const last = trouble;
    trouble = undefined;
    return last;
  };
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error([`The demo's app on ${runtime} ${why}`, ...said.last()].join("\n")));
      void stop(child);
    };
    const timer = setTimeout(() => fail(`did not listen within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
    child.once("error", ({ code, message }: NodeJS.ErrnoException) =>
      fail(`did not start: ${code === "ENOENT" ? notInstalled(runtime) : message}`),
    );
    // Not its exit: what it said last may still be on its way.
    child.once("close", (code) => fail(`ended with code ${code}`));
    createInterface({ input: child.stderr }).on("line", said.keep);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const event = parseLine(line);
      if (event === undefined) return said.keep(line);
      if (event.event === "trouble") trouble = event.reason;
      else if (event.event !== "listening") tell(event);
      else {
        clearTimeout(timer);
        // What it said until then has nothing to do with what fails from then on.
        said.takeComplaint();
        resolve({
          url: event.url,
          trouble: takeTrouble,
          complaint: said.takeComplaint,
          stop: () => stop(child),
        });
      }
    });
  });
}
