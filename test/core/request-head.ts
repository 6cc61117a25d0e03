import { isTokenError, problemResponse, requestHead } from "@tokenhop/core";
import { assertHides, failureOf } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";

type Head = Parameters<typeof requestHead>[0];

/** Hand-written: the request line and the host as a client may write them, and the URL that comes of it. */
const urls: readonly (readonly [what: string, url: string | undefined, host: string | undefined, expected: string])[] =
  [
    ["a path", "/v1/things?x=1", "api.example", "http://api.example/v1/things?x=1"],
    ["no URL", undefined, "api.example", "http://api.example/"],
    ["an empty URL", "", "api.example", "http://api.example/"],
    ["a port", "/", "api.example:8443", "http://api.example:8443/"],
    ["an address", "/", "[::1]:3000", "http://[::1]:3000/"],
    ["no host, as HTTP/1.0 may", "/x", undefined, "http://localhost/x"],
    ["OPTIONS *", "*", "api.example", "http://api.example/"],
    ["a fragment, which no client sends", "/a#b", "api.example", "http://api.example/a"],
    ["a path that looks like a host", "//evil.example/x", "api.example", "http://api.example//evil.example/x"],
    ["a path of backslashes", "/\\evil.example", "api.example", "http://api.example//evil.example"],
    ["a host within the path", "/@evil.example/", "api.example", "http://api.example/@evil.example/"],
    ["an absolute URL, as to a proxy", "http://evil.example/a?b", "api.example", "http://api.example/a?b"],
    ["an absolute URL with a user", "http://u:p@evil.example/a", "api.example", "http://api.example/a"],
    ["an absolute URL without a path", "https://evil.example?b", "api.example", "http://api.example/?b"],
    ["a host and port, as CONNECT sends", "evil.example:443", "api.example", "http://api.example/"],
    ["a URL without slashes", "javascript:alert(1)", "api.example", "http://api.example/"],
    ["no path", "things", "api.example", "http://api.example/"],
  ];

/** Heads that no request can have, and what is at fault. */
const refused: readonly (readonly [what: string, head: Head, fault: string])[] = [
  ["a host with a path", { headers: { host: "api.example/x" } }, "host"],
  ["a host with a user", { headers: { host: "api.example@evil.example" } }, "host"],
  ["a host with a password", { headers: { host: "a:b@evil.example" } }, "host"],
  ["a host with a space", { headers: { host: "a b" } }, "host"],
  ["an empty host", { headers: { host: "" } }, "host"],
  ["a host with a backslash", { headers: { host: "api.example\\x" } }, "host"],
  ["a host with a port that is none", { headers: { host: "api.example:99999" } }, "host"],
  ["two hosts", { headers: { host: ["api.example", "evil.example"] } }, "host"],
  ["a method with a space", { method: "GET /x", headers: {} }, "method"],
  ["a method that no Request has", { method: "CONNECT", headers: {} }, "method"],
  ["a line break in a header", { headers: { "x-mine": "a\r\nx-evil: 1" } }, "header"],
  ["a NUL in a header", { headers: { "x-mine": "a\u0000" } }, "header"],
  ["a header beyond one byte a character", { headers: { "x-mine": "…" } }, "header"],
  ["a name that no header has", { headers: { "x mine": "1" } }, "header"],
];

const headOf = (url: string | undefined, host: string | undefined): Head => ({ url, headers: { host } });

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("requestHead", () => {
    for (const [what, url, host, expected] of urls) {
      QUnit.test(`${what} is the URL ${expected}`, (assert) => {
        assert.strictEqual(requestHead(headOf(url, host)).url, expected);
      });
    }

    QUnit.test("an origin that is known goes before the client's host", (assert) => {
      assert.strictEqual(requestHead(headOf("/x", "evil.example"), "https://api.example").url, "https://api.example/x");
      assert.strictEqual(
        requestHead(headOf("/x", "a/b"), "https://api.example:8443").url,
        "https://api.example:8443/x",
      );
    });

    QUnit.test("takes method and headers, several values of one name too, and has no body", (assert) => {
      const headers = {
        authorization: "Bearer x",
        accept: ["text/x", "text/y"],
        cookie: "a=1",
        "x-none": undefined,
        "x-no-values": [],
        ":path": "/other",
        ":authority": "api.example",
      };
      const request = requestHead({ method: "POST", url: "/x", headers });
      assert.deepEqual([request.method, request.url, request.body], ["POST", "http://api.example/x", null]);
      assert.deepEqual(
        ["authorization", "accept", "cookie", "x-none", "x-no-values"].map((name) => request.headers.get(name)),
        ["Bearer x", "text/x, text/y", "a=1", null, null],
      );
      assert.strictEqual(requestHead({ headers: {} }).method, "GET");
    });

    QUnit.test("two tokens are two, and not the first one", (assert) => {
      const { headers } = requestHead({ headers: { authorization: ["Bearer a", "Bearer b"] } });
      assert.strictEqual(headers.get("authorization"), "Bearer a, Bearer b");
    });

    for (const [what, head, fault] of refused) {
      QUnit.test(`${what} is refused, and answered with 400`, async (assert) => {
        const error = await failureOf(() => requestHead(head));
        assert.deepEqual([error.code, error.recovery], ["ERR_AUTH_REQUEST", "stop"]);
        assert.ok(error.message.startsWith(`Cannot read the request: its ${fault} is none (`), error.message);
        assert.strictEqual(problemResponse(error)?.status, 400);
      });
    }

    QUnit.test("shows nothing of what it refuses", async (assert) => {
      const token = canaryToken();
      for (const head of [
        { headers: { authorization: `Bearer ${token}\nx` } },
        { headers: { host: `${token}/x` } },
        { method: `${token} /`, headers: {} },
      ]) {
        const error = await failureOf(() => requestHead(head));
        assert.ok(isTokenError(error));
        assertHides(assert, error, [token]);
      }
    });
  });
};
