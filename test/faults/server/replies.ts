/** Replies that are complete as far as HTTP is concerned, whatever is in them. */
import type { Fault, Hop } from "../protocol.ts";
import { type Cell, issue, nextIdentityToken } from "./cell.ts";
import { accessToken, serverNowS } from "./tokens.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const page = "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>";
const html = { "content-type": "text/html" };
const json = { "content-type": "application/json" };

const dateIn = (seconds: number): string => new Date((serverNowS + seconds) * 1000).toUTCString();

export function jsonReply(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...json, ...headers }, body: JSON.stringify(body) };
}

/** What identity endpoints and token endpoints answer when all is well. */
function grant(cell: Cell, hop: Hop, lifetimeS: number | undefined): Readonly<Record<string, unknown>> {
  if (hop === "source") return { count: 1, value: nextIdentityToken(cell, lifetimeS) };
  const token = issue(cell, accessToken(cell.tokens.length));
  return { token_type: "Bearer", access_token: token, ...(lifetimeS !== undefined && { expires_in: lifetimeS }) };
}

export const goodReply = (cell: Cell, hop: Hop): Reply => jsonReply(grant(cell, hop, cell.lifetimesS[hop]));

const busy = { error: "temporarily_unavailable", error_description: "Try again later" };

type Whole = Exclude<Fault, "timeout" | "refused" | "reset in mid-body" | "TLS failure" | "10 MB" | "slow drip">;

const replies: Readonly<Record<Whole, (cell: Cell, hop: Hop, elsewhere: string) => Reply>> = {
  "429": () => jsonReply(busy, 429),
  "429 with seconds": () => jsonReply(busy, 429, { "retry-after": "7" }),
  "429 with a date": () => jsonReply(busy, 429, { "retry-after": dateIn(30) }),
  "500": () => jsonReply({ error: "server_error" }, 500),
  "502 with a page": () => ({ status: 502, headers: html, body: page }),
  "503": () => jsonReply(busy, 503),
  "200 with a page": () => ({ status: 200, headers: html, body: page }),
  "truncated JSON": (cell, hop) => {
    const whole = goodReply(cell, hop);
    return { ...whole, body: whole.body.slice(0, -9) };
  },
  "wrong types": (cell, hop) =>
    jsonReply({ ...grant(cell, hop, 3_600), value: 5, access_token: ["a"], expires_in: {} }),
  "no expiry": (cell, hop) => jsonReply(grant(cell, hop, undefined)),
  "expired on arrival": (cell, hop) => jsonReply(grant(cell, hop, hop === "source" ? -1 : 0)),
  // A 307 would have the client send its body again, assertion and all.
  redirect: (_cell, _hop, elsewhere) => ({ status: 307, headers: { location: elsewhere }, body: "" }),
};

/** The reply of a fault, unless it is one of those that break a connection. */
export const replyOf = (fault: Fault, cell: Cell, hop: Hop, elsewhere: string): Reply | undefined =>
  fault in replies ? replies[fault as Whole](cell, hop, elsewhere) : undefined;
