/** What STS refuses with, and what that comes to. */
import type { Recovery } from "@tokenhop/core";
import { federate } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { awsSts } from "@tokenhop/core/targets/aws-sts";
import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { failureOf } from "../contract/platform.ts";
import type { Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { elements, exchanged, failureAt, NAMESPACE, OPTIONS, REQUEST_ID, refusal, reply } from "./aws-sts-support.ts";

/** Code, status, recovery: as the service's model has them. Hand-written. */
const codes: readonly (readonly [code: string, status: number, recovery: Recovery])[] = [
  ["ExpiredTokenException", 400, "subject"],
  ["InvalidIdentityToken", 400, "subject"],
  ["InvalidIdentityTokenException", 400, "subject"],
  ["IDPRejectedClaim", 403, "stop"],
  ["IDPCommunicationError", 400, "retry"],
  ["IDPCommunicationErrorException", 400, "retry"],
  ["MalformedPolicyDocument", 400, "stop"],
  ["PackedPolicyTooLarge", 400, "stop"],
  ["RegionDisabledException", 403, "stop"],
  ["AccessDenied", 403, "stop"],
  ["AccessDenied", 503, "stop"],
  ["ValidationError", 400, "stop"],
  ["Throttling", 400, "retry"],
  ["ThrottlingException", 400, "retry"],
  ["SlowDown", 503, "retry"],
  ["InternalFailure", 500, "retry"],
  ["constructor", 400, "stop"],
];

const error = elements({ Type: "Sender", Code: "AccessDenied", Message: "Not authorized" });
const id = `<RequestId>${REQUEST_ID}</RequestId>`;
/** Where an error may be in a reply. */
const shapes: Readonly<Record<string, string>> = {
  "below the root": `<ErrorResponse xmlns="${NAMESPACE}"><Error>${error}</Error>${id}</ErrorResponse>`,
  "below a root of any name": `<AssumeRoleWithWebIdentityResponse><Error>${error}</Error>${id}</AssumeRoleWithWebIdentityResponse>`,
  "in a list": `<Response><Errors><Error>${error}</Error></Errors>${id}</Response>`,
  "in capitals": `<Response><Errors><Error>${error}</Error></Errors><RequestID>${REQUEST_ID}</RequestID></Response>`,
  "with a prefix": `<s:ErrorResponse xmlns:s="${NAMESPACE}"><s:Error><s:Code>AccessDenied</s:Code><s:message>Not authorized</s:message></s:Error><s:RequestId>${REQUEST_ID}</s:RequestId></s:ErrorResponse>`,
  "in CDATA": `<ErrorResponse><Error><Code><![CDATA[AccessDenied]]></Code><Message>Not <![CDATA[authorized]]></Message></Error>${id}</ErrorResponse>`,
  "behind a declaration": `<?xml version="1.0" encoding="UTF-8"?>\n<!-- no --><ErrorResponse><Error>${error}</Error>${id}</ErrorResponse>\n`,
};

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-sts, its refusals", () => {
    for (const [code, status, recovery] of codes) {
      QUnit.test(`${code} with ${status} means ${recovery}`, async (assert) => {
        const error = await failureAt(refusal(code, "It says why."), status);
        assert.deepEqual(
          [error.code, error.error, error.status, error.recovery, error.correlationId],
          ["ERR_EXCHANGE_REFUSED", code, status, recovery, REQUEST_ID],
        );
        const says = `Cannot exchange token at aws-sts: HTTP ${status} ${code} It says why. (`;
        assert.ok(error.message.startsWith(says), error.message);
      });
    }

    for (const [where, text] of Object.entries(shapes)) {
      QUnit.test(`finds the error ${where}`, async (assert) => {
        const error = await failureAt(text, 403);
        assert.deepEqual([error.error, error.correlationId], ["AccessDenied", REQUEST_ID]);
        assert.ok(error.message.includes("HTTP 403 AccessDenied Not authorized ("), error.message);
      });
    }

    QUnit.test("the root itself may be the error", async (assert) => {
      assert.strictEqual((await failureAt(`<Error>${error}</Error>`, 400)).error, "AccessDenied");
    });

    QUnit.test("an error deep inside is somebody else's", async (assert) => {
      const failure = await failureAt(`<a><b><c><Error>${error}</Error></c></b></a>`, 400);
      assert.deepEqual([failure.code, failure.error], ["ERR_EXCHANGE_FAILED", undefined]);
    });

    QUnit.test("the request's id may be in a header alone", async (assert) => {
      const headers = { "x-amzn-requestid": REQUEST_ID };
      for (const text of ["", "<html>", '{"message":"no"}', `<Error>${error}</Error>`]) {
        assert.strictEqual((await failureAt(text, 403, headers)).correlationId, REQUEST_ID);
      }
    });

    QUnit.test("a gateway in front of it may speak JSON", async (assert) => {
      const failure = await failureAt('{"message":"Forbidden by policy"}', 403);
      assert.deepEqual([failure.code, failure.recovery], ["ERR_EXCHANGE_FAILED", "stop"]);
      assert.ok(failure.message.includes("HTTP 403 Forbidden by policy ("), failure.message);
    });

    QUnit.test("an error with status 200 is no reply", async (assert) => {
      const failure = await failureAt(refusal("AccessDenied", "no"));
      assert.deepEqual([failure.code, failure.recovery], ["ERR_EXCHANGE_REPLY", "retry"]);
    });

    QUnit.test("a request's id is made fit for a log", async (assert) => {
      const odd = refusal("AccessDenied", "x").replace(REQUEST_ID, "a\u0007b\r\n\u202ec");
      assert.strictEqual((await failureAt(odd, 403)).correlationId, "a b c");
    });

    QUnit.test("a token in the place of a code is not shown, whatever it is made of", async (assert) => {
      const token = canary("QzWxEcRvTbYnUmIkOlPq");
      for (const code of [token, token.slice(2, 18)]) {
        const { run } = await exchanged(new Response(refusal(code, "x"), { status: 400 }), { token });
        const error = await failureOf(run);
        assert.deepEqual([error.error, error.recovery], ["[redacted]", "stop"]);
      }
    });

    QUnit.test("throttling waits as long as it is told", async (assert) => {
      assert.strictEqual(
        (await failureAt(refusal("Throttling", "x"), 400, { "retry-after": "3" })).retryAfterMs,
        3_000,
      );
    });
  });

  QUnit.module("aws-sts, its refusals in a provider", () => {
    for (const code of ["ExpiredTokenException", "InvalidIdentityToken"]) {
      QUnit.test(`${code} is tried once more, with a new identity token`, async (assert) => {
        const clock = manualClock();
        const given: string[] = [];
        const from = fromFunction(async () => {
          given.push(canaryToken({ exp: clock.now() / 1000 + 3_600 }));
          return given.at(-1) as string;
        });
        for (const [script, outcome] of [
          [[new Response(refusal(code, "x"), { status: 400 }), new Response(reply())], "aws"],
          [[new Response(refusal(code, "x"), { status: 400 })], "ERR_EXCHANGE_REFUSED"],
        ] as const) {
          given.length = 0;
          const fetch = scriptedFetch(script);
          const provider = federate({ from, to: awsSts(OPTIONS), platform: testPlatform({ clock, fetch }) });
          const came = await provider.get().then(
            ({ kind }) => kind,
            ({ code }) => code,
          );
          assert.deepEqual([came, given.length, fetch.requests.length], [outcome, 2, 2]);
          const tokens = await Promise.all(
            fetch.requests.map(async (request) =>
              new URLSearchParams(await request.clone().text()).get("WebIdentityToken"),
            ),
          );
          assert.ok(tokens.every((token, at) => token === given[at]));
        }
      });
    }
  });
};
