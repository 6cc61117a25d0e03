/** Our requests to STS, and how we read it, beside `@aws-sdk/client-sts`: the same signature, the same form, the same words. */
import {
  AssumeRoleWithWebIdentityCommand,
  GetWebIdentityTokenCommand,
  STSClient,
  type STSClientConfig,
} from "@aws-sdk/client-sts";
import { secret } from "@tokenhop/core";
import { awsWebIdentity } from "@tokenhop/core/sources/aws-web-identity";
import { awsSts } from "@tokenhop/core/targets/aws-sts";
import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { signedHeaders } from "../../../packages/core/src/internal/sigv4.ts";
import { contextFor, failureOf } from "../../contract/platform.ts";
import type { Suite } from "../../harness.ts";
import { canary, canaryToken } from "../../leak.ts";
import * as outbound from "../../sources/aws-web-identity-support.ts";
import * as sts from "../../targets/aws-sts-support.ts";

const region = "eu-central-1";
const policy = '{"Version":"2012-10-17","Statement":[]}';
const managed = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/a+b=c"];

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly hostname: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A client whose requests go nowhere, and are answered with this. */
function theirs(body: string, statusCode = 200, keys: Partial<outbound.Plain> = {}) {
  const sent: Sent[] = [];
  const requestHandler = {
    async handle(request: Sent) {
      sent.push(request);
      const stream = new Response(body).body;
      return { response: { statusCode, headers: { "content-type": "text/xml" }, body: stream } };
    },
  } as unknown as NonNullable<STSClientConfig["requestHandler"]>;
  const credentials = {
    accessKeyId: outbound.KEY_ID,
    secretAccessKey: outbound.SECRET,
    sessionToken: outbound.SESSION,
    ...keys,
  };
  return { sent, client: new STSClient({ region, credentials, requestHandler, maxAttempts: 1 }) };
}

/** The text of a form, sorted: the order of its fields is nobody's business. */
const fieldsOf = (form: string): readonly (readonly [string, string])[] => [...new URLSearchParams(form)].sort();

/** Our exchange with the same answer. */
function ours(body: string, status = 200, token: string = canaryToken()) {
  const fetch = scriptedFetch([new Response(body, { status })]);
  const target = awsSts({ roleArn: sts.ROLE, region, durationMs: 900_000, sessionPolicy: policy, policyArns: managed });
  const context = contextFor(testPlatform({ clock: manualClock(), fetch }));
  return { requests: fetch.requests, run: () => target.exchange({ token: secret(token) }, {}, context) };
}

const assume = (WebIdentityToken: string): AssumeRoleWithWebIdentityCommand =>
  new AssumeRoleWithWebIdentityCommand({
    RoleArn: sts.ROLE,
    RoleSessionName: "tokenhop",
    WebIdentityToken,
    DurationSeconds: 900,
    Policy: policy,
    PolicyArns: managed.map((arn) => ({ arn })),
  });

export const suite: Suite = (QUnit) => {
  QUnit.module("our requests to STS beside the AWS SDK's", () => {
    for (const [what, keys] of [
      ["as they usually are", {}],
      [
        "with characters of base64",
        { secretAccessKey: canary("a/b+c==d/e+f==Vx8Yq3Nn5Jc"), sessionToken: canary("//++==//++==Wz4Kp6Hb2Ls") },
      ],
      ["of one character", { secretAccessKey: "k", sessionToken: "t" }],
    ] as const) {
      QUnit.test(`signs as the SDK does, with keys ${what}`, async (assert) => {
        const { client, sent } = theirs(outbound.reply(canaryToken()), 200, keys);
        for (const audience of ["api://AzureADTokenExchange", "https://a.example/?b=c&d e", "ü ~*'()!"]) {
          sent.length = 0;
          const input = { Audience: [audience], SigningAlgorithm: "RS256", Tags: [{ Key: "a b", Value: "*~'()" }] };
          await client.send(new GetWebIdentityTokenCommand(input));
          const { headers, hostname, path, body } = sent[0] as Sent;
          const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
          const wanted = byName.get("authorization") ?? "";
          const names = /SignedHeaders=([^,]+)/.exec(wanted)?.[1]?.split(";") ?? [];
          const own = ["host", "x-amz-date", "x-amz-security-token"];
          assert.ok(own.every((name) => names.includes(name)));
          const given = names.filter((name) => !own.includes(name)).map((name) => [name, byName.get(name) ?? ""]);
          const date = (byName.get("x-amz-date") ?? "").replace(/(....)(..)(..T..)(..)(..)/, "$1-$2-$3:$4:$5");
          const { authorization } = await signedHeaders(
            {
              url: new URL(`https://${hostname}${path}`),
              headers: Object.fromEntries(given),
              body,
              region,
              service: "sts",
            },
            {
              accessKeyId: outbound.KEY_ID,
              secretAccessKey: secret(keys.secretAccessKey ?? outbound.SECRET),
              sessionToken: secret(keys.sessionToken ?? outbound.SESSION),
            },
            Date.parse(date),
          );
          assert.strictEqual(authorization, wanted);
        }
      });
    }

    QUnit.test("asks for a token for elsewhere with the SDK's form, at its endpoint", async (assert) => {
      const { client, sent } = theirs(outbound.reply(canaryToken()));
      const tags = { team: "orders & co", "a/b": "=+ é" };
      await client.send(
        new GetWebIdentityTokenCommand({
          Audience: ["https://elsewhere.example"],
          SigningAlgorithm: "ES384",
          DurationSeconds: 600,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      );
      const { platform, run } = outbound.asking({ signingAlgorithm: "ES384", durationMs: 600_000, tags });
      await run("https://elsewhere.example");
      const [mine, other] = [platform.requests[0], sent[0]];
      assert.deepEqual(fieldsOf(mine?.body ?? ""), fieldsOf(other?.body ?? "no request"));
      assert.strictEqual(mine?.url.href, `https://${other?.hostname}${other?.path}`);
      assert.strictEqual(mine?.headers.get("content-type"), other?.headers["content-type"] ?? "");
      assert.strictEqual(awsWebIdentity({ outbound: outbound.OUTBOUND }).name, "aws-web-identity");
    });

    QUnit.test("asks for a session with the SDK's form, at its endpoint", async (assert) => {
      const token = canaryToken();
      const { client, sent } = theirs(sts.reply());
      await client.send(assume(token));
      const { run, requests } = ours(sts.reply(), 200, token);
      await run();
      const [mine, other] = [requests[0] as Request, sent[0]];
      assert.ok(JSON.stringify(fieldsOf(await mine.text())) === JSON.stringify(fieldsOf(other?.body ?? "no request")));
      assert.strictEqual(mine.url, `https://${other?.hostname}${other?.path}`);
      assert.strictEqual(other?.headers.authorization, undefined, "nor does it sign that one");
    });
  });

  QUnit.module("STS as we read it and as the AWS SDK does", () => {
    const odd = (text: string): string => text.replaceAll(/<SessionToken>([^<]*)/g, "<SessionToken><![CDATA[$1]]>");
    for (const [what, make] of [
      ["as it is", (text: string) => text],
      ["with a declaration", (text: string) => `<?xml version="1.0" encoding="UTF-8"?>\n${text}`],
      ["with CDATA", odd],
      ["with references", (text: string) => text.replace("ASIAIOSF", "&#65;SIA&#x49;OSF")],
      ["with comments", (text: string) => text.replace("<Credentials>", "<!-- no --><Credentials>")],
    ] as const) {
      QUnit.test(`the same credentials, ${what}`, async (assert) => {
        const body = make(sts.reply());
        const { Credentials: their } = await theirs(body).client.send(assume(canaryToken()));
        const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = await ours(body).run();
        assert.deepEqual([accessKeyId, expiresAt], [their?.AccessKeyId ?? "", their?.Expiration?.getTime() ?? 0]);
        assert.ok(secretAccessKey.reveal() === their?.SecretAccessKey);
        assert.ok(sessionToken.reveal() === their?.SessionToken);
      });
    }

    for (const code of ["AccessDenied", "PackedPolicyTooLarge", "MalformedPolicyDocument", "IDPRejectedClaim"]) {
      QUnit.test(`the same refusal: ${code}`, async (assert) => {
        const body = sts.refusal(code, "Not <authorized> & 'so' on");
        const error = (await theirs(body, 403)
          .client.send(assume(canaryToken()))
          .catch((thrown: unknown) => thrown)) as {
          readonly Code?: string;
          readonly name: string;
          readonly message: string;
        };
        const mine = await failureOf(ours(body, 403).run);
        assert.strictEqual(mine.error, error.Code ?? error.name);
        assert.ok(mine.message.includes(`HTTP 403 ${code} ${error.message} (`), mine.message);
      });
    }
  });
};
