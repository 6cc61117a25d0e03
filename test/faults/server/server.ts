/**
 * A server of faults on loopback, with real sockets. It plays the two endpoints of any number of cells, each under a path of
 * its own (`/cells/ID/source`, `/cells/ID/target`), is programmed over a control port, and logs what it was asked and did.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { makeCertificate } from "@tokenhop/emulator/serve";
import type { CellLog, Hop, Program, Routes } from "../protocol.ts";
import { type Cell, newCell, programme, until } from "./cell.ts";
import { serveCell } from "./play.ts";
import { openUntrusted } from "./untrusted.ts";

const host = "127.0.0.1";
/** Another name, where redirects point to: whatever it resolves to first, the server listens there. */
const otherHost = "localhost";
/** A client that takes a kept connection in the moment in which the server ends it would see a fault that is none of ours. */
const keptForMs = 120_000;
const patienceMs = 20_000;

type Handler = (request: IncomingMessage, response: ServerResponse, path: readonly string[]) => Promise<void> | void;

async function listen(handler: Handler, hostname = host): Promise<Server> {
  const server = createServer({ keepAliveTimeout: keptForMs, requestTimeout: 0 }, (request, response) => {
    const path = new URL(request.url ?? "/", `http://${host}`).pathname.split("/").slice(1);
    Promise.resolve(handler(request, response, path)).catch(() => response.destroy());
  });
  server.listen(0, hostname);
  await once(server, "listening");
  return server;
}

const originOf = (server: Server, hostname = host): string =>
  `http://${hostname}:${(server.address() as AddressInfo).port}`;

/** What a connection to a port comes to: an error's code, or `open`. */
function probe(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, host);
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    socket.on("connect", () => {
      resolve("open");
      socket.destroy();
    });
  });
}

/** A port where nobody listens, below those that a system gives to whoever asks for any. */
async function deadPort(): Promise<number> {
  for (let port = 20_011; port < 30_000; port += 97) {
    if ((await probe(port)) === "ECONNREFUSED") return port;
  }
  throw new Error("Somebody listens on every port");
}

function reply(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function jsonOf(request: IncomingMessage): Promise<Program> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text === "" ? {} : (JSON.parse(text) as Program);
}

/** Starts it. `control` is what the tests need to know; `close` ends every connection. */
export async function startFaultServer(): Promise<{ readonly control: string; close(): void }> {
  const cells = new Map<string, Cell>();
  const certificate = await makeCertificate([host]);
  const dead = await deadPort();
  const cellOf = (id: string): Cell => {
    const cell = cells.get(id) ?? newCell();
    cells.set(id, cell);
    return cell;
  };

  const elsewhere = await listen((_request, response, [, id = ""]) => {
    cellOf(id).elsewhere++;
    reply(response, {});
  }, otherHost);
  const main = await listen((request, response, [, id = "", hop]) =>
    serveCell(cellOf(id), hop as Hop, request, response, `${originOf(elsewhere, otherHost)}/cells/${id}`),
  );

  const routesOf = async (cell: Cell): Promise<Routes> => {
    if (Object.values(cell.plays).includes("TLS failure")) cell.untrusted ??= await openUntrusted(certificate, host);
    const route = (hop: Hop): string => {
      if (cell.plays[hop] === "refused") return `http://${host}:${dead}`;
      return (cell.plays[hop] === "TLS failure" && cell.untrusted?.origin) || originOf(main);
    };
    return { source: route("source"), target: route("target") };
  };

  const logOf = async (cell: Cell): Promise<CellLog> => {
    await until(cell, () => cell.entries.every(({ end }) => end !== "open"), patienceMs);
    const { entries, tokens, elsewhere, untrusted } = cell;
    const tls = { connections: untrusted?.connections ?? 0, handshakes: untrusted?.handshakes ?? 0 };
    return { entries, tokens, elsewhere, tls, refusal: await probe(dead) };
  };

  const control = await listen(async (request, response, [, id = "", what, hop, count]) => {
    const cell = cellOf(id);
    if (request.method === "POST") {
      programme(cell, await jsonOf(request));
      return reply(response, await routesOf(cell));
    }
    if (what === "log") return reply(response, await logOf(cell));
    const hangs = (): boolean => cell.entries.filter((one) => one.hop === hop && one.hanging).length >= Number(count);
    reply(response, {}, (await until(cell, hangs, patienceMs)) ? 200 : 504);
  });

  return {
    control: originOf(control),
    close() {
      for (const server of [main, elsewhere, control]) {
        server.close();
        server.closeAllConnections();
      }
      for (const { untrusted } of cells.values()) untrusted?.close();
    },
  };
}
