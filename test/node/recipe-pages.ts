/** The programs of docs/recipes as files, with stand-ins beside them for frameworks that are not installed. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { binary } from "../../tools/binaries.mjs";
import { snippetsOf } from "../../tools/check-docs.ts";
import { record } from "../leak.ts";

const recipes = new URL("../../docs/recipes/", import.meta.url);
const runner = fileURLToPath(new URL("./recipe-runner.ts", import.meta.url));
const out = new URL(`../../.out/recipes-${process.pid}/`, import.meta.url);

/** What programs import of frameworks that are not installed, as far as they use it. */
const standIns: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  next: { "./server": "export const after = (work) => void globalThis.afterTheAnswer.push(work);" },
  nitro: { "./h3": `export * from "h3";`, "./config": "export const defineNitroConfig = (config) => config;" },
};

function write(path: string, text: string): void {
  const file = new URL(path, out);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
}

function writeStandIns(): void {
  for (const [name, entries] of Object.entries(standIns)) {
    const exports = Object.fromEntries(Object.keys(entries).map((entry) => [entry, `${entry}.js`]));
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: "module", exports }));
    for (const [entry, text] of Object.entries(entries)) write(`node_modules/${name}/${entry}.js`, text);
  }
}

let pages = 0;

/**
 * Writes the files of a page to a new folder, by the names that it gives them, and the programs without a name as `1.ts`, `2.ts`, ...
 * Returns where one of them is.
 */
export function writePage(page: string): (file: string) => string {
  const folder = `${page}-${++pages}`;
  const programs = snippetsOf(page, readFileSync(new URL(`${page}.md`, recipes), "utf8")).filter(
    ({ language }) => language === "ts",
  );
  if (programs.length === 0) throw new Error(`${page}.md has no program`);
  write("package.json", JSON.stringify({ type: "module" }));
  writeStandIns();
  let nameless = 0;
  for (const { file, code } of programs) {
    if (file === undefined) nameless++;
    write(`${folder}/${file ?? `${nameless}.ts`}`, code);
  }
  return (file) => new URL(`${folder}/${file}`, out).href;
}

/** A program that listens. */
export interface Running {
  ask(path: string): Promise<{ readonly status: number; readonly type: string | null; readonly text: string }>;
  stop(): void;
}

/** A port that nobody listened on a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

const commands = {
  bun: ["--conditions=tokenhop-source", "run"],
  // The emulator and what reads this page for it want more than the program does, which is what `permissions` are for.
  deno: ["run", "-A", "--no-check", "--no-remote"],
} as const;

const START_TIMEOUT_MS = 15_000;

/** Starts a program of a page on its runtime, and waits until it answers. */
export async function serve(
  runtime: keyof typeof commands,
  program: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const port = await freePort();
  const child = spawn(binary(runtime), [...commands[runtime], runner, program], {
    env: { ...process.env, PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said.push(text);
      record(`${runtime}'s log`, text);
    });
  }
  const stop = (): void => void child.kill("SIGKILL");
  process.once("exit", stop);
  const ask: Running["ask"] = async (path) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  for (const since = performance.now(); performance.now() - since < START_TIMEOUT_MS; ) {
    const answer = await ask("/api/health").catch(() => undefined);
    if (answer?.text === "ok") return { ask, stop };
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  stop();
  throw new Error(`${runtime} does not serve ${program}\n${said.join("")}`);
}
