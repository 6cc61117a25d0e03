/** `AssumeRoleWithWebIdentity`: what is granted, and to whom. */
import { demoIds } from "@tokenhop/emulator";
import fc from "fast-check";
import { exportJWK, importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import type { Suite } from "../harness.ts";
import * as aws from "./aws-support.ts";
import * as world from "./support.ts";

const { oidcIssuer, oidcSubject } = demoIds;
const own = oidcIssuer.replace("https://", "");

const endpoints: readonly (readonly [name: string, url: string])[] = [
  ["of a region", `https://sts.${aws.region}.amazonaws.com/`],
  ["of a region with digits", "https://sts.us-gov-west-1.amazonaws.com"],
  ["that is global", "https://sts.amazonaws.com/"],
  ["below the emulator's own origin", "https://localhost:8443/sts.eu-west-1.amazonaws.com/"],
  ["below the emulator's own origin, without a slash", "http://127.0.0.1:8080/sts.amazonaws.com"],
];

type Family = "RSA" | "P-256" | "P-384" | "P-521";
const families: Readonly<Record<string, Family>> = {
  RS256: "RSA",
  RS384: "RSA",
  RS512: "RSA",
  ES256: "P-256",
  ES384: "P-384",
  ES512: "P-521",
};

interface Pair {
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

async function makePair(family: Family): Promise<Pair> {
  const { publicKey, privateKey } =
    family === "RSA"
      ? await world.pooledKey("outside", 0)
      : await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: family }, true, ["sign", "verify"]);
  const bare = async (key: CryptoKey): Promise<JWK> => {
    const { alg: _, key_ops: _ops, ext: _ext, ...jwk } = await exportJWK(key);
    return jwk;
  };
  return { publicJwk: await bare(publicKey), privateJwk: await bare(privateKey) };
}

const claims: JWTPayload = {
  iss: world.outsideIssuer,
  sub: "me",
  aud: aws.awsAudience,
  iat: world.startAt / 1000,
  exp: world.startAt / 1000 + 300,
};

async function signed(alg: string, { privateJwk }: Pair, kid: string): Promise<string> {
  const key = await importJWK(privateJwk, alg);
  return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key);
}

/** An emulator that finds these keys at the issuer outside. */
const withKeys = (keys: readonly JWK[]) =>
  aws.makeAws({
    fetch: async (url) =>
      Response.json(
        url.endsWith("/openid-configuration")
          ? { issuer: world.outsideIssuer, jwks_uri: `${world.outsideIssuer}/keys` }
          : { keys },
      ),
  });

const fromOutside = (token: string): aws.Fields => ({ RoleArn: aws.arnOf("outside"), WebIdentityToken: token });

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: AssumeRoleWithWebIdentity", () => {
    QUnit.test("answers as STS does, to the letter", async (assert) => {
      const emulator = aws.makeAws();
      const reply = await aws.assume(emulator);
      assert.deepEqual(
        [reply.status, reply.headers.get("content-type"), reply.headers.get("date")],
        [200, "text/xml", "Thu, 15 Jan 2026 12:00:00 GMT"],
      );
      const { id, secret, token } = aws.credentialsOf(reply);
      assert.ok(/^ASIA[A-Z2-7]{16}$/.test(id) && /^[\w+/]{40}$/.test(secret) && token.length > 300);
      const requestId = reply.headers.get("x-amzn-requestid");
      assert.strictEqual(
        reply.text,
        [
          '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">',
          "<AssumeRoleWithWebIdentityResult><Credentials>",
          `<AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${token}</SessionToken>`,
          "<Expiration>2026-01-15T13:00:00Z</Expiration></Credentials>",
          `<AssumedRoleUser><Arn>arn:aws:sts::${aws.accountId}:assumed-role/demo-role/test</Arn>`,
          "<AssumedRoleId>AROADEMOXROLEXXXXXXXX:test</AssumedRoleId></AssumedRoleUser>",
          `<SubjectFromWebIdentityToken>${oidcSubject}</SubjectFromWebIdentityToken>`,
          `<Audience>sts.amazonaws.com</Audience><Provider>arn:aws:iam::${aws.accountId}:oidc-provider/${own}</Provider>`,
          "</AssumeRoleWithWebIdentityResult>",
          `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>\n`,
        ].join(""),
      );
      const { route, outcome, client, subject, audience } = emulator.log.at(-1) ?? {};
      assert.deepEqual(
        [route, outcome, client, subject, audience],
        [
          "aws-sts",
          "granted",
          `arn:aws:sts::${aws.accountId}:assumed-role/demo-role/test`,
          oidcSubject,
          aws.awsAudience,
        ],
      );
    });

    for (const [name, url] of endpoints) {
      QUnit.test(`is answered at the endpoint ${name}`, async (assert) => {
        assert.strictEqual((await aws.assume(aws.makeAws(), {}, url)).status, 200);
      });
    }

    QUnit.test("is answered to GET too", async (assert) => {
      const emulator = aws.makeAws();
      const query = new URLSearchParams({
        Action: "AssumeRoleWithWebIdentity",
        Version: "2011-06-15",
        RoleArn: aws.roleArn,
        RoleSessionName: "test",
        WebIdentityToken: await aws.awsToken(emulator),
      });
      assert.strictEqual((await aws.askText(emulator, `https://sts.amazonaws.com/?${query}`)).status, 200);
    });

    QUnit.test("gives other credentials each time, for as long as was asked", async (assert) => {
      const emulator = aws.makeAws();
      const replies = [
        await aws.assume(emulator, { DurationSeconds: "900" }),
        await aws.assume(emulator, { DurationSeconds: "3600" }),
        await aws.assume(emulator, { RoleArn: aws.arnOf("long"), DurationSeconds: "43200" }),
      ];
      assert.deepEqual(
        replies.map(({ text }) => aws.xmlText(text, "Expiration")),
        ["2026-01-15T12:15:00Z", "2026-01-15T13:00:00Z", "2026-01-16T00:00:00Z"],
      );
      for (const part of ["id", "secret", "token"] as const) {
        assert.strictEqual(new Set(replies.map((reply) => aws.credentialsOf(reply)[part])).size, 3, part);
      }
    });

    QUnit.test("takes a subject by its pattern, and any one of several audiences", async (assert) => {
      const emulator = aws.makeAws();
      const ask = async (subject: string, audience: unknown): Promise<number> => {
        const token = await aws.awsToken(emulator, { subject, audience });
        return (await aws.assume(emulator, { RoleArn: aws.arnOf("any-branch"), WebIdentityToken: token })).status;
      };
      const heads = "repo:tokenhop/demo:ref:refs/heads/";
      assert.deepEqual(
        [
          await ask(`${heads}main`, "other"),
          await ask(`${heads}a/b`, ["nobody", "sts.amazonaws.com", "other"]),
          await ask(heads, "other"),
          await ask(`x${heads}main`, "other"),
          await ask(`${heads}main`, "sts.amazonaws.com"),
          await ask(heads.replace("tokenhop/demo", "tokenhop-demo"), "other"),
        ],
        [200, 200, 403, 403, 403, 403],
      );
    });

    for (const alg of Object.keys(families)) {
      QUnit.test(`takes tokens that are signed with ${alg}`, async (assert) => {
        const pair = await makePair(families[alg] ?? "RSA");
        const token = await signed(alg, pair, "one");
        const plain = { ...pair.publicJwk, kid: "one" };
        const named = withKeys([
          { kty: "oct", kid: "other" },
          { ...plain, alg, use: "sig" },
        ]);
        assert.strictEqual((await aws.assume(named, fromOutside(token))).status, 200);
        assert.strictEqual((await aws.assume(withKeys([plain]), fromOutside(token))).status, 200);
        const misnamed = withKeys([{ ...plain, alg: alg === "RS256" ? "RS512" : "RS256" }]);
        assert.strictEqual(aws.codeOf(await aws.assume(misnamed, fromOutside(token))), "400 InvalidIdentityToken");
      });
    }

    QUnit.test("takes no token of which a single bit was changed", async (assert) => {
      const emulator = aws.makeAws();
      const token = await aws.awsToken(emulator);
      const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      const places = fc.nat(token.length - 1).filter((at) => token[at] !== ".");
      await fc.assert(
        fc.asyncProperty(places, async (at) => {
          // The highest bit of the six: the lowest ones of a segment's last letter mean nothing.
          const changed = letters[letters.indexOf(token[at] ?? "") ^ 32];
          const forged = `${token.slice(0, at)}${changed}${token.slice(at + 1)}`;
          const { status, text } = await aws.assume(emulator, { WebIdentityToken: forged });
          return (
            status === 400 && /^(InvalidIdentityToken|ExpiredTokenException)$/.test(aws.xmlText(text, "Code") ?? "")
          );
        }),
        { numRuns: 300, seed: 71 },
      );
      assert.strictEqual((await aws.assume(emulator, { WebIdentityToken: token })).status, 200);
    });
  });
};
