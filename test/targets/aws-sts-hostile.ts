/** Replies that nobody should believe, and what is made of them. */
import { isTokenError, secret } from "@tokenhop/core";
import { awsSts } from "@tokenhop/core/targets/aws-sts";
import { scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import fc from "fast-check";
import { contextFor, NOW } from "../contract/platform.ts";
import { FUZZ_RUNS } from "../fuzz.ts";
import type { Suite } from "../harness.ts";
import { canaryToken, record } from "../leak.ts";
import { ACTION, elements, exchanged, failureAt, good, NAMESPACE, OPTIONS, refusal, reply } from "./aws-sts-support.ts";

const lol = (depth: number): string =>
  Array.from({ length: depth }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join("");
const inResult = (inner: string): string =>
  `<${ACTION}Response xmlns="${NAMESPACE}"><${ACTION}Result>${inner}</${ACTION}Result></${ACTION}Response>`;
const credentials = (): string => `<Credentials>${elements(good())}</Credentials>`;
const replaced = (from: string | RegExp, to: string): string => {
  const text = reply();
  const changed = text.replace(from, to);
  if (changed === text) throw new Error("nothing was changed");
  return changed;
};

/** By what they are, with status 200. */
const bad: Readonly<Record<string, () => string>> = {
  "a bomb of entities": () =>
    `<!DOCTYPE x [<!ENTITY l0 "lol">${lol(9)}]>${replaced(/<SessionToken>[^<]*/, "<SessionToken>&l9;")}`,
  "an entity of a file": () =>
    `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${replaced(/<SessionToken>[^<]*/, "<SessionToken>&f;")}`,
  "a DOCTYPE and nothing wrong behind it": () => `<!DOCTYPE ${ACTION}Response>${reply()}`,
  "a DOCTYPE elsewhere": () => `<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">${reply()}`,
  "an entity that nobody declared": () => replaced("repo:o/r", "repo:&nbsp;"),
  "an entity without an end": () => replaced("repo:o/r", "a & b"),
  "a NUL by its number": () => replaced("repo:o/r", "&#0;"),
  "half a surrogate pair": () => replaced("repo:o/r", "&#xD800;"),
  "a number beyond Unicode": () => replaced("repo:o/r", "&#x110000;"),
  "a processing instruction": () => replaced("<AssumedRoleUser>", '<?php echo "x" ?><AssumedRoleUser>'),
  "two roots": () => reply() + reply(),
  "text behind the root": () => `${reply()}x`,
  "text before the root": () => `x${reply()}`,
  "text between elements": () => replaced("<AssumedRoleUser>", "text<AssumedRoleUser>"),
  "a tag that is not closed": () => replaced("</AssumedRoleUser>", ""),
  "tags that cross": () => replaced("</Arn>", "</AssumedRoleId>"),
  "a prefix that changes": () => replaced("</Arn>", "</a:Arn>"),
  "a comment without an end": () => `${reply()}<!-- `,
  "a comment in a comment": () => replaced("<AssumedRoleUser>", "<!-- a -- b --><AssumedRoleUser>"),
  "CDATA without an end": () => replaced("repo:o/r", "<![CDATA[x"),
  "CDATA outside of everything": () => `${reply()}<![CDATA[ ]]>`,
  "an attribute without quotes": () => replaced("<AssumedRoleUser>", "<AssumedRoleUser a=b>"),
  "an attribute with an entity": () => replaced("<AssumedRoleUser>", '<AssumedRoleUser a="&x;">'),
  "a nest without end": () => inResult(`${"<a>".repeat(100)}${"</a>".repeat(100)}${credentials()}`),
  "elements without end": () => inResult(`${"<a/>".repeat(2_000)}${credentials()}`),
  "a name without end": () => inResult(`<${"a".repeat(500)}/>${credentials()}`),
  "the credentials twice": () => inResult(credentials() + credentials()),
  "one of them twice": () => replaced("</Credentials>", "<SessionToken>x</SessionToken></Credentials>"),
  "one of them empty, and once more": () => replaced("</Credentials>", "<AccessKeyId/></Credentials>"),
  "no result": () => `<${ACTION}Response xmlns="${NAMESPACE}"/>`,
  "another action's result": () => reply().replaceAll(ACTION, "AssumeRole"),
  "credentials beside the result": () => `<${ACTION}Response>${credentials()}</${ACTION}Response>`,
  "no key id": () => reply({ ...good(), AccessKeyId: undefined }),
  "a key id of two lines": () => reply({ ...good(), AccessKeyId: "ASIAIOSFODNN7EXAMPLE\nX" }),
  "a short key id": () => reply({ ...good(), AccessKeyId: "5" }),
  "an empty key": () => reply({ ...good(), SecretAccessKey: "" }),
  "a key with elements in it": () => replaced(/<SecretAccessKey>[^<]*/, "<SecretAccessKey>x<b>y</b>"),
  "no end": () => reply({ ...good(), Expiration: undefined }),
  "an end that is a number": () => reply({ ...good(), Expiration: "1767225600" }),
  "an end in another zone": () => reply({ ...good(), Expiration: "2026-01-01T01:00:00+01:00" }),
  "an end that no calendar has": () => reply({ ...good(), Expiration: "2026-13-45T25:61:61Z" }),
  "an end in words": () => reply({ ...good(), Expiration: "tomorrow" }),
  "an end that has gone by": () => reply({ ...good(), Expiration: "2025-12-31T23:59:59Z" }),
  "an end that is now": () => reply({ ...good(), Expiration: new Date(NOW).toISOString() }),
  JSON: () => '{"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Credentials":{}}}}',
  "a page that is good XML": () => "<html><head><title>Sign in</title></head><body><p>Welcome</p></body></html>",
};

/** Unusual, and still what STS said. */
const odd: Readonly<Record<string, () => string>> = {
  "a declaration": () => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${reply()}`,
  "a byte order mark": () => `\uFEFF<?xml version="1.0"?>${reply()}`,
  comments: () => `<!-- a -->${replaced("<Credentials>", "<!-- <Credentials> --><Credentials>")}<!---->\n`,
  prefixes: () =>
    reply()
      .replaceAll(/<(\/?)(\w)/g, "<$1s:$2")
      .replace("xmlns", "xmlns:s"),
  CDATA: () => replaced(/<SessionToken>([^<]*)/, "<SessionToken><![CDATA[$1]]>"),
  "white space in tags": () =>
    replaced("<Credentials>", "<Credentials\n  a='1'\tb = \"2\" >").replace("</Credentials>", "</Credentials\n>"),
  "white space around an end": () => replaced(/<Expiration>([^<]*)/, "<Expiration>\n$1 "),
  "fractions of a second": () => reply({ ...good(), Expiration: "2026-01-01T01:00:00.123456Z" }),
  "elements of next year": () => replaced("</Credentials>", "<New><Thing/></New></Credentials>"),
};

/** Pieces of XML, whole and broken. */
const pieces = fc.constantFrom(
  "<",
  ">",
  "</",
  "/>",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "<?xml ",
  "?>",
  "&#",
  "&amp;",
  "&#x41;",
  "&",
  "<!DOCTYPE",
  " a='",
  '"',
  "\u0000",
  "\uFFFF",
  "😀",
  "<Credentials>",
  "</Credentials>",
  "<SessionToken>",
  `<${ACTION}Response>`,
  "<Error><Code>",
);
/** Such pieces, or one of these texts with some of them in the place of a part of it. */
const hostile = (wholes: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .array(fc.oneof(pieces, fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 60 })
      .map((list) => list.join("")),
    fc
      .tuple(fc.constantFrom(...wholes), fc.nat(2_600), fc.nat(30), fc.array(pieces, { maxLength: 3 }))
      .map(([whole, at, length, put]) => whole.slice(0, at) + put.join("") + whole.slice(at + length)),
  );

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-sts, hostile replies", () => {
    for (const [what, make] of Object.entries(bad)) {
      QUnit.test(`gives nothing for ${what}`, async (assert) => {
        const error = await failureAt(make());
        assert.deepEqual([error.code, error.recovery, error.step], ["ERR_EXCHANGE_REPLY", "retry", "aws-sts"]);
        const refused = await failureAt(make(), 400);
        assert.deepEqual([refused.code, refused.recovery], ["ERR_EXCHANGE_FAILED", "stop"]);
      });
    }

    for (const [what, make] of Object.entries(odd)) {
      QUnit.test(`reads ${what}`, async (assert) => {
        const { run } = await exchanged(new Response(make()));
        assert.strictEqual((await run()).expiresAt, NOW + 3_600_000);
      });
    }

    QUnit.test("names what is missing and what is there twice, and shows neither", async (assert) => {
      for (const [make, says] of [
        [bad["no key id"], "Cannot read the reply at aws-sts: Credentials/AccessKeyId: missing"],
        [bad["no end"], "Credentials/Expiration: missing"],
        [bad["an end in words"], "Credentials/Expiration: expected an instant in UTC"],
        [bad["an end that has gone by"], "the credentials in it have ended already"],
        [bad["one of them twice"], `expected XML of ${ACTION}, each element once`],
        [bad.JSON, `expected XML of ${ACTION}, each element once`],
      ] as const) {
        const { message } = await failureAt(make?.() ?? "");
        assert.ok(message.includes(says), message);
      }
    });

    QUnit.test("says no more of a gateway's page than its status", async (assert) => {
      const page = "<html><head><title>403 Forbidden</title></head><body><Error><Code>x</Code></Error></body></html>";
      const error = await failureAt(page, 403, { "content-type": "text/html" });
      assert.ok(error.message.startsWith("Cannot exchange token at aws-sts: HTTP 403 x ("), error.message);
      assert.ok((await failureAt("<html><p>no</html>", 403)).message.includes("aws-sts: HTTP 403 ("));
    });

    QUnit.test("of 10,000 replies every one comes to credentials or to an error of ours", async (assert) => {
      const target = awsSts(OPTIONS);
      const token = canaryToken();
      const text = hostile([
        reply(),
        refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
      ]);
      const said = new Set<string>();
      let given = 0;
      const property = fc.asyncProperty(text, fc.constantFrom(200, 400, 503), async (body, status) => {
        const fetch = scriptedFetch([new Response(body, { status })]);
        const context = contextFor(testPlatform({ fetch }));
        try {
          const { kind } = await target.exchange({ token: secret(token) }, {}, context);
          given++;
          return kind === "aws";
        } catch (error) {
          said.add(String(error));
          return isTokenError(error) && /^ERR_EXCHANGE_(REPLY|FAILED|REFUSED)$/.test(error.code);
        }
      });
      await fc.assert(property, { numRuns: FUZZ_RUNS });
      record("fuzzed", [...said]);
      assert.ok(given > 0 && said.size > 5, `${given} were good, ${said.size} errors differ`);
    });
  });
};
