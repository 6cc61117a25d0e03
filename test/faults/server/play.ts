/** Answers one request of a cell in the way that its program says, and logs what was done to it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Entry, Hop, Play } from "../protocol.ts";
import { type Cell, changed, gave, until } from "./cell.ts";
import { goodReply, jsonReply, type Reply, replyOf } from "./replies.ts";
import { serverNowS } from "./tokens.ts";

const megabytes10 = 10 * 1024 * 1024;
const dripEveryMs = 40;
/** After so many bytes a client has seen that the answer comes, and how. */
const dripsSeen = 3;
/** Long enough for what was written to be read: a reset takes back what the client has not fetched yet. */
const readMs = 60;
const heldForMs = 25_000;

/** A request, its answer, and its line in the log. */
interface Exchange {
  readonly cell: Cell;
  readonly entry: Entry;
  readonly response: ServerResponse;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}

function begin({ entry, response }: Exchange, { status, headers, body }: Reply, bytes = Buffer.byteLength(body)): void {
  entry.status = status;
  response.writeHead(status, {
    ...headers,
    "content-length": bytes,
    date: new Date(serverNowS * 1000).toUTCString(),
  });
}

function answer(exchange: Exchange, reply: Reply): void {
  begin(exchange, reply);
  exchange.response.end(reply.body);
}

function reset(exchange: Exchange, reply: Reply): void {
  begin(exchange, reply);
  const { cell, entry, response } = exchange;
  response.write(reply.body.slice(0, reply.body.length / 2), () => {
    setTimeout(() => {
      entry.end = "reset";
      response.socket?.resetAndDestroy();
      changed(cell);
    }, readMs);
  });
}

function drip(exchange: Exchange, reply: Reply): void {
  begin(exchange, reply);
  const { cell, entry, response } = exchange;
  let sent = 0;
  const timer = setInterval(() => {
    response.write(reply.body.charAt(sent++));
    if (sent !== dripsSeen) return;
    entry.hanging = true;
    changed(cell);
  }, dripEveryMs);
  response.on("close", () => clearInterval(timer));
}

/** More than anyone should read, sent no faster than it is. */
function flood(exchange: Exchange): void {
  begin(exchange, jsonReply({}), megabytes10);
  const { response } = exchange;
  const chunk = Buffer.alloc(64 * 1024, " ");
  let left = megabytes10;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length;
      if (left === 0) response.end(chunk);
      else if (!response.write(chunk)) return void response.once("drain", more);
    }
  };
  more();
}

/** What an honest server would refuse would hide a mistake of ours behind a fault. */
function isProper(cell: Cell, hop: Hop, request: IncomingMessage, body: string): boolean {
  if (hop === "target")
    return request.method === "POST" && gave(cell, new URLSearchParams(body).get("client_assertion"));
  return request.method === "GET" && /\baudience=api%3A%2F%2FAzureADTokenExchange$/.test(request.url ?? "");
}

async function perform(exchange: Exchange, play: Play, elsewhere: string): Promise<void> {
  const { cell, entry } = exchange;
  const { hop } = entry;
  if (play === "good") return answer(exchange, goodReply(cell, hop));
  if (play === "reset in mid-body") return reset(exchange, goodReply(cell, hop));
  if (play === "slow drip") return drip(exchange, goodReply(cell, hop));
  if (play === "10 MB") return flood(exchange);
  const reply = play === "held" ? undefined : replyOf(play, cell, hop, elsewhere);
  if (reply) return answer(exchange, reply);
  entry.hanging = true;
  changed(cell);
  if (play !== "held") return;
  await until(cell, () => cell.plays[hop] !== "held", heldForMs);
  entry.hanging = false;
  await perform(exchange, cell.plays[hop], elsewhere);
}

/** Takes a request for an endpoint of a cell. */
export async function serveCell(
  cell: Cell,
  hop: Hop,
  request: IncomingMessage,
  response: ServerResponse,
  elsewhere: string,
): Promise<void> {
  const play = cell.plays[hop];
  const entry: Entry = { hop, play, method: request.method ?? "", hanging: false, end: "open" };
  cell.entries.push(entry);
  response.on("close", () => {
    if (entry.end === "open") entry.end = response.writableFinished ? "finished" : "left";
    changed(cell);
  });
  const body = await bodyOf(request);
  const exchange: Exchange = { cell, entry, response };
  if (isProper(cell, hop, request, body)) await perform(exchange, play, elsewhere);
  else answer(exchange, jsonReply({ error: "invalid_request" }, 400));
}
