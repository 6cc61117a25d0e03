/** What a request that failed is answered with. */
import { type ErrorCode, problemResponse, type Recovery, TokenError } from "@tokenhop/core";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken, record } from "../leak.ts";

/** Hand-written: what a failure of each kind is answered with. */
const answers: readonly [ErrorCode, Recovery, number | undefined, number | undefined, string?][] = [
  ["ERR_EXCHANGE_FAILED", "retry", undefined, 503, "5"],
  ["ERR_EXCHANGE_FAILED", "retry", 7_000, 503, "7"],
  ["ERR_EXCHANGE_FAILED", "retry", 7_001, 503, "8"],
  ["ERR_EXCHANGE_FAILED", "retry", 0, 503, "1"],
  ["ERR_EXCHANGE_REFUSED", "propagation", undefined, 503, "5"],
  ["ERR_EXCHANGE_REFUSED", "subject", undefined, 503, "5"],
  ["ERR_CALL_TIMEOUT", "retry", undefined, 503, "5"],
  ["ERR_EXCHANGE_REFUSED", "stop", undefined, 502],
  ["ERR_EXCHANGE_REFUSED", "stop", 9_000, 502],
  ["ERR_EXCHANGE_CHAIN", "stop", undefined, 502],
  ["ERR_SOURCE_UNAVAILABLE", "stop", undefined, 502],
  ["ERR_ISSUER_REFUSED", "stop", undefined, 502],
  ["ERR_ISSUER_KEYS", "retry", undefined, 503, "5"],
  ["ERR_ISSUER_KEYS", "retry", 2_000, 503, "2"],
  ["ERR_BROKER_REFUSED", "stop", undefined, 502],
  ["ERR_CONFIG_INVALID", "stop", undefined, undefined],
  ["ERR_CONFIG_CHAIN", "stop", undefined, undefined],
  ["ERR_CALL_CLAIMS", "stop", undefined, undefined],
  ["ERR_DOWNSTREAM_HOST", "stop", undefined, undefined],
  ["ERR_DOWNSTREAM_PROVIDER", "stop", undefined, undefined],
  ["ERR_WATCH_UNSUPPORTED", "stop", undefined, undefined],
  ["ERR_EXCHANGE_INTERACTION", "stop", undefined, 401],
  ["ERR_AUTH_MISSING", "stop", undefined, 401],
  ["ERR_AUTH_INVALID", "stop", undefined, 401],
  ["ERR_AUTH_REQUEST", "stop", undefined, 400],
  ["ERR_AUTH_FORBIDDEN", "stop", undefined, 403],
  ["ERR_AUTH_APP_ONLY", "stop", undefined, 403],
  ["ERR_AUTH_UNAVAILABLE", "retry", undefined, 503, "5"],
  ["ERR_AUTH_UNAVAILABLE", "retry", 7_000, 503, "7"],
];

/** Without one there is no 401 (RFC 9110, 11.6.1). */
const CHALLENGE = 'Bearer realm="test"';

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("downstream failures", () => {
    for (const [code, recovery, retryAfterMs, status, retryAfter = null] of answers) {
      QUnit.test(`${code}, ${recovery}, ${retryAfterMs} ms: answers ${status ?? "nothing"}`, async (assert) => {
        const secretText = canaryToken();
        const error = new TokenError(`Cannot: ${"a reason"}`, {
          code,
          recovery,
          retryAfterMs,
          step: "a-step",
          error: "an-error",
          correlationId: "an-id",
          claims: secretText,
          challenge: status === 401 ? CHALLENGE : undefined,
        });
        const response = problemResponse(error);
        assert.strictEqual(response?.status, status);
        if (response === undefined) return;
        const body = await response.text();
        record("problem", body);
        assert.deepEqual(JSON.parse(body), {
          type: `https://github.com/tokenhop/tokenhop/blob/main/docs/errors.md#${code.toLowerCase()}`,
          title: /^ERR_AUTH|INTERACTION/.test(code)
            ? "The request was not authorized"
            : "A credential for a downstream service could not be obtained",
          status,
          code,
        });
        const { headers } = response;
        assert.deepEqual(
          ["content-type", "cache-control", "retry-after", "www-authenticate"].map((name) => headers.get(name)),
          ["application/problem+json", "no-store", retryAfter, status === 401 ? CHALLENGE : null],
        );
      });
    }

    QUnit.test("answers with the challenge that the error carries", (assert) => {
      const challenge = 'Bearer error="insufficient_claims", claims="e30="';
      for (const code of ["ERR_AUTH_INVALID", "ERR_AUTH_FORBIDDEN", "ERR_EXCHANGE_INTERACTION"] as const) {
        const response = problemResponse(new TokenError("Cannot", { code, challenge }));
        assert.strictEqual(response?.headers.get("www-authenticate"), challenge);
      }
    });

    QUnit.test("is no answer to anything else", (assert) => {
      for (const error of [new Error("x"), new TypeError("x"), undefined, null, "ERR_EXCHANGE_FAILED", {}]) {
        assert.strictEqual(problemResponse(error), undefined);
      }
    });
  });
};
