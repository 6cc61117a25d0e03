/** `tokenhop emulate`: the local Entra by itself, for developing against. */
import { readFile } from "node:fs/promises";
import {
  createDemoConfig,
  createEmulator,
  type Emulator,
  type EmulatorConfig,
  type LogRecord,
} from "@tokenhop/emulator";
import { type Served, serve } from "@tokenhop/emulator/serve";
import type { Io } from "./io.ts";

/** What `tokenhop emulate` was asked for. */
export interface EmulateOptions {
  readonly port: number;
  readonly https: boolean;
  readonly json: boolean;
  /** Path of a JSON file; without it the demo's world. */
  readonly config?: string | undefined;
}

const LOOK_EVERY_MS = 200;

async function readConfig(path: string | undefined): Promise<EmulatorConfig> {
  if (path === undefined) return createDemoConfig();
  const text = await readFile(path, "utf8");
  try {
    return JSON.parse(text) as EmulatorConfig;
  } catch (error) {
    throw new Error(`${path} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function render({ at, outcome, route, client, code, reason }: LogRecord): string {
  const who = client === undefined ? "" : ` ${client}`;
  const why = code === undefined ? reason : `${code}: ${reason}`;
  return `${new Date(at).toISOString().slice(11, 19)}  ${outcome.padEnd(7)}  ${route}${who}  ${why}`;
}

function greet({ url, ca }: Served, emulator: Emulator): string {
  const lines = [`A local Entra listens on ${url}`, `Admin token: ${emulator.adminToken}`];
  return (ca === undefined ? lines : [...lines, "Clients must trust this authority:", ca.trim()]).join("\n");
}

/**
 * Runs the emulator until the signal aborts, printing each exchange and why it was granted or refused.
 *
 * @returns The exit code.
 */
export async function emulate(options: EmulateOptions, io: Io): Promise<number> {
  const emulator = createEmulator(await readConfig(options.config));
  const served = await serve(emulator, { port: options.port, ...(options.https && { https: true }) });
  try {
    const { url, ca } = served;
    io.out(
      options.json
        ? JSON.stringify({ event: "listening", url, adminToken: emulator.adminToken, ca })
        : greet(served, emulator),
    );
    let last = 0;
    while (!io.signal.aborted) {
      for (const record of emulator.log) {
        if (record.sequence <= last) continue;
        last = record.sequence;
        io.out(options.json ? JSON.stringify({ event: "exchange", ...record }) : render(record));
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return 0;
  } finally {
    await served.close();
  }
}
