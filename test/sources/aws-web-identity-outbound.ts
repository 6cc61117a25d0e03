/** What STS is asked for a token for elsewhere, and what its answers come to. */
import { isTokenError, type Recovery } from "@tokenhop/core";
import { awsWebIdentity } from "@tokenhop/core/sources/aws-web-identity";
import fc from "fast-check";
import { assertHides, contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { freshToken } from "../contract/wire.ts";
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { REQUEST_ID, refusal } from "../targets/aws-sts-support.ts";
import {
  ACTION,
  asking,
  endOf,
  formOf,
  OUTBOUND,
  providerOf,
  reply,
  SECRET,
  SESSION,
} from "./aws-web-identity-support.ts";

const AUDIENCE = "api://AzureADTokenExchange";
const PATTERN =
  /^AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE\/20260101\/eu-central-1\/sts\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=[\da-f]{64}$/;

/** Code, status, recovery, and what to do. Hand-written. */
const codes: readonly (readonly [code: string, status: number, recovery: Recovery, fix: string])[] = [
  [
    "OutboundWebIdentityFederationDisabledException",
    403,
    "stop",
    "turn it on once for the account: iam:EnableOutboundWebIdentityFederation, which tells the issuer to trust",
  ],
  ["OutboundWebIdentityFederationDisabled", 403, "stop", "turn it on once for the account"],
  ["SessionDurationEscalationException", 403, "stop", "ask for a shorter durationMs"],
  ["JWTPayloadSizeExceededException", 400, "stop", "give fewer or shorter tags"],
  ["AccessDenied", 403, "stop", "allow the role sts:GetWebIdentityToken"],
  ["InvalidClientTokenId", 403, "stop", "are these the credentials of a role"],
  ["SignatureDoesNotMatch", 403, "stop", "is the clock of this machine right?"],
  // The function has no others; see test/sources/aws-web-identity-renewal.ts.
  ["ExpiredToken", 403, "stop", "It says why. ("],
  ["ExpiredTokenException", 403, "stop", "It says why. ("],
  ["InvalidIdentityToken", 400, "stop", "It says why. ("],
  ["Throttling", 400, "retry", "It says why. ("],
  ["InternalFailure", 500, "retry", "It says why. ("],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-web-identity outbound, what it asks", () => {
    QUnit.test("the region's STS, signed, for RS256", async (assert) => {
      const { platform, run } = asking({});
      const { expiresAt } = await run();
      const [sent] = platform.requests;
      assert.deepEqual([sent?.method, sent?.url.href], ["POST", "https://sts.eu-central-1.amazonaws.com/"]);
      assert.deepEqual(sent && formOf(sent), {
        Action: ACTION,
        Version: "2011-06-15",
        SigningAlgorithm: "RS256",
        "Audience.member.1": AUDIENCE,
      });
      assert.ok(PATTERN.test(sent?.headers.get("authorization") ?? ""));
      assert.strictEqual(sent?.headers.get("x-amz-date"), "20260101T000000Z");
      assert.ok(sent?.headers.get("x-amz-security-token") === SESSION);
      assert.strictEqual(expiresAt, NOW + 300_000);
    });

    QUnit.test("everything that the options say", async (assert) => {
      const { platform, run } = asking({
        region: "cn-north-1",
        signingAlgorithm: "ES384",
        durationMs: 3_600_000,
        tags: { team: "orders & co", "a/b": "" },
      });
      await run("https://elsewhere.example/?a=b&c d");
      const [sent] = platform.requests;
      assert.strictEqual(sent?.url.href, "https://sts.cn-north-1.amazonaws.com.cn/");
      const { Action, Version, ...form } = sent ? formOf(sent) : {};
      assert.deepEqual(form, {
        SigningAlgorithm: "ES384",
        DurationSeconds: "3600",
        "Audience.member.1": "https://elsewhere.example/?a=b&c d",
        "Tags.member.1.Key": "team",
        "Tags.member.1.Value": "orders & co",
        "Tags.member.2.Key": "a/b",
        "Tags.member.2.Value": "",
      });
    });

    QUnit.test("the tags that there were, whatever becomes of the caller's own", async (assert) => {
      const tags: Record<string, string> = { team: "orders" };
      const platform = fakePlatform({ respond: () => new Response(reply(freshToken())) });
      const source = awsWebIdentity({ outbound: { ...OUTBOUND, tags } });
      tags.team = "admins";
      tags.more = "x";
      await source.getToken({ audience: AUDIENCE }, contextFor(platform));
      const form = formOf(platform.requests[0] as never);
      assert.deepEqual([form["Tags.member.1.Value"], form["Tags.member.2.Key"]], ["orders", undefined]);
    });

    QUnit.test("another endpoint, with the region's signature", async (assert) => {
      const { platform, run } = asking({ endpoint: "http://localhost:4566/aws", allowHttpLoopback: true });
      await run();
      assert.strictEqual(platform.requests[0]?.url.href, "http://localhost:4566/aws");
      assert.ok(PATTERN.test(platform.requests[0]?.headers.get("authorization") ?? ""));
    });

    QUnit.test("what makes another token is another source", (assert) => {
      const { provider } = providerOf();
      const others = [
        {},
        { region: "us-east-1" },
        { signingAlgorithm: "ES384" },
        { durationMs: 60_000 },
        { tags: { a: "b" } },
        { endpoint: "https://sts.example/" },
        { credentials: provider },
        { credentials: "environment" },
        { credentials: "imds" },
      ] as const;
      const identityOf = (more: object): string => {
        const { identity } = awsWebIdentity({ outbound: { ...OUTBOUND, ...more } });
        return JSON.stringify(identity, (_, value: unknown) => (typeof value === "function" ? "function" : value));
      };
      assert.strictEqual(
        new Set([awsWebIdentity().identity.length === 2 ? "[]" : "", ...others.map(identityOf)]).size,
        10,
      );
      assert.strictEqual(identityOf({ tags: { a: "1", b: "2" } }), identityOf({ tags: { b: "2", a: "1" } }));
      assert.strictEqual(awsWebIdentity({ outbound: OUTBOUND }).identity[1], OUTBOUND.credentials);
    });
  });

  QUnit.module("aws-web-identity outbound, its refusals", () => {
    for (const [code, status, recovery, fix] of codes) {
      QUnit.test(`${code} with ${status} means ${recovery}, and what to do`, async (assert) => {
        const respond = (): Response => new Response(refusal(code, "It says why."), { status });
        const error = await failureOf(() => asking({}, { respond }).run());
        assert.deepEqual(
          [error.code, error.error, error.status, error.recovery, error.correlationId, error.step],
          ["ERR_SOURCE_FAILED", code, status, recovery, REQUEST_ID, "aws-web-identity"],
        );
        assert.ok(error.message.includes(`HTTP ${status} ${code} It says why.`), error.message);
        assert.ok(error.message.includes(fix), error.message);
      });
    }

    QUnit.test("a signature's own story holds the session token, and is not retold", async (assert) => {
      const story = `The Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:${SESSION}\n'`;
      const respond = (): Response => new Response(refusal("SignatureDoesNotMatch", story), { status: 403 });
      const error = await failureOf(() => asking({}, { respond }).run());
      assert.ok(error.message.includes("The Canonical String"), error.message);
      assertHides(assert, error, [SESSION, SECRET]);
    });

    for (const [what, body] of [
      ["no end", reply("a.b.c", "")],
      ["an end that is a number", reply("a.b.c", "1767225900")],
      ["an end that has gone by", reply("a.b.c", endOf(-1))],
      ["an end that is now", reply("a.b.c", endOf(0))],
      [
        "the token twice",
        reply("a.b.c").replace("<Expiration>", "<WebIdentityToken>x.y.z</WebIdentityToken><Expiration>"),
      ],
      ["another action's result", reply("a.b.c").replaceAll(ACTION, "GetSessionToken")],
      ["a DOCTYPE", `<!DOCTYPE x [<!ENTITY a "b">]>${reply("a.b.c")}`],
      ["JSON", '{"WebIdentityToken":"a.b.c","Expiration":"2026-01-01T01:00:00Z"}'],
    ] as const) {
      QUnit.test(`gives nothing for ${what}`, async (assert) => {
        const error = await failureOf(() => asking({}, { respond: () => new Response(body) }).run());
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_REPLY", "retry"]);
      });
    }

    QUnit.test("of 2,000 replies every one comes to a token or to an error of ours", async (assert) => {
      const pieces = fc.constantFrom(
        "<",
        ">",
        "</",
        "/>",
        "<!--",
        "<![CDATA[",
        "]]>",
        "&#x41;",
        "&",
        "<?",
        "<!",
        "\u0000",
        "é",
        "0",
      );
      const wholes = [reply(freshToken()), refusal("AccessDenied", "Not authorized")];
      const hostile = fc
        .tuple(fc.constantFrom(...wholes), fc.nat(2_200), fc.nat(20), fc.array(pieces, { maxLength: 3 }))
        .map(([whole, at, length, put]) => whole.slice(0, at) + put.join("") + whole.slice(at + length));
      let body = "";
      let status = 200;
      const { run } = asking({}, { respond: () => new Response(body, { status }) });
      const said = new Set<string>();
      let given = 0;
      const property = fc.asyncProperty(hostile, fc.constantFrom(200, 403, 503), async (text, code) => {
        [body, status] = [text, code];
        try {
          given += (await run()).expiresAt === undefined ? 0 : 1;
          return true;
        } catch (error) {
          said.add(String(error));
          return isTokenError(error) && /^ERR_SOURCE_(REPLY|FAILED)$/.test(error.code);
        }
      });
      await fc.assert(property, { numRuns: 2_000, seed: 22 });
      record("fuzzed", [...said]);
      assert.ok(given > 0 && said.size > 5, `${given} were good, ${said.size} errors differ`);
    });
  });
};
