/** The cells of Deno. */
import { elysia, elysiaApp } from "../../adapters/elysia.ts";
import { expressFramework } from "../../adapters/express.ts";
import { expressOwn } from "../../adapters/express-own.ts";
import { fastifyFramework } from "../../adapters/fastify.ts";
import { fastifyOwn } from "../../adapters/fastify-own.ts";
import { h3 } from "../../adapters/h3.ts";
import { hono } from "../../adapters/hono.ts";
import type { Served } from "../../contract/adapter/framework.ts";
import type { Suites } from "../../run.ts";
import { cellsOn } from "../cell.ts";
import { serveH3 } from "../serve-h3.ts";

type Handler = (request: Request, info: object) => Response | Promise<Response>;

/** Deno's own types would clash with Node's in the one type check of this repository. */
declare const Deno: {
  serve(
    options: { readonly hostname: string; readonly port: number; onListen(): void; readonly signal: AbortSignal },
    handler: Handler,
  ): { readonly addr: { readonly port: number }; readonly finished: Promise<void> };
};

async function serve(handler: Handler): Promise<Served> {
  const hostname = "127.0.0.1";
  const ending = new AbortController();
  const options = { hostname, port: 0, onListen: () => undefined, signal: ending.signal };
  const { addr } = Deno.serve(options, handler);
  return { url: `http://${hostname}:${addr.port}`, close: () => ending.abort() };
}

export const suites: Suites = cellsOn("deno", [
  // Hono's `c.env` is what Deno tells of the connection.
  { framework: hono, serve: (plan) => serve(hono.create(plan).fetch) },
  { framework: h3, serve: serveH3 },
  { framework: elysia, serve: (plan) => serve(elysiaApp(plan).fetch) },
  { framework: expressFramework, ownTests: expressOwn },
  { framework: fastifyFramework, ownTests: fastifyOwn },
]);
