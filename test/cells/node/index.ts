/** The cells of Node. */
import type { AddressInfo } from "node:net";
import { node } from "@elysiajs/node";
import { type ServerType, serve } from "@hono/node-server";
import { azureFunctions } from "../../adapters/azure-functions.ts";
import { azureFunctionsOwn } from "../../adapters/azure-functions-own.ts";
import { elysia, elysiaApp } from "../../adapters/elysia.ts";
import { expressFramework } from "../../adapters/express.ts";
import { expressOwn } from "../../adapters/express-own.ts";
import { fastifyFramework } from "../../adapters/fastify.ts";
import { fastifyOwn } from "../../adapters/fastify-own.ts";
import { h3 } from "../../adapters/h3.ts";
import { hono } from "../../adapters/hono.ts";
import type { Plan, Served } from "../../contract/adapter/framework.ts";
import type { Suites } from "../../run.ts";
import { cellsOn } from "../cell.ts";
import { h3Program, honoProgram } from "../programs.ts";
import { serveH3 } from "../serve-h3.ts";

const hostname = "127.0.0.1";

function serveHono(plan: Plan): Promise<Served> {
  return new Promise((resolve) => {
    const server: ServerType = serve({ fetch: hono.create(plan).fetch, hostname, port: 0 }, ({ port }: AddressInfo) => {
      const close = (): void => {
        if ("closeAllConnections" in server) server.closeAllConnections();
        server.close();
      };
      resolve({ url: `http://${hostname}:${port}`, close });
    });
  });
}

/** What the adapter for Node gives beside what Elysia knows of. */
interface NodeServer {
  readonly raw: { readonly url: string; ready(): Promise<void>; close(all: boolean): Promise<void> };
}

async function serveElysia(plan: Plan): Promise<Served> {
  const app = elysiaApp(plan, { adapter: node() });
  const options = { hostname, port: 0, gracefulShutdown: false };
  const server = await new Promise<unknown>((resolve) => void app.listen(options, resolve));
  const { raw } = server as NodeServer;
  await raw.ready();
  return { url: raw.url.replace(/\/$/, ""), close: () => raw.close(true) };
}

export const suites: Suites = cellsOn("node", [
  { framework: h3, serve: serveH3, ownTests: h3Program },
  { framework: elysia, serve: serveElysia },
  { framework: expressFramework, ownTests: expressOwn },
  { framework: fastifyFramework, ownTests: fastifyOwn },
  { framework: azureFunctions, ownTests: azureFunctionsOwn },
  // The last one: its server replaces the global Request and Response.
  { framework: hono, serve: serveHono, ownTests: honoProgram },
]);
