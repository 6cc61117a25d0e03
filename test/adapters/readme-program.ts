/** The complete program of an adapter's README, run as it stands there against the emulator. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createDemoConfig, createEmulator, demoEnvironment, demoIds } from "@tokenhop/emulator";
import { until } from "../contract/adapter/stage.ts";

const folder = new URL(`../../.out/adapters-${process.pid}/`, import.meta.url);
const variables = {
  AZURE_TENANT_ID: demoIds.tenantId,
  UAMI_CLIENT_ID: demoIds.uamiClientId,
  APP_CLIENT_ID: demoIds.appClientId,
  ...demoEnvironment,
};

/** What a program may export, for a platform to serve. */
interface Program {
  readonly default?: { fetch(request: Request): Response | Promise<Response> };
}

/** The first program of the README, as a file that can be imported. */
function fileOf(adapter: string): string {
  const text = readFileSync(new URL(`../../adapters/${adapter}/README.md`, import.meta.url), "utf8");
  const program = /```ts\n([\s\S]*?)```/.exec(text)?.[1];
  if (program === undefined) throw new Error(`The README of ${adapter} has no program`);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${adapter}.ts`, folder);
  writeFileSync(file, program);
  return file.href;
}

/** Every host is the emulator, which goes by path. */
function connected(): typeof fetch {
  const emulator = createEmulator(createDemoConfig());
  const answer = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    return emulator.fetch(new Request(`https://localhost${pathname}${search}`, request));
  };
  return Object.assign(answer, { preconnect: () => undefined });
}

/**
 * Runs the program while something is done with it. `ask` sends a request to a path of this origin; without one to the server
 * that the program started, which listens on loopback instead of where it wants to. `program` is what it exports.
 */
export async function whileProgramRuns(
  adapter: string,
  play: (ask: (path: string, origin?: string) => Promise<Response>, program: Program) => Promise<void>,
): Promise<void> {
  const { fetch } = globalThis;
  const { listen } = Server.prototype;
  const servers: Server[] = [];
  Server.prototype.listen = function (this: Server, ...given: readonly unknown[]) {
    servers.push(this);
    const ready = given.filter((one) => typeof one === "function");
    return Reflect.apply(listen, this, [{ port: 0, host: "127.0.0.1" }, ...ready]);
  } as typeof listen;
  Object.assign(process.env, variables);
  globalThis.fetch = connected();
  try {
    const program = (await import(fileOf(adapter))) as Program;
    await play(async (path, origin) => {
      if (origin !== undefined) return fetch(origin + path);
      await until(() => servers[0]?.listening === true, "the program listens");
      const [{ port }] = servers.map((server) => server.address()) as [AddressInfo];
      return fetch(`http://127.0.0.1:${port}${path}`);
    }, program);
  } finally {
    Server.prototype.listen = listen;
    globalThis.fetch = fetch;
    for (const variable of Object.keys(variables)) delete process.env[variable];
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}
