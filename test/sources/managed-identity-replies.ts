/**
 * What each reply of a managed identity endpoint must come to when a provider asks. Written by hand from Microsoft's advice:
 * 404, 429, 5xx and timeouts five tries, 410 (which lasts up to 70 s) no longer than that, any other 4xx never again.
 */
import type { ErrorCode } from "@tokenhop/core";
import { canaryToken } from "../leak.ts";
import { seconds } from "./managed-identity-cases.ts";

/** One reply: a response, a connection that breaks, or one that never answers. */
export type Played = { readonly status: number; readonly body: string; readonly headers?: object } | "refused" | "hang";

export interface ReplyRow {
  readonly name: string;
  /** Played in order; the last one answers all further requests. */
  readonly replies: readonly Played[];
  /** A code, or the token. */
  readonly outcome: ErrorCode | "token";
  readonly attempts: number;
  /** From the first request to the outcome, with the longest pauses that chance may choose. */
  readonly longestMs: number;
  /** And with those in the middle. */
  readonly middleMs: number;
  /** What else the error says. */
  readonly says?: string;
}

const reply = (status: number, body: unknown, headers?: object): Played => ({
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
  ...(headers && { headers }),
});
const html = "<!DOCTYPE html><html><body><h1>Sign in to the network</h1></body></html>";
const updating = reply(410, { error: "gone", error_description: "IMDS is updating" });

/** Pauses of 1, 2, 4 and 8 s at the longest, and half of them in the middle. */
const fiveTries = { attempts: 5, longestMs: 15_000, middleMs: 7_500 } as const;
const onceOnly = { attempts: 1, longestMs: 0, middleMs: 0 } as const;

/** A token that the leak search knows is random, so the rows are made when a runtime allows that. */
export function makeReplyRows(): readonly ReplyRow[] {
  const token = canaryToken({ exp: seconds + 300 });
  const good = reply(200, { access_token: token, expires_on: String(seconds + 300), token_type: "Bearer" });
  return [
    // May pass.
    {
      name: "404 all the time",
      replies: [reply(404, { error: "not_found", error_description: "Identity is not there yet" })],
      outcome: "ERR_SOURCE_FAILED",
      ...fiveTries,
      says: "HTTP 404 not_found",
    },
    {
      name: "404 twice",
      replies: [reply(404, ""), reply(404, ""), good],
      outcome: "token",
      attempts: 3,
      longestMs: 3_000,
      middleMs: 1_500,
    },
    { name: "408", replies: [reply(408, "")], outcome: "ERR_SOURCE_FAILED", ...fiveTries },
    {
      name: "410 all the time",
      replies: [updating],
      outcome: "ERR_SOURCE_FAILED",
      attempts: 5,
      longestMs: 70_000,
      middleMs: 70_000,
    },
    {
      name: "410 for half a minute",
      replies: [updating, updating, good],
      outcome: "token",
      attempts: 3,
      longestMs: 35_000,
      middleMs: 35_000,
    },
    {
      name: "429",
      replies: [reply(429, { error: "throttled" })],
      outcome: "ERR_SOURCE_FAILED",
      ...fiveTries,
      says: "throttled",
    },
    {
      name: "429 with Retry-After",
      replies: [reply(429, "", { "retry-after": "3" }), good],
      outcome: "token",
      attempts: 2,
      longestMs: 3_000,
      middleMs: 3_000,
    },
    {
      name: "500",
      replies: [reply(500, { error: "unknown" })],
      outcome: "ERR_SOURCE_FAILED",
      ...fiveTries,
      says: "HTTP 500 unknown",
    },
    {
      name: "500 once",
      replies: [reply(500, ""), good],
      outcome: "token",
      attempts: 2,
      longestMs: 1_000,
      middleMs: 500,
    },
    { name: "502 in HTML", replies: [reply(502, html)], outcome: "ERR_SOURCE_FAILED", ...fiveTries },
    { name: "503", replies: [reply(503, "")], outcome: "ERR_SOURCE_FAILED", ...fiveTries },
    { name: "504", replies: [reply(504, "")], outcome: "ERR_SOURCE_FAILED", ...fiveTries },
    { name: "a refused connection", replies: ["refused"], outcome: "ERR_HTTP_NETWORK", ...fiveTries },
    // Each try ends after 10 s.
    {
      name: "no answer at all",
      replies: ["hang"],
      outcome: "ERR_STEP_TIMEOUT",
      attempts: 5,
      longestMs: 65_000,
      middleMs: 57_500,
    },
    {
      name: "no answer once",
      replies: ["hang", good],
      outcome: "token",
      attempts: 2,
      longestMs: 11_000,
      middleMs: 10_500,
    },
    // A page of something in between, or of a service that has just been started.
    {
      name: "200 with HTML",
      replies: [reply(200, html)],
      outcome: "ERR_SOURCE_REPLY",
      ...fiveTries,
      says: "missing, expected Object",
    },
    {
      name: "200 with HTML once",
      replies: [reply(200, html), good],
      outcome: "token",
      attempts: 2,
      longestMs: 1_000,
      middleMs: 500,
    },
    {
      name: "200 without access_token",
      replies: [reply(200, { expires_in: "300" })],
      outcome: "ERR_SOURCE_REPLY",
      ...fiveTries,
      says: "access_token: missing",
    },
    {
      name: "200 with an empty access_token",
      replies: [reply(200, { access_token: "" })],
      outcome: "ERR_SOURCE_REPLY",
      ...fiveTries,
      says: "access_token: expected a token",
    },
    {
      name: "200 with an unreadable end",
      replies: [reply(200, { access_token: token, expires_on: "soon" })],
      outcome: "ERR_SOURCE_REPLY",
      ...fiveTries,
      says: "expires_on: expected an instant",
    },
    // Never passes.
    {
      name: "400 for an identity that is not assigned",
      replies: [reply(400, { error: "invalid_request", error_description: "Identity not found" })],
      outcome: "ERR_SOURCE_FAILED",
      ...onceOnly,
      says: "HTTP 400 invalid_request Identity not found",
    },
    {
      name: "400 for a resource that does not exist",
      replies: [
        reply(400, {
          error: "invalid_resource",
          error_description: "AADSTS50001: The application named x was not found",
        }),
      ],
      outcome: "ERR_SOURCE_FAILED",
      ...onceOnly,
      says: "invalid_resource AADSTS50001",
    },
    {
      name: "400 for a header that a proxy took away",
      replies: [reply(400, { error: "bad_request_102", error_description: "Required metadata header not specified" })],
      outcome: "ERR_SOURCE_FAILED",
      ...onceOnly,
      says: "bad_request_102",
    },
    {
      name: "401",
      replies: [reply(401, { error: "unknown_source" })],
      outcome: "ERR_SOURCE_FAILED",
      ...onceOnly,
      says: "HTTP 401 unknown_source",
    },
    {
      name: "403",
      replies: [reply(403, { error: { code: "forbidden", message: "No" } })],
      outcome: "ERR_SOURCE_FAILED",
      ...onceOnly,
      says: "HTTP 403 forbidden No",
    },
    {
      name: "Docker Desktop in the place of IMDS",
      replies: [
        reply(
          403,
          "connecting to 169.254.169.254:80: connecting to 169.254.169.254:80: dial tcp 169.254.169.254:80: connectex: A socket operation was attempted to an unreachable network.",
        ),
      ],
      outcome: "ERR_SOURCE_UNAVAILABLE",
      ...onceOnly,
      says: "IMDS cannot be reached from here",
    },
    {
      name: "a redirect",
      replies: [reply(302, "", { location: "http://169.254.169.254/elsewhere" })],
      outcome: "ERR_HTTP_REDIRECT",
      ...onceOnly,
    },
    // Answers in the shapes that hosts have.
    { name: "expires_on as a text", replies: [good], outcome: "token", ...onceOnly },
    {
      name: "expires_on in ISO 8601",
      replies: [reply(200, { access_token: token, expires_on: "2026-01-01T00:05:00.000Z" })],
      outcome: "token",
      ...onceOnly,
    },
    {
      name: "expires_in as a text and nothing else",
      replies: [reply(200, { access_token: token, expires_in: "300" })],
      outcome: "token",
      ...onceOnly,
    },
    { name: "nothing but the token", replies: [reply(200, { access_token: token })], outcome: "token", ...onceOnly },
  ];
}
