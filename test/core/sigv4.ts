/** Signature Version 4 against the vectors that AWS has published (`aws-sig-v4-test-suite`), whose keys are made up. */
import { secret } from "@tokenhop/core";
import { type SignedPost, type SigningKeys, signedHeaders } from "../../packages/core/src/internal/sigv4.ts";
import type { Suite } from "../harness.ts";

const NOW = Date.UTC(2015, 7, 30, 12, 36);
const KEYS: SigningKeys = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
};
const TOKEN =
  "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
const SCOPE = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ";

const vectors: readonly (readonly [name: string, Partial<SignedPost>, Partial<SigningKeys>, string])[] = [
  [
    "post-vanilla",
    {},
    {},
    "SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  ],
  [
    "post-x-www-form-urlencoded",
    { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "Param1=value1" },
    {},
    "SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  ],
  [
    "post-header-value-case",
    { headers: { "my-header1": "VALUE1" } },
    {},
    "SignedHeaders=host;my-header1;x-amz-date, Signature=cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
  ],
  [
    "post-sts-header-before",
    {},
    { sessionToken: secret(TOKEN) },
    "SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
  ],
];

const sign = (post: Partial<SignedPost>, keys: Partial<SigningKeys> = {}, now = NOW): Promise<Record<string, string>> =>
  signedHeaders(
    {
      url: new URL("https://example.amazonaws.com/"),
      headers: {},
      body: "",
      region: "us-east-1",
      service: "service",
      ...post,
    },
    { ...KEYS, ...keys },
    now,
  );

export const suite: Suite = (QUnit) => {
  QUnit.module("Signature Version 4", () => {
    for (const [name, post, keys, signed] of vectors) {
      QUnit.test(`signs ${name} as AWS does`, async (assert) => {
        assert.strictEqual((await sign(post, keys)).authorization, SCOPE + signed);
      });
    }

    QUnit.test("gives every header that it has signed but the host", async (assert) => {
      const { authorization, ...sent } = await sign(
        { headers: { "content-type": "x" } },
        { sessionToken: secret("t") },
      );
      assert.deepEqual(sent, {
        "content-type": "x",
        "x-amz-date": "20150830T123600Z",
        "x-amz-security-token": "t",
      });
      assert.ok(authorization?.includes("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"));
    });

    QUnit.test("everything that is sent changes the signature", async (assert) => {
      const variants = [
        sign({}),
        sign({ body: "x" }),
        sign({ body: "ü" }),
        sign({ headers: { "content-type": "a" } }),
        sign({ url: new URL("https://example.amazonaws.com:8443/") }),
        sign({ url: new URL("https://example.amazonaws.com/path") }),
        sign({ region: "eu-central-1" }),
        sign({ service: "sts" }),
        sign({}, { secretAccessKey: secret("another") }),
        sign({}, { sessionToken: secret("t") }),
        sign({}, {}, NOW + 1_000),
      ];
      const signatures = (await Promise.all(variants)).map(
        ({ authorization }) => authorization?.split("Signature=")[1],
      );
      assert.strictEqual(new Set(signatures).size, variants.length);
    });
  });
};
