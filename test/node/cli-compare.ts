/** How answers of Azure and of the emulator are described and compared. */
import { type CompareRules, differencesBetween } from "../../packages/cli/src/demo/azure/compare.ts";
import { type AnswerShape, describeAnswer } from "../../packages/cli/src/demo/azure/shape.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";

const none: CompareRules = { headers: [], optional: [] };
const json = (body: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): AnswerShape =>
  describeAnswer({ status, headers, body: JSON.stringify(body) });
const texts = (real: unknown, emulated: unknown, rules: CompareRules = none): readonly string[] =>
  differencesBetween(json(real), json(emulated), rules);

const base64 = (value: unknown): string => btoa(JSON.stringify(value)).replaceAll("=", "");
const token = (claims: object, header: object = { alg: "RS256", kid: "k" }): string =>
  `${base64(header)}.${base64(claims)}.signature`;

/** What of two bodies differs: real, emulated, told. */
const rows: readonly (readonly [real: unknown, emulated: unknown, ...told: readonly string[]])[] = [
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { a: "1" }, "a: number, emulator says string"],
  [{ a: 1, b: null }, { a: 1 }, "b: null, emulator has none"],
  [{}, { a: true }, "a: none, emulator says boolean"],
  [{ a: { b: 1 } }, { a: { b: "1" } }, "a.b: number, emulator says string"],
  // One difference, whatever is below it.
  [{ a: { b: 1, c: 2 } }, {}, "a: object, emulator has none"],
  [{ a: { b: 1 } }, { a: "b" }, "a: object, emulator says string"],
  [{ a: [{ b: 1 }] }, { a: 1 }, "a: array, emulator says number"],
  // A neighbour whose name begins alike is not below it.
  [{ ab: 1 }, { a: 1, ab: "1" }, "a: none, emulator says number", "ab: number, emulator says string"],
  // Lists are one element, made of all.
  [{ a: [{ b: 1 }, { b: null }, { c: 1 }] }, { a: [{ b: 1, c: 1 }] }],
  [{ a: [{ b: 1 }] }, { a: [{ b: null }] }, "a[].b: number, emulator says null"],
  [[1], ["1"], "[]: number, emulator says string"],
  ["text", { a: 1 }, "body: string, emulator says object"],
  [{ token_type: "Bearer" }, { token_type: "bearer" }, "token_type: Bearer, emulator says bearer"],
  [
    { error: "invalid_client", error_codes: [700211] },
    { error: "invalid_grant", error_codes: [700213] },
    "error: invalid_client, emulator says invalid_grant",
    "error_codes: 700211, emulator says 700213",
  ],
  [{ error: { code: "A" } }, { error: { code: "B" } }, "error.code: A, emulator says B"],
  // No word of a protocol: its value is nobody's business.
  [{ name: "ada" }, { name: "grace" }],
  [
    { access_token: token({ iss: "a", ver: "1.0", x: 1 }) },
    { access_token: token({ iss: "b", ver: "1.0", y: 1 }) },
    "access_token.claims.x: number, emulator has none",
    "access_token.claims.y: none, emulator says number",
    "access_token.claims.iss: a, emulator says b",
  ],
  [
    { access_token: token({}, { alg: "PS256" }) },
    { access_token: token({}, { alg: "RS256", kid: "k" }) },
    "access_token.header.kid: none, emulator says string",
    "access_token.header.alg: PS256, emulator says RS256",
  ],
  [{ access_token: "opaque" }, { access_token: token({}) }, "access_token: string, emulator says JWT"],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("cli: answers compared", () => {
    for (const [real, emulated, ...told] of rows) {
      QUnit.test(`${JSON.stringify([real, emulated]).slice(0, 90)}`, (assert) => {
        assert.deepEqual(texts(real, emulated), told);
        assert.deepEqual(texts(real, real), []);
      });
    }

    QUnit.test("an optional member may be in one answer only, and must have one type", (assert) => {
      const rules = { headers: [], optional: ["v[].tags", "next"] };
      assert.deepEqual(texts({ v: [{ tags: { a: "b" } }], next: "x" }, { v: [{}] }, rules), []);
      assert.deepEqual(texts({ v: [{}] }, { v: [{ tags: { a: "b" } }] }, rules), []);
      assert.deepEqual(texts({ v: [{ tags: { a: 1 } }] }, { v: [{ tags: { b: 1 } }] }, rules), []);
      assert.deepEqual(texts({ next: 1 }, { next: "x" }, rules), ["next: number, emulator says string"]);
      assert.deepEqual(texts({ nextLink: 1 }, {}, rules), ["nextLink: number, emulator has none"]);
    });

    QUnit.test("answers of different status have nothing else in common", (assert) => {
      const real = json({ error: "x", error_codes: [53003] }, {}, 400);
      assert.deepEqual(differencesBetween(real, json({}), none), ["status: 400 (53003), emulator says 200"]);
      const forbidden = json({ error: { code: "AuthorizationFailed" } }, {}, 403);
      assert.deepEqual(differencesBetween(json([]), forbidden, none), [
        "status: 200, emulator says 403 (AuthorizationFailed)",
      ]);
    });

    QUnit.test("a content type is the same however it is written", (assert) => {
      const of = (type: string): AnswerShape => json({}, { "Content-Type": type });
      const plain = of("application/json; charset=utf-8");
      assert.deepEqual(differencesBetween(of("Application/JSON;charset=UTF-8"), plain, none), []);
      assert.deepEqual(differencesBetween(of("application/json;odata=x;charset=utf-8"), plain, none), [
        "content-type: application/json; charset=utf-8; odata=x, emulator says application/json; charset=utf-8",
      ]);
    });

    QUnit.test("of headers only those count that were named, and only that they are there", (assert) => {
      const rules = { headers: ["retry-after", "pragma"], optional: [] };
      const [real, emulated] = [json({}, { "Retry-After": "1", "x-other": "1" }), json({}, { pragma: "no-cache" })];
      assert.deepEqual(differencesBetween(real, emulated, rules), [
        "header retry-after: present, emulator has none",
        "header pragma: none, emulator says present",
      ]);
      assert.deepEqual(differencesBetween(real, json({}, { "retry-after": "2" }), rules), []);
    });

    QUnit.test(
      "a description holds no token, wherever a server puts one, and nothing that a terminal obeys",
      (assert) => {
        const secret = canaryToken({ name: "Ada Lovelace" });
        const shape = json({
          access_token: secret,
          error: secret,
          token_type: secret,
          error_codes: [secret],
          [secret]: 1,
          deep: { list: [{ value: secret }] },
          "\u001b[31mred\n": 1,
        });
        const said = JSON.stringify(shape);
        for (const part of secret.split(".")) assert.notOk(said.includes(part.slice(0, 20)));
        assert.notOk(said.includes("Ada"));
        assert.strictEqual(shape.members["?[31mred?"], "number");
        const page = describeAnswer({ status: 502, headers: {}, body: `<html>${secret}</html>` });
        assert.deepEqual(page.members, { "": "string" });
      },
    );
  });
};
