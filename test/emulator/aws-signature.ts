/** Signatures of version 4: what is signed cannot be changed, and what is wrong with the rest is said. */
import type { Emulator } from "@tokenhop/emulator";
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import * as aws from "./aws-support.ts";
import * as world from "./support.ts";

const sts = `https://sts.${aws.region}.amazonaws.com/`;
const whoAmI: aws.Unsigned = {
  method: "POST",
  url: sts,
  service: "sts",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: "Action=GetCallerIdentity&Version=2011-06-15",
};
const put: aws.Unsigned = {
  method: "PUT",
  url: `https://s3.${aws.region}.amazonaws.com/${aws.bucket}/folder/name%20of%2Bit?x-id=PutObject`,
  service: "s3",
  headers: { "content-type": "text/plain", "x-amz-meta-note": "about it" },
  body: "the content",
};

/** One character of a text replaced by another one that is no other case of it. */
const flipped = (text: string, at: number): string => {
  const other = /[a-m0-4]/i.test(text[at] ?? "") ? "y" : "b";
  return `${text.slice(0, at)}${/\d/.test(text[at] ?? "") ? (other === "y" ? "7" : "2") : other}${text.slice(at + 1)}`;
};

/** Where a character is flipped, and what S3 answers then. */
interface Part {
  readonly name: string;
  readonly of: (sent: aws.Sent) => string;
  readonly put: (sent: aws.Sent, text: string) => aws.Sent;
  readonly answers: readonly string[];
}

const header = (name: string, ...answers: readonly string[]): Part => ({
  name,
  of: ({ headers }) => headers[name] ?? "",
  put: (sent, text) => ({ ...sent, headers: { ...sent.headers, [name]: text } }),
  answers,
});

/** A part of the `Authorization` header, found by what is around it. */
const inAuthorization = (name: string, pattern: RegExp, ...answers: readonly string[]): Part => ({
  name,
  of: ({ headers }) => pattern.exec(headers.authorization ?? "")?.[1] ?? "",
  put: (sent, text) => {
    const old = sent.headers.authorization ?? "";
    const [whole = "", part = ""] = pattern.exec(old) ?? [];
    return { ...sent, headers: { ...sent.headers, authorization: old.replace(whole, whole.replace(part, text)) } };
  },
  answers,
});

const mismatch = "403 SignatureDoesNotMatch";
const malformed = "400 AuthorizationHeaderMalformed";
const parts: readonly Part[] = [
  {
    name: "the path",
    of: ({ url }) => new URL(url).pathname.slice(aws.bucket.length + 2),
    put: (sent, text) => {
      const { origin, search } = new URL(sent.url);
      return { ...sent, url: `${origin}/${aws.bucket}/${text}${search}` };
    },
    answers: [mismatch],
  },
  {
    name: "the query",
    of: ({ url }) => new URL(url).search.slice(1),
    put: (sent, text) => ({ ...sent, url: sent.url.replace(/\?.*/, `?${text}`) }),
    answers: [mismatch],
  },
  {
    name: "the body",
    of: ({ body }) => new TextDecoder().decode(body),
    put: (sent, text) => ({ ...sent, body: new TextEncoder().encode(text) }),
    answers: ["400 XAmzContentSHA256Mismatch"],
  },
  header("content-type", mismatch),
  header("x-amz-meta-note", mismatch),
  header("x-amz-content-sha256", mismatch),
  header("x-amz-security-token", "400 InvalidToken"),
  header("x-amz-date", mismatch, malformed, "403 RequestTimeTooSkewed", "403 AccessDenied"),
  inAuthorization("the key id", /Credential=(\w+)\//, "403 InvalidAccessKeyId"),
  inAuthorization("the day of the scope", /Credential=\w+\/(\d+)\//, malformed),
  inAuthorization("the region", /\/(eu-west-1)\//, malformed),
  inAuthorization("the service", /\/(s3)\//, malformed),
  inAuthorization("the end of the scope", /\/(aws4_request),/, malformed),
  inAuthorization("the names of signed headers", /SignedHeaders=([\w;-]+),/, "403 AccessDenied", mismatch, malformed),
  inAuthorization("the signature", /Signature=(\w+)$/, mismatch, malformed),
];

async function stage(): Promise<{ readonly emulator: Emulator; readonly credentials: aws.Credentials }> {
  const emulator = aws.makeAws();
  return { emulator, credentials: await aws.credentialsFor(emulator) };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: AWS signatures", () => {
    QUnit.test("the signer of these tests signs AWS's own example as AWS does", async (assert) => {
      const { headers } = await aws.sign(
        {
          url: "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
          headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
          service: "iam",
          region: "us-east-1",
          at: Date.UTC(2015, 7, 30, 12, 36),
        },
        { id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token: "" },
      );
      assert.strictEqual(
        headers.authorization,
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
      );
    });

    QUnit.test("are taken as they were made", async (assert) => {
      const { emulator, credentials } = await stage();
      assert.strictEqual((await aws.ask(emulator, credentials, put)).status, 200);
      const { status, text } = await aws.ask(emulator, credentials, whoAmI);
      const read = ["Arn", "UserId", "Account"].map((name) => aws.xmlText(text, name));
      assert.deepEqual(
        [status, ...read],
        [200, `arn:aws:sts::${aws.accountId}:assumed-role/demo-role/test`, "AROADEMOXROLEXXXXXXXX:test", aws.accountId],
      );
    });

    for (const part of parts) {
      QUnit.test(`are refused when a character of ${part.name} is another`, async (assert) => {
        const { emulator, credentials } = await stage();
        const sent = await aws.sign(put, credentials);
        const text = part.of(sent);
        assert.ok(text.length > 1, text);
        const seen = new Set<string>();
        const places = fc.nat(text.length - 1).filter((at) => /\w/.test(text[at] ?? ""));
        await fc.assert(
          fc.asyncProperty(places, async (at) => {
            const code = aws.codeOf(await aws.send(emulator, part.put(sent, flipped(text, at))));
            seen.add(code);
            return part.answers.includes(code);
          }),
          { numRuns: 40, seed: 72 },
        );
        assert.ok(seen.has(part.answers[0] ?? ""), [...seen].join());
        assert.strictEqual((await aws.send(emulator, sent)).status, 200, "unchanged it is taken");
      });
    }

    QUnit.test("are refused for another method or host", async (assert) => {
      const { emulator, credentials } = await stage();
      const sent = await aws.sign({ ...put, method: "DELETE", body: "" }, credentials);
      assert.strictEqual(aws.codeOf(await aws.send(emulator, { ...sent, method: "PUT" })), mismatch);
      const sibling = sent.url.replace("https://", `https://${aws.bucket}.`);
      assert.strictEqual(aws.codeOf(await aws.send(emulator, { ...sent, url: sibling })), mismatch);
    });

    QUnit.test("below the emulator's own origin are for that, or for the host that the path names", async (assert) => {
      const { emulator, credentials } = await stage();
      const below = (url: string, host = "localhost:8443"): string => url.replace("https://", `https://${host}/`);
      const own = await aws.sign({ ...put, url: below(put.url) }, credentials);
      assert.strictEqual((await aws.send(emulator, own)).status, 200);
      const real = await aws.sign(put, credentials);
      assert.strictEqual((await aws.send(emulator, { ...real, url: below(put.url) })).status, 200);
      const others = [
        { ...own, url: below(put.url, "127.0.0.1:8443") },
        { ...own, url: put.url },
        { ...real, url: `${below(put.url)}&more=1` },
        { ...real, url: below(put.url).replace("folder", "folded") },
      ];
      for (const sent of others) assert.strictEqual(aws.codeOf(await aws.send(emulator, sent)), mismatch, sent.url);
    });

    QUnit.test("of STS are refused in its own words", async (assert) => {
      const { emulator, credentials } = await stage();
      const minutes = (count: number) => world.startAt + count * 60_000;
      const message = async (changes: Partial<aws.Unsigned>): Promise<string> => {
        const reply = await aws.ask(emulator, credentials, { ...whoAmI, ...changes });
        return `${aws.codeOf(reply)} ${aws.xmlText(reply.text, "Message")}`;
      };
      assert.deepEqual(
        [
          await message({ at: minutes(-5.5) }),
          await message({ at: minutes(5.5) }),
          await message({ region: "eu-west-2" }),
          await message({ service: "s3" }),
        ],
        [
          "403 SignatureDoesNotMatch Signature expired: 20260115T115430Z is now earlier than 20260115T115500Z (20260115T120000Z - 5 min.)",
          "403 SignatureDoesNotMatch Signature not yet current: 20260115T120530Z is still later than 20260115T120500Z (20260115T120000Z + 5 min.)",
          "403 SignatureDoesNotMatch Credential should be scoped to a valid region, not 'eu-west-2'. Expected 'eu-west-1'.",
          "403 SignatureDoesNotMatch Credential should be scoped to correct service: 'sts'.",
        ],
      );
      assert.strictEqual((await aws.ask(emulator, credentials, { ...whoAmI, at: minutes(-5) })).status, 200);

      const sent = await aws.sign(whoAmI, credentials);
      const change = async (changes: Partial<aws.Sent>): Promise<string> =>
        aws.codeOf(await aws.send(emulator, { ...sent, ...changes }));
      const { authorization: _, ...bare } = sent.headers;
      const body = new TextEncoder().encode("Action=GetCallerIdentity&Version=2011-06-15&x=1");
      assert.deepEqual(
        [
          await change({ headers: bare }),
          await change({ headers: { ...bare, authorization: "Bearer x" } }),
          await change({ headers: { ...sent.headers, "x-amz-date": "now" } }),
          await change({ headers: { ...sent.headers, "x-amz-security-token": "x" } }),
          await change({ body }),
          await change({ headers: { ...sent.headers, "x-amz-more": "1" } }),
        ],
        [
          "403 MissingAuthenticationToken",
          "400 IncompleteSignature",
          "400 IncompleteSignature",
          "403 InvalidClientTokenId",
          "403 SignatureDoesNotMatch",
          "403 SignatureDoesNotMatch",
        ],
      );
      const stranger = { ...credentials, id: "ASIAAAAAAAAAAAAAAAAA" };
      assert.strictEqual(aws.codeOf(await aws.ask(emulator, stranger, whoAmI)), "403 InvalidClientTokenId");
      const guessed = { ...credentials, secret: credentials.secret.replace(/^./, "_") };
      assert.strictEqual(aws.codeOf(await aws.ask(emulator, guessed, whoAmI)), "403 SignatureDoesNotMatch");
    });

    QUnit.test("count no longer when the session has ended", async (assert) => {
      const { emulator, credentials } = await stage();
      emulator.advanceClock(3_600_000 - 1000);
      const at = emulator.now();
      assert.strictEqual((await aws.ask(emulator, credentials, { ...whoAmI, at })).status, 200);
      emulator.advanceClock(1000);
      assert.strictEqual(aws.codeOf(await aws.ask(emulator, credentials, { ...whoAmI, at })), "403 ExpiredToken");
      const later = { at: emulator.now() };
      assert.strictEqual(aws.codeOf(await aws.ask(emulator, credentials, { ...whoAmI, ...later })), "403 ExpiredToken");
      assert.strictEqual(aws.codeOf(await aws.ask(emulator, credentials, { ...put, ...later })), "400 ExpiredToken");
    });
  });
};
