/** The source for Fly over a real unix socket, by what each runtime has for that. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createConnections, type Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultPlatform } from "@tokenhop/core";
import { fly } from "@tokenhop/core/sources/fly";
import { unixSocketFetch } from "../../packages/core/src/internal/unix-socket.ts";
import { contextFor, failureOf } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";

interface Asked {
  readonly method: string | undefined;
  readonly path: string;
  readonly host: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

/** Runs with a server that listens at a socket of its own. */
async function listening(server: NetServer, run: (socket: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-"));
  const socket = join(folder, "api");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    await run(socket);
  } finally {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs with a server that answers so; `ended` is when one of its replies has, or its connection. */
async function withSocket(
  answer: (response: ServerResponse) => void,
  run: (socket: string, asked: Asked[], ended: Promise<void>) => Promise<void>,
): Promise<void> {
  const asked: Asked[] = [];
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const server = createServer(async (request, response) => {
    // A server must take a whole URL in the place of a path (RFC 9112, 3.2.2), which is how Deno asks.
    const { pathname, search } = new URL(request.url ?? "", "http://localhost");
    const { host, "content-type": type } = request.headers;
    response.on("close", end);
    asked.push({ method: request.method, path: pathname + search, host, type, body: await bodyOf(request) });
    answer(response);
  });
  await listening(server, async (socket) => {
    try {
      await run(socket, asked, ended);
    } finally {
      server.closeAllConnections();
    }
  });
}

/** Runs with a server that says this to whoever asks, and ends the connection. */
async function withConnection(reply: string, run: (socket: string) => Promise<void>): Promise<void> {
  const server = createConnections((connection) => {
    connection.on("error", () => undefined);
    connection.once("data", () => connection.end(reply));
  });
  await listening(server, run);
}

const platform = { ...defaultPlatform(), env: { FLY_MACHINE_ID: "3287114c9d0185" } };
const ask = (socket: string, signal: AbortSignal = new AbortController().signal) =>
  fly({ fetch: unixSocketFetch(socket) }).getToken({ audience: AUDIENCE }, contextFor(platform, { signal }));

export const suite: Suite = (QUnit) => {
  QUnit.module("a unix socket", () => {
    QUnit.test("is asked for a token, again and again", async (assert) => {
      const exp = Math.floor(Date.now() / 1000) + 600;
      const token = canaryToken({ aud: AUDIENCE, exp });
      await withSocket(
        (response) => response.writeHead(200, { "content-type": "text/plain" }).end(`${token}\n`),
        async (socket, asked) => {
          const source = fly({ fetch: unixSocketFetch(socket) });
          for (let times = 0; times < 3; times++) {
            const given = await source.getToken({ audience: AUDIENCE }, contextFor(platform));
            assert.ok(given.token.reveal() === token);
            assert.ok(Math.abs((given.expiresAt ?? 0) - exp * 1_000) < 5_000);
          }
          const one: Asked = {
            method: "POST",
            path: "/v1/tokens/oidc",
            host: "localhost",
            type: "application/json",
            body: JSON.stringify({ aud: AUDIENCE }),
          };
          assert.deepEqual(asked, [one, one, one]);
        },
      );
    });

    QUnit.test("gives status, headers and text of a refusal", async (assert) => {
      await withSocket(
        (response) => response.writeHead(429, { "retry-after": "7" }).end(JSON.stringify({ error: "slow down" })),
        async (socket) => {
          const error = await failureOf(() => ask(socket));
          assert.deepEqual([error.status, error.retryAfterMs, error.error], [429, 7_000, "slow down"]);
        },
      );
    });

    QUnit.test("follows no redirect", async (assert) => {
      await withSocket(
        (response) => response.writeHead(307, { location: "http://localhost/elsewhere" }).end(),
        async (socket, asked) => {
          assert.strictEqual((await failureOf(() => ask(socket))).code, "ERR_HTTP_REDIRECT");
          assert.strictEqual(asked.length, 1);
        },
      );
    });

    QUnit.test("answers without a body, or with one of many pieces", async (assert) => {
      for (const status of [204, 304]) {
        await withSocket(
          (response) => response.writeHead(status).end(),
          async (socket) => {
            const response = await unixSocketFetch(socket)?.("http://localhost/");
            assert.deepEqual([response?.status, await response?.text()], [status, ""]);
          },
        );
      }
      await withSocket(
        (response) => {
          response.writeHead(200, { "x-many": ["a", "b"] });
          for (let piece = 0; piece < 50; piece++) response.write(`${piece} `.repeat(500));
          response.end("the end");
        },
        async (socket, asked) => {
          const response = await unixSocketFetch(socket)?.("http://localhost/a?b=c", { headers: { "x-more": "1" } });
          assert.strictEqual(response?.headers.get("x-many"), "a, b");
          assert.deepEqual([asked[0]?.method, asked[0]?.path], ["GET", "/a?b=c"]);
          const text = (await response?.text()) ?? "";
          assert.strictEqual(text.split(" ").length, 25_002);
          assert.ok(text.endsWith("49 the end"));
        },
      );
    });

    QUnit.test("a server that switches protocols is no answer, nor one to wait for", async (assert) => {
      const says = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n";
      await withConnection(says, async (socket) => {
        const error = await failureOf(() => ask(socket, AbortSignal.timeout(5_000)));
        // Deno makes a reply of it, which is a refusal then.
        const refused = navigator.userAgent.startsWith("Deno");
        assert.strictEqual(error.code, refused ? "ERR_SOURCE_FAILED" : "ERR_HTTP_NETWORK");
      });
    });

    QUnit.test("what nobody can read is not waited for", async (assert) => {
      // Only Node's way is ours.
      if (!navigator.userAgent.startsWith("Node")) return assert.ok(true);
      let timer: ReturnType<typeof setInterval> | undefined;
      await withSocket(
        (response) => {
          response.writeHead(205);
          timer = setInterval(() => response.write("x".repeat(65_536)), 1);
        },
        async (socket, _asked, ended) => {
          const response = await unixSocketFetch(socket)?.("http://localhost/");
          assert.strictEqual(response?.status, 205);
          await ended;
        },
      );
      clearInterval(timer);
    });

    QUnit.test("a reply without end is left, and its server told", async (assert) => {
      let timer: ReturnType<typeof setInterval> | undefined;
      await withSocket(
        (response) => {
          timer = setInterval(() => response.write("x".repeat(65_536)), 1);
        },
        async (socket, _asked, ended) => {
          const error = await failureOf(() => ask(socket));
          assert.deepEqual([error.code, error.recovery], ["ERR_HTTP_TOO_LARGE", "retry"]);
          await ended;
        },
      );
      clearInterval(timer);
    });

    for (const [when, answer] of [
      ["before the reply", () => undefined],
      ["in the middle of it", (response: ServerResponse) => void response.write("eyJ")],
    ] as const) {
      QUnit.test(`a caller who goes ${when} is not waited for, and the server is told`, async (assert) => {
        const controller = new AbortController();
        const reason = new Error("enough");
        await withSocket(
          (response) => {
            answer(response);
            setTimeout(() => controller.abort(reason), 50);
          },
          async (socket, asked, ended) => {
            await assert.rejects(ask(socket, controller.signal), (error) => error === reason);
            await ended;
            assert.strictEqual(asked.length, 1);
          },
        );
      });
    }

    for (const [what, reply] of [
      ["ends before the reply", ""],
      ["ends in the reply's head", "HTTP/1.1 200 OK\r\ncontent-le"],
      ["ends in the token", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\neyJhbGciOiJ.e30.c2ln"],
      ["ends between two pieces", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\na.b.c\r\n"],
      ["speaks something else", "+OK 1\r\n"],
      ["says a status that there is none of", "HTTP/1.1 9999 What\r\n\r\n"],
    ] as const) {
      QUnit.test(`a connection that ${what} is no answer`, async (assert) => {
        await withConnection(reply, async (socket) => {
          const error = await failureOf(() => ask(socket));
          assert.deepEqual([error.code, error.recovery], ["ERR_HTTP_NETWORK", "retry"]);
        });
      });
    }

    QUnit.test("a socket that is not there is no answer", async (assert) => {
      const error = await failureOf(() => ask(join(tmpdir(), "tokenhop-no-such-socket")));
      assert.deepEqual([error.code, error.recovery], ["ERR_HTTP_NETWORK", "retry"]);
    });
  });
};
