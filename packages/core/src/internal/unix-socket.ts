/**
 * `fetch` over a unix socket. Each runtime that can do it has a way of its own, so its globals are read here as they are in
 * `platform.ts`. The file is apart from that one so that a bundle without Fly carries nothing of it.
 */
import type { Fetch } from "../types.ts";

/** A reply as Node has it. */
interface Incoming extends AsyncIterable<Uint8Array> {
  readonly statusCode: number;
  readonly headersDistinct: Readonly<Record<string, readonly string[]>>;
}

/** A request as Node has it. */
interface Outgoing {
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "close", listener: () => void): void;
  on(event: "response", listener: (reply: Incoming) => void): void;
  end(body: unknown): void;
  destroy(): void;
}

type NodeRequest = (options: Readonly<Record<string, unknown>>) => Outgoing;

/** What runtimes have of it. */
interface Globals {
  readonly Bun?: unknown;
  readonly Deno?: { createHttpClient(options: { readonly proxy: object }): object };
  readonly process?: { getBuiltinModule?(id: string): { readonly request?: NodeRequest } | undefined };
  readonly navigator?: { readonly userAgent?: string };
}

/** Replies that a `Response` takes no body for. */
const BODILESS: readonly number[] = [204, 205, 304];

/** A reply of Node's as everybody else has it. */
function responseOf(reply: Incoming, outgoing: Outgoing): Response {
  const headers = Object.entries(reply.headersDistinct).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const init = { status: reply.statusCode, headers };
  if (BODILESS.includes(reply.statusCode)) {
    // Whatever is in it, nobody can read it, and unread it would keep the connection.
    outgoing.destroy();
    return new Response(null, init);
  }
  const chunks = reply[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    // Whoever has had enough wants no more sent.
    cancel: () => outgoing.destroy(),
  });
  return new Response(body, init);
}

/** Node's own `fetch` knows no sockets. This follows no redirect, which nobody here wants. */
function nodeFetch(socketPath: string, request: NodeRequest): Fetch {
  return (input, { method = "GET", headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const { host, pathname, search } = new URL(String(input));
      const outgoing = request({
        socketPath,
        path: pathname + search,
        method,
        headers: { ...Object.fromEntries(new Headers(headers)), host },
        // Ends what is on its way, the reply included.
        signal: signal ?? undefined,
      });
      outgoing.on("error", reject);
      // Where a server switches to another protocol (101) there is neither an error nor a reply.
      outgoing.on("close", () => reject(new TypeError("there is no reply")));
      outgoing.on("response", (reply) => {
        try {
          resolve(responseOf(reply, outgoing));
        } catch (error) {
          // A status that there is none of.
          outgoing.destroy();
          reject(error);
        }
      });
      outgoing.end(body);
    });
}

/**
 * A `fetch` all of whose requests go to this socket, whatever host their URL names; undefined where the runtime has no such
 * thing. Nothing is opened before the first request. Deno writes the whole URL into the request line, which servers must take
 * (RFC 9112, 3.2.2), and asks for the permissions `net`, `read` and `write`.
 */
export function unixSocketFetch(path: string): Fetch | undefined {
  const { Bun, Deno, process, navigator } = globalThis as Globals;
  if (Bun) return (input, init) => fetch(input, { ...init, unix: path } as RequestInit);
  if (Deno) {
    let client: object | undefined;
    return (input, init) => {
      client ??= Deno.createHttpClient({ proxy: { transport: "unix", path } });
      return fetch(input, { ...init, client } as RequestInit);
    };
  }
  // Workers have the module, for compatibility, and no sockets of this kind.
  if (navigator?.userAgent === "Cloudflare-Workers") return undefined;
  const request = process?.getBuiltinModule?.("node:http")?.request;
  return request && nodeFetch(path, request);
}
