/** The little of S3 that shows what credentials are good for. */
import type { Suite } from "../harness.ts";
import * as aws from "./aws-support.ts";
import * as world from "./support.ts";

const { bucket, region } = aws;
const objectArn = (name: string): string => `arn:aws:s3:::${bucket}/${name}`;
const policy = (Action: unknown, Resource: unknown): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action, Resource } });

async function stage(fields: aws.Fields = {}) {
  const emulator = aws.makeAws();
  const credentials = await aws.credentialsFor(emulator, fields);
  const ask = (path: string, request: Partial<aws.Unsigned> = {}) => aws.s3(emulator, credentials, path, request);
  const put = (key: string, body = key) => ask(`/${bucket}/${key}`, { method: "PUT", body });
  return { emulator, credentials, ask, put };
}

const all = (text: string, name: string): readonly string[] =>
  [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, value]) => value ?? "");

/** What the role may do without a session policy, then with some: written by hand. */
const policies: readonly (readonly [name: string, fields: aws.Fields, get: string, put: string, list: string])[] = [
  ["no policy", {}, "200", "200", "200"],
  ["a policy for one object", { Policy: policy("s3:GetObject", objectArn("one")) }, "200", "403", "403"],
  ["a policy for another object", { Policy: policy(["s3:GetObject"], [objectArn("two")]) }, "403", "403", "403"],
  ["a policy with wildcards", { Policy: policy("S3:*Object", objectArn("o?e")) }, "200", "200", "403"],
  ["a policy for more than the role has", { Policy: policy("*", "*") }, "200", "200", "200"],
  ["a managed policy", { "PolicyArns.member.1.arn": aws.policyArn }, "200", "403", "200"],
  [
    "both kinds of policies",
    { "PolicyArns.member.1.arn": aws.policyArn, Policy: policy("s3:PutObject", objectArn("*")) },
    "200",
    "200",
    "200",
  ],
];

const refusals: readonly (readonly [when: string, path: string, request: Partial<aws.Unsigned>, code: string])[] = [
  ["keys are listed in the old way", `/${bucket}`, {}, "501 NotImplemented"],
  ["the bucket does not exist", "/none?list-type=2", {}, "404 NoSuchBucket"],
  ["the key does not exist", `/${bucket}/none`, {}, "404 NoSuchKey"],
  ["the bucket is another account's", "/not-ours/one", {}, "403 AccessDenied"],
  ["the bucket is in another region", "/far.away/one", {}, "301 PermanentRedirect"],
  ["the role may not", `/${bucket}/one`, { method: "DELETE" }, "403 AccessDenied"],
  ["it is about a version", `/${bucket}/one?versionId=1`, {}, "501 NotImplemented"],
  ["it is a copy", `/${bucket}/one`, { method: "PUT", headers: { "x-amz-copy-source": "a/b" } }, "501 NotImplemented"],
  [
    "the chunks are signed",
    `/${bucket}/one`,
    { method: "PUT", payloadHash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" },
    "501 NotImplemented",
  ],
  ["the request is old", `/${bucket}/one`, { at: world.startAt - 900_001 }, "403 RequestTimeTooSkewed"],
  ["the request is of tomorrow", `/${bucket}/one`, { at: world.startAt + 86_400_000 }, "403 RequestTimeTooSkewed"],
  ["the scope names another region", `/${bucket}/one`, { region: "us-east-1" }, "400 AuthorizationHeaderMalformed"],
  ["a token for a page is none", `/${bucket}?continuation-token=%25&list-type=2`, {}, "400 InvalidArgument"],
  ["the size of a page is none", `/${bucket}?list-type=2&max-keys=x`, {}, "400 InvalidArgument"],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: S3", () => {
    QUnit.test("keeps an object as it was put, and gives parts of it", async (assert) => {
      const { ask } = await stage();
      const headers = { "content-type": "text/plain", "x-amz-meta-note": "x" };
      const put = await ask(`/${bucket}/a%20b/c`, { method: "PUT", body: "0123456789", headers });
      const etag = put.headers.get("etag");
      assert.ok(put.status === 200 && /^"[0-9a-f]{32}"$/.test(etag ?? ""), put.text);
      const got = await ask(`/${bucket}/a%20b/c`);
      const read = ["content-type", "x-amz-meta-note", "etag", "content-length", "last-modified", "date"];
      assert.deepEqual(
        [got.status, got.text, ...read.map((name) => got.headers.get(name))],
        [
          200,
          "0123456789",
          "text/plain",
          "x",
          etag,
          "10",
          "Thu, 15 Jan 2026 12:00:00 GMT",
          "Thu, 15 Jan 2026 12:00:00 GMT",
        ],
      );
      const part = await ask(`/${bucket}/a%20b/c`, { headers: { range: "bytes=2-4" } });
      assert.deepEqual([part.status, part.text, part.headers.get("content-range")], [206, "234", "bytes 2-4/10"]);
      const head = await ask(`/${bucket}/a%20b/c`, { method: "HEAD" });
      assert.deepEqual([head.status, head.text, head.headers.get("content-length")], [200, "", "10"]);
      const beyond = await ask(`/${bucket}/a%20b/c`, { headers: { range: "bytes=10-" } });
      assert.strictEqual(aws.codeOf(beyond), "416 InvalidRange");
    });

    QUnit.test("is found by the bucket's own host too", async (assert) => {
      const { emulator, credentials, put } = await stage();
      await put("one");
      const url = `https://${bucket}.s3.${region}.amazonaws.com/one`;
      assert.strictEqual((await aws.ask(emulator, credentials, { url, service: "s3" })).text, "one");
      const global = {
        url: `https://far.away.s3.amazonaws.com/?list-type=2`,
        service: "s3",
        region: "us-east-1",
      } as const;
      const long = await aws.credentialsFor(emulator, { RoleArn: aws.arnOf("long") });
      assert.strictEqual(aws.xmlText((await aws.ask(emulator, long, global)).text, "Name"), "far.away");
    });

    QUnit.test("lists buckets, and keys page by page", async (assert) => {
      const { ask, put } = await stage();
      const buckets = await ask("/");
      assert.deepEqual(all(buckets.text, "Name"), [bucket, "far.away"]);
      for (const key of ["b/1", "b/2", "a", "c&d", "b/deep/1"])
        await put(encodeURIComponent(key).replaceAll("%2F", "/"));
      const list = async (query: string) => (await ask(`/${bucket}?${query}`)).text;
      const whole = await list("list-type=2");
      assert.deepEqual(all(whole, "Key"), ["a", "b/1", "b/2", "b/deep/1", "c&amp;d"]);
      assert.deepEqual([aws.xmlText(whole, "IsTruncated"), aws.xmlText(whole, "KeyCount")], ["false", "5"]);
      const folders = await list("delimiter=%2F&list-type=2");
      assert.deepEqual(
        [all(folders, "Key"), all(folders, "Prefix")],
        [
          ["a", "c&amp;d"],
          ["", "b/"],
        ],
      );
      const inside = await list("delimiter=%2F&list-type=2&prefix=b%2F");
      assert.deepEqual(
        [all(inside, "Key"), all(inside, "Prefix")],
        [
          ["b/1", "b/2"],
          ["b/", "b/deep/"],
        ],
      );
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const more = token === undefined ? "" : `continuation-token=${encodeURIComponent(token)}&`;
        const page = await list(`${more}list-type=2&max-keys=2`);
        seen.push(all(page, "Key").join(" "));
        token = aws.xmlText(page, "NextContinuationToken");
      } while (token !== undefined);
      assert.deepEqual(seen, ["a b/1", "b/2 b/deep/1", "c&amp;d"]);
      assert.deepEqual(all(await list("list-type=2&start-after=b%2F2"), "Key"), ["b/deep/1", "c&amp;d"]);
      assert.deepEqual(all(await list("encoding-type=url&list-type=2&prefix=c"), "Key"), ["c%26d"]);
    });

    for (const [name, fields, ...expected] of policies) {
      QUnit.test(`lets a session with ${name} do what it may`, async (assert) => {
        const { emulator, put } = await stage();
        await put("one");
        const narrowed = await aws.credentialsFor(emulator, fields);
        const status = async (path: string, request: Partial<aws.Unsigned> = {}): Promise<string> =>
          String((await aws.s3(emulator, narrowed, path, request)).status);
        const one = `/${bucket}/one`;
        const seen = [await status(one), await status(one, { method: "PUT", body: "1" })];
        assert.deepEqual([...seen, await status(`/${bucket}?list-type=2`)], expected);
      });
    }

    QUnit.test("gives nothing by a session policy that the role has not", async (assert) => {
      const { emulator, put } = await stage();
      await put("one");
      const all = await aws.credentialsFor(emulator, { Policy: policy("*", "*") });
      const remove = (credentials: aws.Credentials) =>
        aws.s3(emulator, credentials, `/${bucket}/one`, { method: "DELETE" });
      assert.strictEqual(aws.codeOf(await remove(all)), "403 AccessDenied");
      const long = await aws.credentialsFor(emulator, { RoleArn: aws.arnOf("long") });
      assert.strictEqual((await remove(long)).status, 204);
      const foreign = await aws.s3(emulator, long, "/not-ours/one", { method: "PUT" });
      assert.strictEqual(aws.codeOf(foreign), "403 AccessDenied", "who may do all has no other account's bucket");
    });

    QUnit.test("tells nobody whether a key exists who may not list", async (assert) => {
      const { emulator } = await stage();
      const narrowed = await aws.credentialsFor(emulator, { Policy: policy("s3:GetObject", "*") });
      assert.strictEqual(aws.codeOf(await aws.s3(emulator, narrowed, `/${bucket}/none`)), "403 AccessDenied");
    });

    for (const [when, path, request, code] of refusals) {
      QUnit.test(`refuses when ${when}`, async (assert) => {
        const { ask } = await stage();
        assert.strictEqual(aws.codeOf(await ask(path, request)), code);
      });
    }

    QUnit.test("says in its own shape what is wrong, and never a session token", async (assert) => {
      const { emulator, credentials, ask } = await stage();
      const old = await ask(`/${bucket}/one`, { at: world.startAt - 960_000 });
      assert.strictEqual(
        old.text,
        [
          '<?xml version="1.0" encoding="utf-8"?><Error><Code>RequestTimeTooSkewed</Code>',
          "<Message>The difference between the request time and the current time is too large.</Message>",
          "<RequestTime>20260115T114400Z</RequestTime><ServerTime>2026-01-15T12:00:00Z</ServerTime>",
          "<MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>",
          `<RequestId>${old.headers.get("x-amz-request-id")}</RequestId><HostId>${old.headers.get("x-amz-id-2")}</HostId></Error>`,
        ].join(""),
      );
      const anonymous = await aws.askText(emulator, `https://s3.${region}.amazonaws.com/${bucket}/one`);
      assert.strictEqual(aws.codeOf(anonymous), "403 AccessDenied");
      const sent = await aws.sign(
        { url: `https://s3.${region}.amazonaws.com/${bucket}/one`, service: "s3" },
        credentials,
      );
      const wrong = await aws.send(emulator, { ...sent, url: `${sent.url}s` });
      assert.strictEqual(aws.xmlText(wrong.text, "StringToSign")?.split("\n").length, 4);
      assert.notOk(JSON.stringify([wrong.text, emulator.log]).includes(credentials.token.slice(0, 40)));
      const redirect = await ask("/far.away/one");
      assert.deepEqual(
        [redirect.headers.get("x-amz-bucket-region"), aws.xmlText(redirect.text, "Endpoint")],
        ["us-east-1", "far.away.s3.us-east-1.amazonaws.com"],
      );
      const head = await ask(`/${bucket}/none`, { method: "HEAD" });
      assert.deepEqual([head.status, head.text], [404, ""]);
    });
  });
};
