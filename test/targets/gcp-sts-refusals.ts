/** What Google's refusals come to, in both of their shapes. Hand-written, from what is known of its replies. */
import type { ErrorCode, Recovery } from "@tokenhop/core";
import { gcpSts } from "@tokenhop/core/targets/gcp-sts";
import type { ScriptedReply } from "@tokenhop/core/testing";
import { assertHides, json } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { refusedBy, saidIn, subjectOf } from "./exchange-support.ts";
import { ACCOUNT, AS_ACCOUNT, apiError, federated, impersonated, POOL } from "./gcp-sts-support.ts";

interface Row {
  readonly status: number;
  readonly error: string;
  readonly text: string;
  readonly recovery: Recovery;
}

const grant = "invalid_grant";
const sts: readonly Row[] = [
  { status: 400, error: grant, text: "ID Token issued at 1767225600 is stale to sign-in.", recovery: "subject" },
  { status: 400, error: grant, text: "The given credential has expired.", recovery: "subject" },
  { status: 400, error: grant, text: "Error connecting to the given credential's issuer.", recovery: "retry" },
  {
    status: 400,
    error: grant,
    text: "The audience in ID Token [x] does not match the expected audience.",
    recovery: "stop",
  },
  {
    status: 401,
    error: "unauthorized_client",
    text: "The given credential is rejected by the attribute condition.",
    recovery: "stop",
  },
  {
    status: 400,
    error: "invalid_target",
    text: "The pool or provider is disabled or deleted or it does not exist.",
    recovery: "propagation",
  },
  { status: 400, error: "invalid_request", text: 'Invalid value for "audience". Has it expired?', recovery: "stop" },
  { status: 400, error: "invalid_scope", text: "Some scope is invalid.", recovery: "stop" },
  { status: 503, error: grant, text: "ID Token issued at 1 is stale to sign-in.", recovery: "retry" },
];
const iam: readonly Row[] = [
  {
    status: 403,
    error: "PERMISSION_DENIED",
    text: "Permission 'iam.serviceAccounts.getAccessToken' denied on resource.",
    recovery: "propagation",
  },
  { status: 404, error: "NOT_FOUND", text: "Unknown service account", recovery: "propagation" },
  { status: 400, error: "INVALID_ARGUMENT", text: "Request contains an invalid argument.", recovery: "stop" },
  { status: 400, error: "FAILED_PRECONDITION", text: "The lifetime is longer than allowed.", recovery: "stop" },
  { status: 401, error: "UNAUTHENTICATED", text: "Request had invalid authentication credentials.", recovery: "stop" },
  { status: 429, error: "RESOURCE_EXHAUSTED", text: "Quota exceeded.", recovery: "retry" },
  { status: 500, error: "INTERNAL", text: "Internal error encountered.", recovery: "retry" },
  { status: 503, error: "UNAVAILABLE", text: "The service is currently unavailable.", recovery: "retry" },
];

const unreadable = { code: "ERR_EXCHANGE_REPLY", recovery: "retry" } as const;
const failed = { code: "ERR_EXCHANGE_FAILED", recovery: "stop" } as const;
const HTML = "<!doctype html><title>Sign in</title>";

/** What may come instead of a service account's token, and what it comes to. */
const hostile: Readonly<Record<string, readonly [() => ScriptedReply, { code: ErrorCode; recovery: Recovery }]>> = {
  "a page": [() => new Response(HTML), unreadable],
  "a page of another status": [() => new Response(HTML, { status: 403 }), failed],
  "an empty body": [() => new Response(""), unreadable],
  "a JSON list": [() => json([impersonated()]), unreadable],
  "nothing by its name": [() => json({ access_token: "x", expires_in: 3600 }), unreadable],
  "no token": [() => json({ ...impersonated(), accessToken: undefined }), unreadable],
  "a token that is an object": [() => json(impersonated({})), unreadable],
  "a token of two lines": [() => json(impersonated("a\nb")), unreadable],
  "a token without end": [() => json(impersonated("x".repeat(12_289))), unreadable],
  "no end": [() => json({ ...impersonated(), expireTime: undefined }), unreadable],
  "an end that is none": [() => json(impersonated(canaryToken(), { expireTime: "soon" })), unreadable],
  ...Object.fromEntries(
    ["1", "2026-01-01T01:00:00", "2026-01-01", "2026-02-30T01:00:00Z", "Thu, 01 Jan 2026 01:00:00 GMT", ""].map(
      (expireTime) => [
        `the end ${JSON.stringify(expireTime)}`,
        [() => json(impersonated(canaryToken(), { expireTime })), unreadable] as const,
      ],
    ),
  ),
  "an end that is a number": [() => json(impersonated(canaryToken(), { expireTime: 1767229200 })), unreadable],
  "a body without end": [() => new Response("x".repeat(10 << 20)), { code: "ERR_HTTP_TOO_LARGE", recovery: "retry" }],
  "a redirect": [
    () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } }),
    { code: "ERR_HTTP_REDIRECT", recovery: "stop" },
  ],
  "no answer": [() => new TypeError("fetch failed"), { code: "ERR_HTTP_NETWORK", recovery: "retry" }],
  "errors in errors": [() => json({ error: { error: { error: { message: "deep" } } } }, { status: 400 }), failed],
  "an error that is a list": [() => json({ error: [1, 2], message: [3] }, { status: 400 }), failed],
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("table: refusals of Google's STS", () => {
    for (const { status, error, text, recovery } of sts) {
      QUnit.test(`${status} ${error} ${text}`, async (assert) => {
        const refused = await refusedBy(gcpSts(POOL), [json({ error, error_description: text }, { status })]);
        assert.deepEqual(
          [refused.code, refused.error, refused.status, refused.recovery, refused.step],
          ["ERR_EXCHANGE_REFUSED", error, status, recovery, "gcp-sts"],
        );
        assert.strictEqual(saidIn(refused), `Cannot exchange token at gcp-sts: HTTP ${status} ${error} ${text}`);
      });
    }
  });

  QUnit.module("table: refusals of Google's IAM Credentials", () => {
    for (const { status, error, text, recovery } of iam) {
      QUnit.test(`${status} ${error}`, async (assert) => {
        const replies = [json(federated()), apiError(status, error, text)];
        const refused = await refusedBy(gcpSts(AS_ACCOUNT), replies);
        assert.deepEqual(
          [refused.code, refused.error, refused.status, refused.recovery, refused.step],
          ["ERR_EXCHANGE_REFUSED", error, status, recovery, "gcp-sts"],
        );
        const said = `HTTP ${status} ${error} ${text} (impersonating ${ACCOUNT})`;
        assert.strictEqual(saidIn(refused), `Cannot exchange token at gcp-sts: ${said}`);
      });
    }

    QUnit.test("the other shape is read at either", async (assert) => {
      const api = await refusedBy(gcpSts(POOL), [apiError(403, "PERMISSION_DENIED", "STS is not enabled.")]);
      assert.deepEqual([api.error, api.recovery], ["PERMISSION_DENIED", "propagation"]);
      const oauth = json({ error: "invalid_token", error_description: "No." }, { status: 401 });
      const plain = await refusedBy(gcpSts(AS_ACCOUNT), [json(federated()), oauth]);
      assert.deepEqual([plain.error, plain.recovery], ["invalid_token", "stop"]);
    });
  });

  QUnit.module("target gcp-sts, hostile replies to an impersonation", () => {
    for (const [what, [reply, { code, recovery }]] of Object.entries(hostile)) {
      QUnit.test(`answers ${what} with its code`, async (assert) => {
        const [subject, bearer] = [canaryToken(), canaryToken()];
        const error = await refusedBy(gcpSts(AS_ACCOUNT), [json(federated(bearer)), reply()], subjectOf(subject));
        assert.deepEqual([error.code, error.recovery, error.step], [code, recovery, "gcp-sts"]);
        assertHides(assert, error, [subject, bearer]);
      });
    }

    QUnit.test("shows no federated token that is echoed, opaque as those are", async (assert) => {
      const bearer = canary("ya29-c0ASRK0Ga_0123456789-abcdefghijk");
      for (const echo of [bearer, bearer.slice(6, 30), `Bearer ${bearer}`]) {
        const replies = [json(federated(bearer)), apiError(401, `got ${echo}`, `got ${echo}`)];
        const error = await refusedBy(gcpSts(AS_ACCOUNT), replies);
        assert.ok(saidIn(error).includes("[redacted]"));
        assertHides(assert, error, [bearer]);
      }
    });

    QUnit.test("takes a federated token of 12 kB, and none above", async (assert) => {
      const fits = canary("ab0-".repeat(3_072));
      const error = await refusedBy(gcpSts(AS_ACCOUNT), [json(federated(fits)), new Response("", { status: 400 })]);
      assert.strictEqual(error.status, 400);
      const large = await refusedBy(gcpSts(POOL), [json(federated(`${fits}x`))]);
      assert.strictEqual(
        saidIn(large),
        "Cannot read the reply at gcp-sts: access_token: expected a token of at most 12 kB",
      );
    });
  });
};
