/** What every identity source that asks an endpoint must do. Run by `source.ts`. */
import type { ErrorCode, IdentitySource, Recovery } from "@tokenhop/core";
import type { QUnitLike } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { assertHides, contextFor, failureOf, fakePlatform, json, NOW } from "./platform.ts";

/** The audience that every test asks for; its `/` and `:` must survive a query. */
export const AUDIENCE = "api://AzureADTokenExchange";

/** How a source talks to an endpoint. */
export interface WireContract {
  readonly env: Readonly<Record<string, string>>;
  /** The body of a good reply whose token is this. */
  body(token: unknown): unknown;
  /** Name of the parameter of the query that the audience stands in. */
  readonly audienceParameter: string;
  /** The secret of the request, if it has one. */
  readonly secret?: string;
  /** What a 404 means. */
  readonly notFound: Recovery;
}

const seconds = NOW / 1000;

/** A token for the audience of the tests that ends 300 s from now. */
export const freshToken = (): string =>
  canaryToken({ iss: "https://issuer.example", sub: "someone", aud: [AUDIENCE], iat: seconds, exp: seconds + 300 });

/** One bad reply, and what it must come to. Hand-written. */
interface Fault {
  readonly reply: (wire: WireContract) => Response;
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

const faults: Readonly<Record<string, Fault>> = {
  "a page with status 200": { reply: () => new Response(HTML), ...unreadable },
  "an empty body": { reply: () => new Response(""), ...unreadable },
  "truncated JSON": {
    reply: ({ body }) => new Response(JSON.stringify(body(freshToken())).slice(0, -9)),
    ...unreadable,
  },
  "a JSON null": { reply: () => json(null), ...unreadable },
  "a reply without a token": { reply: ({ body }) => json(body(undefined)), ...unreadable },
  "a token that is a number": { reply: ({ body }) => json(body(5)), ...unreadable },
  "an empty token": { reply: ({ body }) => json(body("")), ...unreadable },
  "a blank token": { reply: ({ body }) => json(body(" \n")), ...unreadable },
  "a token of two lines": { reply: ({ body }) => json(body("a.b.c\r\nx-evil: 1")), ...unreadable },
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
  "201": { reply: ({ body }) => json(body(freshToken()), { status: 201 }), ...failed, recovery: "stop", status: 201 },
  "a huge body": {
    reply: ({ body }) => json({ ...(body(freshToken()) as object), more: "x".repeat(300_000) }),
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

/** Registers what is said of the wire. */
export function wireContract(QUnit: QUnitLike, create: () => IdentitySource, wire: WireContract): void {
  const { env } = wire;

  QUnit.test("asks once, for the audience, and follows no redirect", async (assert) => {
    const platform = fakePlatform({ env, respond: () => json(wire.body(freshToken())) });
    await create().getToken({ audience: `${AUDIENCE}?a=b&c d` }, contextFor(platform));
    const sent = platform.requests.map(({ method, redirect, url }) => [
      method,
      redirect,
      url.searchParams.getAll(wire.audienceParameter),
    ]);
    assert.deepEqual(sent, [["GET", "manual", [`${AUDIENCE}?a=b&c d`]]]);
  });

  QUnit.test("corrects the expiry by the clock of the reply", async (assert) => {
    const token = freshToken();
    const headers = { date: new Date(NOW - 60_000).toUTCString() };
    const platform = fakePlatform({ env, respond: () => json(wire.body(token), { headers }) });
    const { expiresAt } = await create().getToken({ audience: AUDIENCE }, contextFor(platform));
    assert.strictEqual(
      expiresAt,
      NOW + 360_000,
      "it ends 300 s after the server's now, which is 60 s ahead of its date",
    );
  });

  for (const [name, { reply, code, recovery, ...fields }] of Object.entries(faults)) {
    QUnit.test(`answers ${name} with its code`, async (assert) => {
      const platform = fakePlatform({ env, respond: () => reply(wire) });
      const error = await failureOf(() => create().getToken({ audience: AUDIENCE }, contextFor(platform)));
      const { status, retryAfterMs } = error;
      assert.deepEqual(
        { code: error.code, recovery: error.recovery, status, error: error.error, retryAfterMs, step: error.step },
        {
          code,
          recovery: recovery === "notFound" ? wire.notFound : recovery,
          status: fields.status,
          error: fields.error,
          retryAfterMs: fields.retryAfterMs,
          step: create().name,
        },
      );
      assert.ok(error.message.includes(fields.says ?? ""), error.message);
      assert.strictEqual(platform.requests.length, 1, "it does not retry by itself");
    });
  }

  QUnit.test("keeps what a server echoes out of the error", async (assert) => {
    const token = freshToken();
    const secrets = wire.secret === undefined ? [token] : [token, wire.secret];
    const echo = `got ${secrets.join(" and ")}\u0000`;
    for (const body of [
      { error: echo, error_description: echo, correlationId: echo },
      { message: echo },
      { error: { code: echo, message: echo } },
    ]) {
      const platform = fakePlatform({ env, respond: () => json(body, { status: 400 }) });
      const error = await failureOf(() => create().getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.notOk(error.message.includes("\u0000"), "no control characters");
      assert.ok(error.message.includes("got [redacted]"), "the rest is still there");
      assertHides(assert, error, secrets);
    }
  });

  QUnit.test("rejects with the signal's reason when it aborts on the way", async (assert) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const platform = fakePlatform({ env, respond: () => new Promise(() => controller.abort(reason)) });
    const asked = create().getToken({ audience: AUDIENCE }, contextFor(platform, { signal: controller.signal }));
    await assert.rejects(asked, (error) => error === reason);
  });
}
