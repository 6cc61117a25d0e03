/** The command line as a process of its own, for the suites of it. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createRequire } from "node:module";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** How it ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A running one. */
export interface Cli {
  readonly pid: number;
  /** Resolves with what was printed on stdout so far, once that holds a text. */
  printed(text: string): Promise<string>;
  readonly ended: Promise<Ended>;
}

/** An event, as `--json` prints it. */
export type Event = Readonly<Record<string, unknown>>;

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The pinned Node. */
export const node: string = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));
const main = createRequire(import.meta.url).resolve("../../packages/cli/src/main.ts");
/** After this long it is killed. */
export const TIMEOUT_MS = 60_000;

type Child = ChildProcessByStdio<null, Readable, Readable>;

function waiting(child: Child): { printed: Cli["printed"]; output: () => string } {
  let out = "";
  let waiters: { readonly text: string; readonly done: (out: string) => void }[] = [];
  const look = (): void => {
    for (const { text, done } of waiters) if (out.includes(text)) done(out);
    waiters = waiters.filter(({ text }) => !out.includes(text));
  };
  child.stdout.on("data", (chunk: Uint8Array) => {
    out += new TextDecoder().decode(chunk);
    look();
  });
  return {
    output: () => out,
    printed: (text) =>
      new Promise((resolve, reject) => {
        waiters.push({ text, done: resolve });
        child.on("close", () => reject(new Error(`It ended without printing ${text}: ${out}`)));
        look();
      }),
  };
}

/** Starts the command line. `env` replaces the environment. */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Cli {
  const child = spawn(node, ["--conditions=tokenhop-source", main, ...args], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  const { printed, output } = waiting(child);
  let err = "";
  child.stderr.on("data", (chunk: Uint8Array) => {
    err += new TextDecoder().decode(chunk);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, out: output(), err });
    });
  });
  return { pid: child.pid ?? 0, printed, ended };
}

/** Runs it to its end. `interruptWhen`: presses Ctrl+C once the output holds this. */
export async function cli(args: readonly string[], interruptWhen?: string): Promise<Ended> {
  const running = startCli(args);
  if (interruptWhen !== undefined) {
    await running.printed(interruptWhen);
    // Not child.kill: after that Deno calls any end of the child an end by the signal.
    process.kill(running.pid, "SIGINT");
  }
  return running.ended;
}

/** What was printed with `--json`. */
export function eventsOf(out: string): Event[] {
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

/** The kinds in their order, without the repeats that depend on how long a step took. */
export function kindsOf(events: readonly Event[]): string[] {
  const kinds = events.map(({ event }) => String(event));
  return kinds.filter((kind, at) => kind !== "refresh" || !kinds.slice(0, at).includes("refresh"));
}
