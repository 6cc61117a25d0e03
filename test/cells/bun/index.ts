/** The cells of Bun. */
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
import { elysiaProgram } from "../programs.ts";
import { serveH3 } from "../serve-h3.ts";

const where = { hostname: "127.0.0.1", port: 0 };

function served(server: { readonly port?: number | undefined; stop(all: boolean): unknown }): Served {
  return {
    url: `http://${where.hostname}:${server.port}`,
    async close() {
      await server.stop(true);
    },
  };
}

async function serveHono(plan: Plan): Promise<Served> {
  const { fetch } = hono.create(plan);
  return served(Bun.serve({ ...where, fetch: (request, server) => fetch(request, server as object) }));
}

const serveElysia = (plan: Plan): Promise<Served> =>
  new Promise((resolve) => {
    elysiaApp(plan).listen(where, (server) => resolve(served(server)));
  });

export const suites: Suites = cellsOn("bun", [
  { framework: hono, serve: serveHono },
  { framework: h3, serve: serveH3 },
  { framework: elysia, serve: serveElysia, ownTests: elysiaProgram },
  { framework: expressFramework, ownTests: expressOwn },
  { framework: fastifyFramework, ownTests: fastifyOwn },
]);
