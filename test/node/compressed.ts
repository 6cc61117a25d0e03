/** A compressed answer of a downstream, handed on by an app through a real server, as the README's programs do. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { serve } from "@hono/node-server";
import { testProvider } from "@tokenhop/core/testing";
import { type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";
import type { Suite } from "../harness.ts";

interface Listening {
  readonly port: number;
  close(): void | Promise<void>;
}

const text = JSON.stringify({ value: Array.from({ length: 100 }, (_, index) => ({ name: `resource ${index}` })) });

/** Best first, as a server would choose that can do them all. */
const compressions: Readonly<Record<string, (text: string) => Uint8Array>> = {
  zstd: (text) => zstdCompressSync(text),
  br: (text) => brotliCompressSync(text),
  deflate: (text) => deflateSync(text),
  gzip: (text) => gzipSync(text),
};

/** A downstream that compresses as well as it is allowed to, and how it did. */
function startUpstream(done: string[]): Promise<Listening> {
  const server = createServer((request, response) => {
    const accepted = String(request.headers["accept-encoding"]);
    const [name, compress] = Object.entries(compressions).find(([one]) => accepted.includes(one)) ?? ["none"];
    done.push(name);
    const encoding = compress ? { "content-encoding": name } : {};
    response.writeHead(200, { "content-type": "application/json", ...encoding }).end(compress?.(text) ?? text);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({ port: (server.address() as AddressInfo).port, close: () => void server.close() });
    });
  });
}

declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(): void },
    fetch: (request: Request) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
};

/** The app on the server of its runtime. */
function startApp(app: Pick<Hono, "request">): Promise<Listening> | Listening {
  const fetch = (request: Request) => app.request(request);
  const address = { hostname: "127.0.0.1", port: 0 };
  if ("Bun" in globalThis) {
    const server = Bun.serve({ ...address, fetch });
    return { port: Number(server.port), close: () => server.stop(true) };
  }
  if ("Deno" in globalThis) {
    const server = Deno.serve({ ...address, onListen: () => undefined }, fetch);
    return { port: server.addr.port, close: () => server.shutdown() };
  }
  return new Promise((resolve) => {
    const server = serve({ ...address, fetch }, ({ port }) => resolve({ port, close: () => void server.close() }));
  });
}

const providersFor = (origin: string) => ({ api: testProvider({ hosts: [origin] }) });

function appFor(origin: string): Pick<Hono, "request"> {
  const providers = providersFor(origin);
  const app = new Hono<DownstreamEnv<typeof providers>>();
  app.use(downstream(providers));
  app.get("/", (c) => c.var.api.fetch(origin));
  app.get("/as-asked", (c) => c.var.api.fetch(origin, { headers: c.req.header() }));
  return app;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("compressed answers", () => {
    QUnit.test("arrive whole at the app's own caller, whatever that accepts", async (assert) => {
      const done: string[] = [];
      const upstream = await startUpstream(done);
      const server = await startApp(appFor(`http://127.0.0.1:${upstream.port}`));
      try {
        for (const path of ["/", "/as-asked"]) {
          for (const accepted of [undefined, "gzip, deflate, br, zstd", "identity"]) {
            const headers: HeadersInit = accepted === undefined ? {} : { "accept-encoding": accepted };
            const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers });
            assert.deepEqual([response.status, await response.text()], [200, text], `${path} ${accepted}`);
          }
        }
        assert.deepEqual(done, ["gzip", "gzip", "gzip", "gzip", "gzip", "none"]);
      } finally {
        await Promise.all([server.close(), upstream.close()]);
      }
    });
  });
};
