/** What other packages check with, and errors as plain data: there and back, and from somebody who means harm. */
import { ConfigError, isTokenError, problemResponse, TokenError, type TokenErrorFields } from "@tokenhop/core";
import * as kit from "@tokenhop/core/kit";
import * as v from "valibot";
import { assertHides, failureOf } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken, record } from "../leak.ts";

const { answered, checkOptions, checkReply, classOf, errorFrom, flag, plainErrorSchema, text } = kit;

/** What an error may say, one kind each; all of it arrives. */
const errors: readonly (readonly [string, TokenErrorFields])[] = [
  ["Cannot mint a token: the audience is not allowed", { code: "ERR_ISSUER_REFUSED" }],
  ["Cannot mint a token: no key", { code: "ERR_ISSUER_KEYS", recovery: "retry", step: "issuer", retryAfterMs: 1_500 }],
  [
    "Cannot exchange token at entra: AADSTS700213 no matching record for subject repo:o/r:ref:refs/heads/main",
    {
      code: "ERR_EXCHANGE_REFUSED",
      recovery: "propagation",
      step: "entra",
      status: 401,
      error: "invalid_client",
      errorCodes: [700213, 70021],
      correlationId: "3b1e4d0e-9a54-6d1c-1f5b-2a017c3f0a52",
      traceId: "5e8d2c1b-7f6a-4b9c-a0d1-4c3b2a190f05",
      timestamp: "2026-01-01 00:00:00Z",
    },
  ],
  ["Cannot cannot", { code: "ERR_SOURCE_FAILED", recovery: "subject", retryAfterMs: 3_600_000, status: 503 }],
];

/** What is no error in plain form. */
const none: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  "a text": "ERR_ISSUER_REFUSED",
  "a list": [],
  "an empty object": {},
  "no code": { message: "no", recovery: "stop" },
  "a number for a code": { code: 5, message: "no", recovery: "stop" },
  "a list for a code": { code: ["ERR_ISSUER_KEYS"], message: "no", recovery: "stop" },
  "a code of somebody else": { code: "ENOENT", message: "no", recovery: "stop" },
  "a code of a client's own token": { code: "ERR_AUTH_FORBIDDEN", message: "no", recovery: "stop" },
  "a code in lower case": { code: "ERR_issuer", message: "no", recovery: "stop" },
  "a code of two lines": { code: "ERR_ISSUER\nERR_KEYS", message: "no", recovery: "stop" },
  "a code without end": { code: `ERR_${"A".repeat(41)}`, message: "no", recovery: "stop" },
  "no message": { code: "ERR_ISSUER_KEYS", recovery: "stop" },
  "a message that is none": { code: "ERR_ISSUER_KEYS", message: {}, recovery: "stop" },
  "no recovery": { code: "ERR_ISSUER_KEYS", message: "no" },
  "a recovery of its own": { code: "ERR_ISSUER_KEYS", message: "no", recovery: "again" },
  "a list for a recovery": { code: "ERR_ISSUER_KEYS", message: "no", recovery: ["stop"] },
};

/** A pause as it comes, and as it is kept. */
const pauses: readonly (readonly [unknown, number | undefined])[] = [
  [7, 7],
  [0, undefined],
  [-7, undefined],
  [3_600_001, 3_600_000],
  [Number.POSITIVE_INFINITY, 3_600_000],
  [Number.NaN, undefined],
  ["soon", undefined],
  [null, undefined],
  [{}, undefined],
];

const least = { code: "ERR_ISSUER_KEYS", message: "no", recovery: "retry" };
const received = (given: unknown): TokenError => {
  const checked = checkReply(plainErrorSchema, given, "somewhere", "ERR_SOURCE_REPLY");
  return errorFrom(checked);
};

/** As RPC does it. `structuredClone` knows no difference but for what is no data. */
const ways: Readonly<Record<string, (error: TokenError) => unknown>> = {
  JSON: (error) => JSON.parse(JSON.stringify(error)),
  "structured clone": (error) => structuredClone(error.toJSON()),
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("kit", () => {
    QUnit.test("exports what it says, and no more", (assert) => {
      const first = ["answered", "callable", "checkOptions", "checkReply", "classOf", "encodeBase64Url", "errorFrom"];
      const rest = ["exactly", "flag", "plain", "plainErrorSchema", "safeUrl", "text", "textThat"];
      assert.deepEqual(Object.keys(kit).sort(), [...first, ...rest]);
    });

    QUnit.test("answers with data, whatever happens", async (assert) => {
      const unforeseen = (): TokenError =>
        new TokenError("Cannot do it", { code: "ERR_ISSUER_KEYS", recovery: "retry" });
      const text = canary("what a stranger says");
      const ours = new TokenError("Cannot mint a token", { code: "ERR_ISSUER_REFUSED" });
      assert.strictEqual(await answered(async () => 5, unforeseen), 5);
      const refused = await answered(() => Promise.reject(ours), unforeseen);
      assert.deepEqual(refused, { ok: false, error: ours.toJSON() });
      const failed = await answered(() => Promise.reject(new RangeError(text)), unforeseen);
      assert.deepEqual(structuredClone(failed), { ok: false, error: unforeseen().toJSON() });
      record("a failure as data", failed);
    });

    QUnit.test("tells of a stranger's error its class, and no more", (assert) => {
      const text = canary("what a stranger says of itself");
      const named = Object.assign(new Error(text), { name: `x\u202e${"y".repeat(100)}` });
      const told = [new RangeError(text), { name: "Odd", message: text }, text, undefined, { name: 5 }, named].map(
        classOf,
      );
      record("classes of errors", told);
      assert.deepEqual(told.slice(0, 5), ["RangeError", "Odd", "string", "undefined", "object"]);
      assert.ok(!told[5]?.includes("\u202e") && String(told[5]).length <= 61, told[5]);
    });

    QUnit.test("names every problem by its path, and no value", async (assert) => {
      const schema = v.strictObject({
        name: text,
        on: flag,
        inner: v.strictObject({ list: v.array(v.strictObject({ id: text })) }),
        absent: text,
      });
      const secret = canary("a value that nobody must see");
      const given = { name: 5, on: secret, inner: { list: [{ id: "x" }, { id: "", [secret.slice(0, 3)]: secret }] } };
      const error = await failureOf(() => checkOptions(schema, given, "it()"));
      assert.deepEqual(error.problems, [
        "name: expected a text that is not empty",
        "on: expected true or false",
        "inner.list.1.id: expected a text that is not empty",
        "inner.list.1.a v: unknown option",
        "absent: missing",
      ]);
      const reply = await failureOf(() => checkReply(schema, secret, "there", "ERR_EXCHANGE_REPLY"));
      assert.deepEqual([reply.code, reply.recovery, reply.step], ["ERR_EXCHANGE_REPLY", "retry", "there"]);
      assert.ok(reply.message.startsWith("Cannot read the reply at there: expected Object ("), reply.message);
    });
  });

  QUnit.module("kit, errors as plain data", () => {
    for (const [how, send] of Object.entries(ways)) {
      for (const [message, fields] of errors) {
        QUnit.test(`brings ${fields.code} back over ${how}`, (assert) => {
          const error = new TokenError(message, fields);
          const back = received(send(error));
          assert.ok(isTokenError(back));
          assert.strictEqual(back.message, error.message, "the help link is in it once");
          assert.deepEqual({ ...back }, { ...error });
          assert.strictEqual(JSON.stringify(received(send(back))), JSON.stringify(back));
        });
      }

      QUnit.test(`brings a ConfigError over ${how}, its problems in the message`, (assert) => {
        const error = new ConfigError("createIssuer()", ["issuer: expected an https URL", "subjects: missing"]);
        const back = received(send(error));
        assert.deepEqual([back.name, back.code, back.recovery], ["TokenError", "ERR_CONFIG_INVALID", "stop"]);
        assert.strictEqual(back.message, error.message);
        assert.strictEqual(back.problems, undefined);
      });
    }

    for (const [what, given] of Object.entries(none)) {
      QUnit.test(`does not take ${what} for an error`, async (assert) => {
        const error = await failureOf(() => received(given));
        assert.strictEqual(error.code, "ERR_SOURCE_REPLY");
        assert.ok(error.message.includes("expected an error in plain form ("), error.message);
      });
    }

    for (const [given, kept] of pauses) {
      QUnit.test(`keeps of a pause of ${typeof given} ${String(given)}: ${kept}`, (assert) => {
        assert.strictEqual(received({ ...least, retryAfterMs: given }).retryAfterMs, kept);
      });
    }

    QUnit.test("leaves out what has another form, and keeps the rest", (assert) => {
      const odd = { step: 5, status: "401", error: {}, errorCodes: "700213", correlationId: null, traceId: ["x"] };
      const back = received({ ...least, ...odd, timestamp: "now" });
      assert.deepEqual(Object.entries(back).sort(), [
        ["code", "ERR_ISSUER_KEYS"],
        ["name", "TokenError"],
        ["recovery", "retry"],
        ["timestamp", "now"],
      ]);
      for (const status of [Number.NaN, Number.POSITIVE_INFINITY, 401.5, true]) {
        assert.strictEqual(received({ ...least, status }).status, undefined);
      }
      const codes = [1, "2", Number.NaN, undefined, null, [3], 4];
      assert.deepEqual(received({ ...least, errorCodes: codes }).errorCodes, [1, 4]);
      assert.strictEqual(received({ ...least, errorCodes: [] }).errorCodes, undefined);
    });

    QUnit.test("carries no claims, no challenge and no problems", (assert) => {
      const fields = { claims: '{"access_token":{}}', challenge: 'Bearer error="x"', problems: ["issuer: no"] };
      const back = received({ ...least, ...fields, code: "ERR_EXCHANGE_INTERACTION", recovery: "stop" });
      assert.deepEqual([back.claims, back.challenge, back.problems], [undefined, undefined, undefined]);
      const answer = problemResponse(back);
      assert.deepEqual([answer?.status, answer?.headers.has("www-authenticate")], [502, false]);
    });

    QUnit.test("bounds what is huge", (assert) => {
      const huge = "it went wrong. ".repeat(100_000);
      const fields = { step: huge, error: huge, correlationId: huge, traceId: huge, timestamp: huge };
      const errorCodes = Array.from({ length: 10_000 }, (_, at) => at);
      const back = received({ ...least, ...fields, message: huge, errorCodes });
      assert.deepEqual(back.errorCodes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      const help = " (ERR_ISSUER_KEYS, https://github.com/tokenhop/tokenhop/blob/main/docs/errors.md#err_issuer_keys)";
      assert.strictEqual(back.message, `${huge.slice(0, 1_000)}…${help}`);
      for (const name of Object.keys(fields)) {
        assert.strictEqual(back[name as keyof typeof fields], `${huge.slice(0, 400)}…`, name);
      }
    });

    QUnit.test("shows no token, wherever it stands, and nothing that a terminal obeys", (assert) => {
      const tokens = [canaryToken(), canary("S0meOpaqueTextThatIsLongerThanFortyCharacters_0123456789")];
      for (const token of tokens) {
        const said = `\u001b[2Jgot ${token}\r\n\u202E!`;
        const fields = { step: said, error: said, correlationId: said, traceId: said, timestamp: said };
        const unlisted = { claims: said, challenge: said, problems: [said], token: said, cause: said };
        const back = received({ ...least, ...fields, ...unlisted, message: said });
        assertHides(assert, back, [token]);
        assert.strictEqual(back.error, "[2Jgot [redacted] !");
        assert.ok(back.message.startsWith("[2Jgot [redacted] ! ("), back.message);
      }
    });

    QUnit.test("takes no key that would be more than a field", (assert) => {
      const evil =
        '{"code":"ERR_ISSUER_KEYS","message":"no","recovery":"stop","__proto__":{"claims":"x","polluted":1},"constructor":1,"name":"Evil","stack":"at evil","toJSON":"x","toString":"x"}';
      const back = received(JSON.parse(evil));
      assert.deepEqual(Object.keys(back).sort(), ["code", "name", "recovery"]);
      assert.ok(Object.getPrototypeOf(back) === TokenError.prototype);
      assert.deepEqual(
        [back.name, back.claims, `${back}`.startsWith("TokenError: no")],
        ["TokenError", undefined, true],
      );
      assert.strictEqual((Object.prototype as { polluted?: number }).polluted, undefined);
      assert.notOk(back.stack?.startsWith("at evil"));
      assert.strictEqual(typeof back.toJSON, "function");
    });

    QUnit.test("does as much for one that nobody has checked", (assert) => {
      const token = canaryToken();
      const error = new TokenError(`no, ${token}`, { code: "ERR_EXCHANGE_REFUSED", claims: token, problems: [token] });
      assertHides(assert, errorFrom(error.toJSON()), [token]);
    });
  });
};
