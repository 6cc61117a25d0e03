/** The server of a template as a process of its runtime, with its Azure behind a proxy that it is told of by its environment. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../../tools/binaries.mjs";
import { record } from "../leak.ts";
import { type Cloud, openCloud, values } from "./cloud.ts";
import { edited, original, type Program, programOf, trustOf } from "./project.ts";
import { type Answer, askAt } from "./worker-stage.ts";

export type Runtime = "deno" | "bun";

/** A server that runs. */
export interface Running {
  ask(path: string, host?: string): Promise<Answer>;
  /** Key ids of the published keys. */
  kids(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface ServerStage {
  readonly cloud: Cloud;
  readonly program: Program;
  /** Everything that it printed, in all of its lives. */
  readonly log: () => string;
  /** Starts it, again with what it left behind, and lets the issuer's host name lead to it. */
  start(): Promise<Running>;
  /** Starts what does not get so far as to listen; gives its exit code. */
  fail(): Promise<number | null>;
}

const START_TIMEOUT_MS = 20_000;

/** The command that the template's own script for `start` is, without the program that is run. */
function startCommand(runtime: Runtime, program: Program): readonly string[] {
  const script =
    runtime === "deno"
      ? (JSON.parse(original("deno", "deno.json")) as { readonly tasks: { readonly start: string } }).tasks.start
      : (JSON.parse(original("bun", "package.json")) as { readonly scripts: { readonly start: string } }).scripts.start;
  const [name, ...args] = script.split(" ");
  if (name !== runtime) throw new Error(`start of ${runtime} is ${script}`);
  return [...program.flags, ...args];
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** All files of a folder but the packages. */
export const filesOf = (folder: string): readonly (readonly [path: string, bytes: Buffer])[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [name, readFileSync(join(folder, name))]);

/** Plays with a server, and ends what still runs. */
export async function onServer(
  runtime: Runtime,
  play: (stage: ServerStage) => Promise<void>,
  edit: (text: string) => string = edited,
): Promise<void> {
  const cloud = await openCloud(trustOf(runtime));
  const program = programOf(runtime, edit);
  const mine = new Set<ChildProcess>();
  let log = "";

  const launch = (): { readonly child: ChildProcess; readonly ended: Promise<number | null> } => {
    const child = spawn(binary(runtime), startCommand(runtime, program), {
      cwd: program.folder,
      env: { ...process.env, ...cloud.environment, PORT: "0", NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    mine.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        log += text;
        record(`${runtime}'s log`, text);
      });
    }
    const ended = new Promise<number | null>((resolve) =>
      child.once("close", (code) => {
        running.delete(child);
        mine.delete(child);
        resolve(code);
      }),
    );
    return { child, ended };
  };

  const start = async (): Promise<Running> => {
    const before = log.length;
    const { child, ended } = launch();
    const url = await new Promise<string>((resolve, reject) => {
      const fail = (): void => reject(new Error(`the server of ${runtime} does not listen\n${log.slice(before)}`));
      const timer = setTimeout(fail, START_TIMEOUT_MS);
      const look = (): void => {
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(log.slice(before))?.[0];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      };
      child.stdout?.on("data", look);
      child.stderr?.on("data", look);
      ended.then(fail);
    });
    cloud.issuerAt(url);
    const ask: Running["ask"] = (path, host = values.host) => askAt(url, path, host);
    return {
      ask,
      async kids() {
        const { text } = await ask("/.well-known/jwks.json");
        return (JSON.parse(text) as { readonly keys: readonly { readonly kid: string }[] }).keys.map(({ kid }) => kid);
      },
      async stop() {
        child.kill("SIGKILL");
        await ended;
        cloud.issuerAt(undefined);
      },
    };
  };

  try {
    await play({ cloud, program, log: () => log, start, fail: () => launch().ended });
  } finally {
    for (const child of mine) child.kill("SIGKILL");
    program.remove();
    await cloud.close();
  }
}
