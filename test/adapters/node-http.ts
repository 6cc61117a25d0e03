/** Node's requests and responses as those of the Web and back, for the apps under test of frameworks that are built on them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** The request, its body unread. */
export function requestOf(message: IncomingMessage): Request {
  const { method = "GET", url = "/", headers } = message;
  const sent = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(url, `http://${headers.host ?? "127.0.0.1"}`), {
    method,
    headers: sent,
    ...(hasBody && { body: Readable.toWeb(message) as unknown as ReadableStream, duplex: "half" }),
  });
}

/** Sends the response, as fast as the client reads it. Headers that are set already stay, unless the response has the same. */
export async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  if (answer.body === null) response.end();
  else await pipeline(Readable.fromWeb(answer.body as never), response);
}
