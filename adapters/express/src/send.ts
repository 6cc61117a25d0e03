/** A web `Response` as the answer of Express. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response as ExpressResponse } from "express";

/** What belongs to one connection and not to the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP = [
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
/** What may be set already, and speaks of another body. */
const OF_THE_BODY = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-range",
  "etag",
  "last-modified",
];

function copyHead({ status, headers }: Response, response: ExpressResponse): void {
  const named = (headers.get("connection") ?? "").toLowerCase().split(/\s*,\s*/);
  const dropped = new Set(["connection", ...HOP_BY_HOP, ...named]);
  for (const name of OF_THE_BODY) response.removeHeader(name);
  response.status(status);
  for (const [name, value] of headers) if (!dropped.has(name)) response.setHeader(name, value);
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
}

/**
 * Answers with a web `Response`, such as `res.locals.graph.fetch(url)` gives: its status, its headers and its body, which is
 * passed on as it comes and no faster than the client reads. When the client goes away the body is cancelled. Headers that are
 * already set stay, but for those of the same name and those that describe a body.
 *
 * @param response Express' response; nothing may have been sent yet.
 * @param answer The response to hand on, or a promise of it.
 * @returns When the answer is sent, or the client is gone. Rejects as `answer` does, and when its body fails on the way: hand
 * the promise to Express by returning it.
 *
 * @example
 * ```ts
 * import type { Attached, CredentialProvider } from "@tokenhop/core";
 * import { send } from "@tokenhop/express";
 * import express, { type Response } from "express";
 *
 * const app = express();
 * app.get("/api/users", (_req, res: Response<unknown, Attached<{ graph: CredentialProvider }>>) =>
 *   send(res, res.locals.graph.fetch("https://graph.microsoft.com/v1.0/users")),
 * );
 * ```
 */
export async function send(response: ExpressResponse, answer: Response | Promise<Response>): Promise<void> {
  const sent = await answer;
  const isHead = response.req.method === "HEAD";
  // The client may have gone meanwhile, or been answered by somebody else. Not waited for: a copy that is kept would be.
  if (isHead || response.destroyed || response.headersSent) sent.body?.cancel().catch(() => undefined);
  if (response.destroyed) return;
  copyHead(sent, response);
  if (isHead || !sent.body) {
    response.end();
    return;
  }
  // The types of streams are declared twice, for the web and for Node.
  const body = Readable.fromWeb(sent.body as never);
  await pipeline(body, response).catch((error) => {
    // The client went away: nobody is left to be told.
    if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  });
}
