/** The command line of tokenhop as a function, for programs that want it. */
import { createRequire } from "node:module";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { azureDemo } from "./demo/azure/demo.ts";
import { RUNTIMES, type Runtime } from "./demo/binary.ts";
import { CLOUDS } from "./demo/cloud/app.ts";
import { demo } from "./demo/demo.ts";
import { emulate } from "./emulate.ts";
import type { Io } from "./io.ts";
import { UsageError } from "./usage.ts";

export type { Io } from "./io.ts";

/** What `tokenhop --help` prints. */
export const HELP: string = `tokenhop: cloud access without a stored secret

  tokenhop demo      a local Entra and an app that calls Azure without a secret
    --once           end after the scenario, with exit code 0 if every step did what it should
    --json           one JSON event a line, and nothing else on stdout
    --runtime NAME   where the app runs: ${RUNTIMES.join(", ")} (default bun)
    --cloud NAME     another cloud than Azure, with the same identity: ${CLOUDS.join(", ")}
    --fault s1       break the first step on purpose
    --azure          the real Azure instead, which is only read, and compared with the local one;
                     says which variables it needs

  tokenhop emulate   the local Entra by itself
    --port N         default: any free one
    --https          with a certificate made at the start
    --config FILE    its tenants, identities and resources as JSON (default: the demo's)
    --json           one JSON event a line

  tokenhop --version`;

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new UsageError(`--${option} takes ${allowed.join(" or ")}, not "${value}"`);
}

function portOf(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new UsageError(`--port takes a number up to 65535, not "${value}"`);
}

/** `parseArgs` with its complaint as a {@link UsageError}. */
function read<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const flag = { type: "boolean", default: false } as const;

function version(): string {
  return (createRequire(import.meta.url)("../package.json") as { readonly version: string }).version;
}

function runDemo(args: readonly string[], io: Io): Promise<number> {
  const options = {
    once: flag,
    json: flag,
    runtime: { type: "string", default: "bun" },
    fault: { type: "string" },
    cloud: { type: "string" },
    azure: flag,
  } as const;
  const { once, json, azure, ...given } = read({ args: [...args], options }).values;
  const runtime: Runtime = oneOf("runtime", given.runtime, RUNTIMES);
  const fault = given.fault === undefined ? undefined : oneOf("fault", given.fault, ["s1"] as const);
  const cloud = given.cloud === undefined ? undefined : oneOf("cloud", given.cloud, CLOUDS);
  if (cloud !== undefined && azure) throw new UsageError("--cloud plays in the emulator, and --azure does not");
  if (cloud !== undefined && fault !== undefined)
    throw new UsageError("--fault breaks S1, which --cloud does not play");
  if (!azure) return demo({ once, json, runtime, fault, cloud }, io);
  if (fault !== undefined) throw new UsageError("--fault breaks the local Entra, and --azure has none");
  if (runtime === "workerd") throw new UsageError("--runtime workerd reaches nothing but this machine, so not --azure");
  return azureDemo({ once, json, runtime }, io);
}

function runEmulate(args: readonly string[], io: Io): Promise<number> {
  const options = {
    port: { type: "string", default: "0" },
    https: flag,
    json: flag,
    config: { type: "string" },
  } as const;
  const { port, https, json, config } = read({ args: [...args], options }).values;
  return emulate({ port: portOf(port), https, json, config }, io);
}

/**
 * Runs one command.
 *
 * @param args What stands behind `tokenhop`.
 * @returns The exit code: 0 when all went well, 1 when something failed, 2 for a wrong command line.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [command, ...rest] = args;
  try {
    if (command === "--version") {
      io.out(version());
      return 0;
    }
    if (command === "help" || args.includes("--help")) {
      io.out(HELP);
      return 0;
    }
    if (command === "demo") return await runDemo(rest, io);
    if (command === "emulate") return await runEmulate(rest, io);
    throw new UsageError(command === undefined ? "A command is missing" : `There is no command "${command}"`);
  } catch (error) {
    if (io.signal.aborted) return 0;
    io.err(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UsageError)) return 1;
    io.err(`\n${HELP}`);
    return 2;
  }
}
