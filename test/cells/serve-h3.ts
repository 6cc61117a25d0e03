/** h3's own server, which is another one on each runtime. */
import { serve } from "h3";
import { h3App } from "../adapters/h3.ts";
import type { Plan, Served } from "../contract/adapter/framework.ts";

export async function serveH3(plan: Plan): Promise<Served> {
  const server = serve(h3App(plan), { hostname: "127.0.0.1", port: 0, silent: true, gracefulShutdown: false });
  await server.ready();
  return { url: String(server.url).replace(/\/$/, ""), close: () => server.close(true) };
}
