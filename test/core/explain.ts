import { type ErrorCode, TokenError } from "@tokenhop/core";
import { aadstsReasons, cloudReasons, errorReasons, explain } from "@tokenhop/core/explain";
import type { QUnitLike, Suite } from "../harness.ts";
import { errorRows } from "../targets/entra-errors.ts";

/** Hand-written; the compiler says when one is missing or none. */
const codes: Readonly<Record<ErrorCode, true>> = {
  ERR_CONFIG_INVALID: true,
  ERR_CONFIG_CHAIN: true,
  ERR_SOURCE_UNAVAILABLE: true,
  ERR_SOURCE_FAILED: true,
  ERR_SOURCE_REPLY: true,
  ERR_EXCHANGE_REFUSED: true,
  ERR_EXCHANGE_CHAIN: true,
  ERR_EXCHANGE_FAILED: true,
  ERR_EXCHANGE_REPLY: true,
  ERR_EXCHANGE_INTERACTION: true,
  ERR_HTTP_NETWORK: true,
  ERR_HTTP_REDIRECT: true,
  ERR_HTTP_TOO_LARGE: true,
  ERR_STEP_TIMEOUT: true,
  ERR_CREDENTIAL_EXPIRED: true,
  ERR_CALL_TIMEOUT: true,
  ERR_CALL_CLAIMS: true,
  ERR_PROVIDER_CLOSED: true,
  ERR_WATCH_UNSUPPORTED: true,
  ERR_DOWNSTREAM_HOST: true,
  ERR_DOWNSTREAM_PROVIDER: true,
  ERR_AUTH_MISSING: true,
  ERR_AUTH_REQUEST: true,
  ERR_AUTH_INVALID: true,
  ERR_AUTH_FORBIDDEN: true,
  ERR_AUTH_UNAVAILABLE: true,
  ERR_AUTH_APP_ONLY: true,
  ERR_ISSUER_REFUSED: true,
  ERR_ISSUER_KEYS: true,
  ERR_BROKER_REFUSED: true,
};

const isProse = (text: string): boolean => text.length >= 10 && /^([A-Z]|watch\(\))/.test(text) && /[.)]$/.test(text);

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("explain", () => {
    for (const code of Object.keys(codes)) {
      QUnit.test(`has a cause and a fix for ${code}`, (assert) => {
        const { cause, fix, details } = explain({ code });
        assert.ok(isProse(cause) && isProse(fix), `${cause} ${fix}`);
        assert.strictEqual(cause, errorReasons[code as ErrorCode].cause);
        assert.strictEqual(details, undefined);
      });
    }

    for (const { aadsts, recovery } of errorRows) {
      QUnit.test(`has a cause and a fix for AADSTS${aadsts}, and says what is done about it`, (assert) => {
        const { cause, fix, details } = explain({ code: "ERR_EXCHANGE_REFUSED", errorCodes: [aadsts] });
        assert.ok(isProse(cause) && isProse(fix), `${cause} ${fix}`);
        assert.notStrictEqual(cause, errorReasons.ERR_EXCHANGE_REFUSED.cause);
        assert.strictEqual(details, `AADSTS${aadsts}: https://login.microsoftonline.com/error?code=${aadsts}`);
        assert.strictEqual(aadstsReasons[aadsts]?.recovery, recovery);
      });
    }

    QUnit.test("explains no code beyond those that are tested", (assert) => {
      assert.deepEqual(Object.keys(errorReasons).sort(), Object.keys(codes).sort());
      const numbers = errorRows.map(({ aadsts }) => String(aadsts));
      assert.deepEqual(Object.keys(aadstsReasons).sort(), numbers.sort());
    });

    QUnit.test("explains the refused chain alike, however it is found", (assert) => {
      for (const error of [
        { code: "ERR_CONFIG_CHAIN" },
        { code: "ERR_EXCHANGE_CHAIN", errorCodes: [700231] },
        { aadsts: 700231 },
      ]) {
        const { cause, fix } = explain(error);
        assert.ok(cause.includes("External identity → managed identity → app does not exist."), cause);
        assert.ok(fix.startsWith("Put the federated identity credential for the external identity on the app"), fix);
      }
    });

    for (const aadsts of [70021, 700213]) {
      QUnit.test(`names both forms of GitHub's subject for AADSTS${aadsts}`, (assert) => {
        const { fix } = explain(aadsts);
        for (const form of ["repo:OWNER/REPO:", "repo:OWNER@OWNER-ID/REPO@REPO-ID:"])
          assert.ok(fix.includes(form), fix);
      });
    }

    QUnit.test("names what the platforms of continuous integration want", (assert) => {
      const { fix } = explain("ERR_SOURCE_UNAVAILABLE");
      for (const wanted of [
        "`permissions: id-token: write` (jobs for pull requests of forks never get it)",
        "`id_tokens` of the job",
        "`SYSTEM_ACCESSTOKEN: $(System.AccessToken)` in the step's `env`",
        "`oidc: true` on the step",
        "TFC_WORKLOAD_IDENTITY_AUDIENCE",
      ]) {
        assert.ok(fix.includes(wanted), fix);
      }
    });

    for (const [step, reasons] of Object.entries(cloudReasons)) {
      for (const code of Object.keys(reasons)) {
        QUnit.test(`has a cause and a fix for ${code} of ${step}`, (assert) => {
          const { cause, fix, details } = explain({ code: "ERR_EXCHANGE_REFUSED", step, error: code });
          assert.ok(isProse(cause) && (isProse(fix) || /^`.{10}/.test(fix)), `${cause} ${fix}`);
          assert.notStrictEqual(cause, errorReasons.ERR_EXCHANGE_REFUSED.cause);
          assert.strictEqual(details, undefined);
        });
      }
    }

    QUnit.test("a cloud's code means something at that cloud only, with or without its ending", (assert) => {
      const at = (step: string, error: string): string => explain({ code: "ERR_EXCHANGE_REFUSED", step, error }).cause;
      assert.strictEqual(at("aws-sts", "ExpiredTokenException"), cloudReasons["aws-sts"]?.ExpiredToken?.cause);
      for (const [step, error] of [
        ["entra", "AccessDenied"],
        ["gcp-sts", "AccessDenied"],
        ["aws-sts", "invalid_grant"],
        ["aws-sts", "toString"],
        ["toString", "name"],
        ["aws-sts", "Exception"],
      ] as const) {
        assert.strictEqual(at(step, error), errorReasons.ERR_EXCHANGE_REFUSED.cause, `${error} at ${step}`);
      }
    });

    QUnit.test("takes an error as it was thrown, and the first code that it knows", (assert) => {
      const error = new TokenError("Cannot exchange", { code: "ERR_EXCHANGE_REFUSED", errorCodes: [1, 700213] });
      assert.strictEqual(explain(error).cause, aadstsReasons[700213]?.cause);
    });

    QUnit.test("falls back to the code for a number that it does not know", (assert) => {
      const { cause, details } = explain({ code: "ERR_EXCHANGE_REFUSED", errorCodes: [99999] });
      assert.strictEqual(cause, errorReasons.ERR_EXCHANGE_REFUSED.cause);
      assert.strictEqual(details, "AADSTS99999: https://login.microsoftonline.com/error?code=99999");
    });

    QUnit.test("has an answer for what it does not know at all", (assert) => {
      for (const error of [{}, { code: "ERR_NEW_THING" }, { code: "toString" }]) {
        assert.strictEqual(explain(error).cause, "This version does not know the code.");
      }
    });
  });
};
