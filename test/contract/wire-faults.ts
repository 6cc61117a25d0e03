/** Bad replies of an endpoint that identity sources ask. Hand-written. */
import type { ErrorCode, Recovery } from "@tokenhop/core";
import { canaryToken } from "../leak.ts";
import { json, NOW } from "./platform.ts";

/** The audience that every test asks for; its `/` and `:` must survive a query. */
export const AUDIENCE = "api://AzureADTokenExchange";

const seconds = NOW / 1000;

/** The subject of their tokens: a form that every source takes. */
const SUBJECT = "spiffe://issuer.example/someone";

/** A token for the audience of the tests that ends 300 s from now. */
export const freshToken = (): string =>
  canaryToken({ iss: "https://issuer.example", sub: SUBJECT, aud: [AUDIENCE], iat: seconds, exp: seconds + 300 });

/** One bad reply, and what it must come to. Hand-written. `good` is the text of a good reply with this token. */
interface Fault {
  readonly reply: (good: (token: unknown) => string) => Response;
  /** What can only be wrong in JSON. */
  readonly jsonOnly?: boolean;
  readonly code: ErrorCode;
  readonly recovery: Recovery | "notFound";
  readonly status?: number;
  readonly error?: string;
  /** What of the reply's own words must be in the message. */
  readonly says?: string;
  readonly retryAfterMs?: number;
}

const HTML = "<!doctype html><title>Sign in</title><p>Welcome</p>";
const failed = { code: "ERR_SOURCE_FAILED" } as const;
const unreadable = { code: "ERR_SOURCE_REPLY", recovery: "retry" } as const;

/** By what they are. */
export const faults: Readonly<Record<string, Fault>> = {
  "a page with status 200": { reply: () => new Response(HTML), ...unreadable },
  "an empty body": { reply: () => new Response(""), ...unreadable },
  "truncated JSON": {
    reply: (good) => new Response(good(freshToken()).slice(0, -9)),
    ...unreadable,
    jsonOnly: true,
  },
  "a JSON null": { reply: () => json(null), ...unreadable },
  "a reply without a token": { reply: (good) => new Response(good(undefined)), ...unreadable },
  "a token that is a number": { reply: (good) => new Response(good(5)), ...unreadable, jsonOnly: true },
  "an empty token": { reply: (good) => new Response(good("")), ...unreadable },
  "a blank token": { reply: (good) => new Response(good(" \n")), ...unreadable },
  "a token of two lines": { reply: (good) => new Response(good("a.b.c\r\nx-evil: 1")), ...unreadable },
  "400 with an OAuth error": {
    reply: () => json({ error: "invalid_request", error_description: "Identity not found" }, { status: 400 }),
    ...failed,
    recovery: "stop",
    status: 400,
    error: "invalid_request",
    says: "HTTP 400 invalid_request Identity not found (",
  },
  "400 with an error object": {
    reply: () => json({ error: { code: "bad_request_102", message: "Required metadata header" } }, { status: 400 }),
    ...failed,
    recovery: "stop",
    status: 400,
    error: "bad_request_102",
    says: "HTTP 400 bad_request_102 Required metadata header (",
  },
  "401 with a message": {
    reply: () => json({ message: "no" }, { status: 401 }),
    ...failed,
    recovery: "stop",
    status: 401,
  },
  "403 with a page": { reply: () => new Response(HTML, { status: 403 }), ...failed, recovery: "stop", status: 403 },
  "404": { reply: () => json({}, { status: 404 }), ...failed, recovery: "notFound", status: 404 },
  "408": { reply: () => json({}, { status: 408 }), ...failed, recovery: "retry", status: 408 },
  "429 with seconds": {
    reply: () => json({}, { status: 429, headers: { "retry-after": "7" } }),
    ...failed,
    recovery: "retry",
    status: 429,
    retryAfterMs: 7_000,
  },
  "429 with a date": {
    reply: () =>
      json(
        {},
        {
          status: 429,
          headers: { "retry-after": "Fri, 02 Jan 2026 10:00:30 GMT", date: "Fri, 02 Jan 2026 10:00:10 GMT" },
        },
      ),
    ...failed,
    recovery: "retry",
    status: 429,
    retryAfterMs: 20_000,
  },
  "429 with a date that has gone by": {
    reply: () => json({}, { status: 429, headers: { "retry-after": "Fri, 02 Jan 1998 10:00:30 GMT" } }),
    ...failed,
    recovery: "retry",
    status: 429,
    retryAfterMs: 0,
  },
  "429 with a pause of a day": {
    reply: () => json({}, { status: 429, headers: { "retry-after": "86400" } }),
    ...failed,
    recovery: "retry",
    status: 429,
    retryAfterMs: 3_600_000,
  },
  "500": {
    reply: () => json({ error: "unknown" }, { status: 500 }),
    ...failed,
    recovery: "retry",
    status: 500,
    error: "unknown",
  },
  "503 with a page": { reply: () => new Response(HTML, { status: 503 }), ...failed, recovery: "retry", status: 503 },
  "201": {
    reply: (good) => new Response(good(freshToken()), { status: 201 }),
    ...failed,
    recovery: "stop",
    status: 201,
  },
  "a huge body": {
    reply: (good) => new Response(good(freshToken()) + " ".repeat(300_000)),
    code: "ERR_HTTP_TOO_LARGE",
    recovery: "retry",
  },
  "a redirect": {
    reply: () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } }),
    code: "ERR_HTTP_REDIRECT",
    recovery: "stop",
  },
  "no answer": {
    reply: () => {
      throw new TypeError("fetch failed");
    },
    code: "ERR_HTTP_NETWORK",
    recovery: "retry",
  },
};
