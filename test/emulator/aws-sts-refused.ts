/** What STS refuses, and how it says so. */
import type { Suite } from "../harness.ts";
import { stsRows } from "./aws-sts-rows.ts";
import * as aws from "./aws-support.ts";
import { published, sign } from "./outside.ts";
import * as world from "./support.ts";

const now = world.startAt / 1000;

/** With an issuer outside that publishes this, or cannot be asked. */
async function askOutside(fetch: (url: string) => Promise<Response>): Promise<aws.TextReply> {
  const emulator = aws.makeAws({ fetch });
  const token = await sign(0);
  const [header, payload, signature] = token.split(".");
  const claims = { ...JSON.parse(atob(payload ?? "")), aud: aws.awsAudience, iat: now };
  const changed = `${header}.${btoa(JSON.stringify(claims)).replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_")}.${signature}`;
  return aws.assume(emulator, { RoleArn: aws.arnOf("outside"), WebIdentityToken: changed });
}

const publishing = (keys: unknown) => async (url: string) =>
  Response.json(
    url.endsWith("/openid-configuration")
      ? { issuer: world.outsideIssuer, jwks_uri: `${world.outsideIssuer}/keys` }
      : keys,
  );

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: STS refuses when", () => {
    for (const [when, change, code, text] of stsRows) {
      QUnit.test(when, async (assert) => {
        const emulator = aws.makeAws();
        const fields = typeof change === "function" ? await change(emulator) : change;
        const reply = await aws.assume(emulator, fields);
        assert.strictEqual(aws.codeOf(reply), code);
        const message = aws.xmlText(reply.text, "Message") ?? "";
        assert.ok(message.includes(text), message);
        const token = fields.WebIdentityToken ?? "";
        const said = JSON.stringify([reply.text, emulator.log]);
        assert.notOk(token.length > 10 && said.includes(token.slice(0, 100)), "the token is not repeated");
      });
    }

    QUnit.test("several things are wrong, with all of them", async (assert) => {
      const fields = { RoleArn: undefined, RoleSessionName: " ", DurationSeconds: "1" };
      const { text } = await aws.assume(aws.makeAws(), fields);
      assert.strictEqual(
        aws.xmlText(text, "Message"),
        "4 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; " +
          "Value ' ' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; " +
          "Value ' ' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; " +
          "Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
      );
    });

    QUnit.test("it is off in the region, and nowhere else", async (assert) => {
      const emulator = aws.makeAws();
      const off = await aws.assume(emulator, {}, "https://sts.ap-east-1.amazonaws.com/");
      assert.strictEqual(aws.codeOf(off), "403 RegionDisabledException");
      assert.ok(
        aws
          .xmlText(off.text, "Message")
          ?.startsWith(`STS is not activated in this region for account:${aws.accountId}.`),
      );
      const other = { RoleArn: aws.arnOf("other", aws.otherAccountId) };
      assert.strictEqual((await aws.assume(emulator, other, "https://sts.ap-east-1.amazonaws.com/")).status, 200);
    });

    QUnit.test("the issuer cannot be asked, or has no such key, or did not sign", async (assert) => {
      const unreachable = await askOutside(async () => Promise.reject(new TypeError("No network")));
      assert.strictEqual(aws.codeOf(unreachable), "400 IDPCommunicationError");
      assert.strictEqual(aws.codeOf(await askOutside(publishing("no keys"))), "400 IDPCommunicationError");
      const without = await askOutside(publishing(await published(1)));
      assert.strictEqual(aws.codeOf(without), "400 InvalidIdentityToken");
      assert.ok(
        without.text.includes(
          "<Message>Couldn't retrieve verification key from your identity provider,  please reference",
        ),
      );
      const changed = await askOutside(publishing(await published(0)));
      assert.ok(changed.text.includes("The signature of the token is invalid"), changed.text);
    });

    QUnit.test("it is told to, in its own shape", async (assert) => {
      const emulator = aws.makeAws();
      emulator.setFault({
        route: "aws-sts",
        kind: "aws-error",
        code: "Throttling",
        status: 400,
        message: "Rate <exceeded>",
      });
      emulator.setFault({
        route: "aws-sts",
        kind: "aws-error",
        code: "ServiceUnavailable",
        status: 503,
        retryAfterSeconds: 2,
      });
      const throttled = await aws.assume(emulator);
      const id = throttled.headers.get("x-amzn-requestid");
      assert.strictEqual(
        throttled.text,
        `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate &lt;exceeded&gt;</Message></Error><RequestId>${id}</RequestId></ErrorResponse>\n`,
      );
      assert.strictEqual(throttled.headers.get("content-type"), "text/xml");
      const down = await aws.assume(emulator);
      assert.deepEqual([aws.codeOf(down), down.headers.get("retry-after")], ["503 ServiceUnavailable", "2"]);
      assert.ok(down.text.includes("<Type>Receiver</Type>"));
      assert.deepEqual(
        emulator.log.filter(({ route }) => route === "aws-sts").map(({ outcome, code }) => [outcome, code]),
        [
          ["fault", "Throttling"],
          ["fault", "ServiceUnavailable"],
        ],
      );
      assert.strictEqual((await aws.assume(emulator)).status, 200);
    });
  });
};
