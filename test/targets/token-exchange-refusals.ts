/** What the target token-exchange takes for a refusal, whatever its shape. Hand-written. */
import type { ErrorCode, Recovery } from "@tokenhop/core";
import { tokenExchange } from "@tokenhop/core/targets/token-exchange";
import { assertHides, json, NOW } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { exchanged, refusedBy, saidIn, subjectOf } from "./exchange-support.ts";
import { EXCHANGE, good } from "./token-exchange-support.ts";

interface Refusal {
  readonly what: string;
  readonly body: unknown;
  readonly status?: number;
  readonly code?: ErrorCode;
  readonly error?: string;
  readonly recovery?: Recovery;
  /** Behind `HTTP <status>`. */
  readonly says: string;
}

const named = { code: "ERR_EXCHANGE_REFUSED" } as const;
const refusals: readonly Refusal[] = [
  {
    what: "RFC 6749's",
    body: { error: "invalid_target", error_description: "No such service" },
    ...named,
    error: "invalid_target",
    says: " invalid_target No such service",
  },
  {
    what: "an error that is a sentence",
    body: { error: "No federation policy matches" },
    ...named,
    error: "No federation policy matches",
    says: " No federation policy matches",
  },
  {
    what: "an error object",
    body: { error: { code: "denied", message: "No" } },
    ...named,
    error: "denied",
    says: " denied No",
  },
  { what: "Docker Hub's", body: { message: "connection not found" }, status: 404, says: " connection not found" },
  { what: "a list of texts", body: { errors: ["permission denied", "more"] }, status: 403, says: " permission denied" },
  {
    what: "a list of objects",
    body: { errors: [{ code: "NOPE", message: "Not you" }] },
    ...named,
    error: "NOPE",
    says: " NOPE Not you",
  },
  { what: "problem+json", body: { type: "about:blank", detail: "Unknown issuer" }, says: " Unknown issuer" },
  {
    what: "an expired subject",
    body: { error: "invalid_request", error_description: "subject_token is expired" },
    ...named,
    error: "invalid_request",
    recovery: "subject",
    says: " invalid_request subject_token is expired",
  },
  {
    what: "an expired subject by its code",
    body: { error: "token_expired" },
    status: 401,
    ...named,
    error: "token_expired",
    recovery: "subject",
    says: " token_expired",
  },
  { what: "one in a list", body: { errors: ["Token has expired"] }, recovery: "subject", says: " Token has expired" },
  {
    what: "what is temporary",
    body: { error: "temporarily_unavailable" },
    ...named,
    error: "temporarily_unavailable",
    recovery: "retry",
    says: " temporarily_unavailable",
  },
  {
    what: "a server's own fault",
    body: { error: "server_error", error_description: "expired cache" },
    status: 500,
    ...named,
    error: "server_error",
    recovery: "retry",
    says: " server_error expired cache",
  },
  { what: "a number for an error", body: { error: 5, errors: [5, null] }, says: "" },
  { what: "nested errors", body: { error: { error: { errors: [{ errors: [] }] } } }, says: "" },
  { what: "nothing", body: null, says: "" },
];

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target token-exchange, its refusals", () => {
    for (const { what, body, status = 400, code = "ERR_EXCHANGE_FAILED", error, recovery = "stop", says } of refusals) {
      QUnit.test(`reads ${what}`, async (assert) => {
        const failure = await refusedBy(tokenExchange(EXCHANGE), [json(body, { status })]);
        assert.deepEqual(
          [failure.code, failure.error, failure.status, failure.recovery],
          [code, error, status, recovery],
        );
        assert.strictEqual(saidIn(failure), `Cannot exchange token at token-exchange: HTTP ${status}${says}`);
      });
    }

    QUnit.test("a body of 10 MB is not read, whatever its type", async (assert) => {
      for (const status of [200, 400, 500]) {
        const headers = { "content-type": "text/html" };
        const reply = () => new Response("x".repeat(10 << 20), { status, headers });
        const error = await refusedBy(tokenExchange(EXCHANGE), [reply]);
        assert.deepEqual([error.code, error.recovery], ["ERR_HTTP_TOO_LARGE", "retry"]);
      }
    });

    QUnit.test("a wrong content type changes nothing", async (assert) => {
      const headers = { "content-type": "text/plain" };
      const { out } = await exchanged(tokenExchange(EXCHANGE), [new Response(JSON.stringify(good()), { headers })]);
      assert.strictEqual(out.expiresAt, NOW + 3_600_000);
    });

    QUnit.test("shows no subject that a list of errors echoes", async (assert) => {
      const sent = canaryToken();
      for (const body of [{ errors: [sent] }, { errors: [{ code: sent, detail: sent }] }, { detail: `got ${sent}` }]) {
        const error = await refusedBy(tokenExchange(EXCHANGE), [json(body, { status: 400 })], subjectOf(sent));
        assert.ok(error.message.includes("[redacted]"));
        assertHides(assert, error, [sent]);
      }
    });
  });
};
