/** An app behind the server of its runtime. */
import type { AddressInfo } from "node:net";
import type { App } from "./contestant.ts";

/** Deno's own types would clash with Node's in the one type check of this repository. */
interface DenoGlobal {
  serve(
    options: { readonly port: number; readonly hostname: string; onListen(): void },
    handler: (request: Request) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number } };
}

const hostname = "127.0.0.1";

/** Serves it on a free port of loopback; the process ends it. Undefined for what has no server here. */
export async function listen({ fetch, listen: own }: App): Promise<number | undefined> {
  if (own) return own();
  if (!fetch) return undefined;
  const { Bun, Deno } = globalThis as { readonly Bun?: typeof import("bun"); readonly Deno?: DenoGlobal };
  if (Bun) return Bun.serve({ port: 0, hostname, fetch }).port;
  if (Deno) return Deno.serve({ port: 0, hostname, onListen: () => undefined }, fetch).addr.port;
  const { serve } = await import("@hono/node-server");
  return new Promise((resolve) => {
    serve({ fetch, hostname, port: 0 }, ({ port }: AddressInfo) => resolve(port));
  });
}
