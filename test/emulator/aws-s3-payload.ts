/** Bodies sent to S3: what a checksum or a trailer says of them is true, or they are refused. */
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import * as aws from "./aws-support.ts";

const path = `/${aws.bucket}/it`;
const nine = "123456789";

/** Of `123456789`: the check values that the catalogue of CRCs has, and the digests that sha1sum and sha256sum print, in base 64. */
const checksums: readonly (readonly [name: string, value: string])[] = [
  ["crc32", "y/Q5Jg=="],
  ["crc32c", "4waSgw=="],
  ["sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="],
  ["sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="],
];

async function stage() {
  const emulator = aws.makeAws();
  const credentials = await aws.credentialsFor(emulator);
  const put = (request: Partial<aws.Unsigned>) =>
    aws.s3(emulator, credentials, path, { method: "PUT", body: nine, ...request });
  const stream = (body: string, length: number, trailer = "x-amz-checksum-crc32", more = {}) =>
    put({
      body,
      payloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      headers: {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": String(length),
        ...(trailer !== "" && { "x-amz-trailer": trailer }),
        ...more,
      },
    });
  const got = (headers: Readonly<Record<string, string>> = {}) => aws.s3(emulator, credentials, path, { headers });
  return { put, stream, got };
}

const good = "5\r\n12345\r\n4\r\n6789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n";

/** Streams that say something untrue, or nothing that can be read. */
const streams: readonly (readonly [what: string, body: string, length: number, trailer: string, code: string])[] = [
  ["another checksum", good.replace("y/Q5Jg", "y/Q5Jh"), 9, "x-amz-checksum-crc32", "400 BadDigest"],
  ["another content", good.replace("12345", "12346"), 9, "x-amz-checksum-crc32", "400 BadDigest"],
  ["another length", good, 8, "x-amz-checksum-crc32", "400 IncompleteBody"],
  ["another trailer than announced", good, 9, "x-amz-checksum-sha1", "400 MalformedTrailerError"],
  ["a trailer that was not announced", good, 9, "", "400 MalformedTrailerError"],
  ["no trailer", "9\r\n123456789\r\n0\r\n\r\n", 9, "x-amz-checksum-crc32", "400 MalformedTrailerError"],
  ["a size that is none", good.replace("5\r\n", "z\r\n"), 9, "x-amz-checksum-crc32", "400 MalformedTrailerError"],
  ["a size that is too large", good.replace("5\r\n", "6\r\n"), 9, "x-amz-checksum-crc32", "400 MalformedTrailerError"],
  ["no end", good.slice(0, 10), 9, "x-amz-checksum-crc32", "400 MalformedTrailerError"],
  [
    "an algorithm that is not played",
    good.replace("crc32", "crc64nvme"),
    9,
    "x-amz-checksum-crc64nvme",
    "501 NotImplemented",
  ],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: a body for S3", () => {
    QUnit.test("need not be signed", async (assert) => {
      const { put, got } = await stage();
      assert.strictEqual((await put({ payloadHash: "UNSIGNED-PAYLOAD" })).status, 200);
      assert.strictEqual((await got()).text, nine);
    });

    QUnit.test("must say whether it is signed", async (assert) => {
      const emulator = aws.makeAws();
      const credentials = await aws.credentialsFor(emulator);
      const url = `https://s3.${aws.region}.amazonaws.com${path}`;
      const { headers, ...sent } = await aws.sign({ method: "PUT", url, body: nine, service: "s3" }, credentials);
      const { "x-amz-content-sha256": _, ...without } = headers;
      assert.strictEqual(aws.codeOf(await aws.send(emulator, { ...sent, headers: without })), "400 InvalidRequest");
    });

    for (const [name, value] of checksums) {
      QUnit.test(`has the checksum ${name} that it says it has`, async (assert) => {
        const { put, got } = await stage();
        const header = `x-amz-checksum-${name}`;
        const kept = await put({ headers: { [header]: value, "x-amz-sdk-checksum-algorithm": name.toUpperCase() } });
        assert.deepEqual([kept.status, kept.headers.get(header)], [200, value]);
        const wrong = await put({ headers: { [header]: `A${value.slice(1)}` } });
        assert.strictEqual(aws.codeOf(wrong), "400 BadDigest");
        const asked = await got({ "x-amz-checksum-mode": "ENABLED" });
        assert.deepEqual([asked.text, asked.headers.get(header)], [nine, value]);
        const part = await got({ "x-amz-checksum-mode": "ENABLED", range: "bytes=0-1" });
        assert.deepEqual([part.headers.get(header), (await got()).headers.get(header)], [null, null]);
      });
    }

    QUnit.test("may come in chunks, with its checksum behind it", async (assert) => {
      const { stream, got } = await stage();
      const { status, text } = await stream(good, 9);
      assert.strictEqual(status, 200, text);
      assert.strictEqual((await got()).text, nine);
    });

    for (const [what, body, length, trailer, code] of streams) {
      QUnit.test(`in chunks with ${what} is refused`, async (assert) => {
        const { stream } = await stage();
        assert.strictEqual(aws.codeOf(await stream(body, length, trailer)), code);
      });
    }

    QUnit.test("of any kind is answered, 1,000 of them", async (assert) => {
      const { stream } = await stage();
      const noise = fc.oneof(
        fc.string({ unit: "binary", maxLength: 60 }),
        fc
          .tuple(fc.nat(good.length), fc.nat(5), fc.string({ maxLength: 4 }))
          .map(([at, cut, more]) => `${good.slice(0, at)}${more}${good.slice(at + cut)}`),
      );
      const known = /^(400 (BadDigest|IncompleteBody|MalformedTrailerError)|501 NotImplemented|200 undefined)$/;
      await fc.assert(
        fc.asyncProperty(noise, async (body) => known.test(aws.codeOf(await stream(body, 9)))),
        { numRuns: 1000, seed: 73 },
      );
      assert.ok(true);
    });
  });
};
