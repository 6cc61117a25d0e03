/** A compressed answer of a downstream, handed on by an app through a real server, as the README's programs do. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
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

/** A downstream that compresses whenever it may, and what it was asked with. */
function startUpstream(encodings: (string | undefined)[]): Promise<Listening> {
  const server = createServer((request, response) => {
    encodings.push(request.headers["accept-encoding"]?.toString());
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(gzipSync(text));
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

export const suite: Suite = (QUnit) => {
  QUnit.module("compressed answers", () => {
    QUnit.test("arrive whole at the app's own caller", async (assert) => {
      const encodings: (string | undefined)[] = [];
      const upstream = await startUpstream(encodings);
      const origin = `http://127.0.0.1:${upstream.port}`;
      const providers = { api: testProvider({ hosts: [origin] }) };
      const app = new Hono<DownstreamEnv<typeof providers>>();
      app.use(downstream(providers));
      app.get("/", (c) => c.var.api.fetch(origin));
      app.get("/as-asked", (c) => c.var.api.fetch(origin, { headers: c.req.header() }));
      const server = await startApp(app);
      for (const path of ["/", "/as-asked"]) {
        const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
        assert.deepEqual([response.status, await response.text()], [200, text], path);
      }
      assert.ok(
        encodings.every((encoding) => encoding?.includes("gzip")),
        encodings.join("; "),
      );
      await Promise.all([server.close(), upstream.close()]);
    });
  });
};
