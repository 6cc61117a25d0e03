/** The tests' side of the server of faults. */
import type { CellLog, Hop, Program, Routes } from "./protocol.ts";
import type { startFaultServer } from "./server/server.ts";

/** Where {@link startFaultServer} listens for orders. In bare workerd there is no `process`: there it is a text in the bundle. */
const origin = String(process.env.TOKENHOP_TEST_FAULTS);

/** One cell at the server. */
export interface RemoteCell {
  /** The path under which its endpoints are, at any of the origins. */
  readonly path: string;
  /** Changes how its endpoints behave; gives where they are from now on. */
  program(program: Program): Promise<Routes>;
  /** Waits until so many requests for an endpoint hang. */
  hanging(hop: Hop, count: number): Promise<void>;
  /** What it was asked so far, once every answer has come to its end. */
  log(): Promise<CellLog>;
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(`${origin}/${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`The server of faults answered ${response.status} to ${path}`);
  return JSON.parse(text) as T;
}

/** A cell that no other test uses. */
export function remoteCell(name: string): RemoteCell {
  const path = `cells/${crypto.randomUUID()}-${name.replace(/\W+/g, "-")}`;
  return {
    path,
    program: (program) => ask(path, { method: "POST", body: JSON.stringify(program) }),
    hanging: (hop, count) => ask(`${path}/hanging/${hop}/${count}`),
    log: () => ask(`${path}/log`),
  };
}
