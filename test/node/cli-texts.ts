/** What the command line shows of texts that others wrote. */
import { createSaid } from "../../packages/cli/src/demo/said.ts";
import { errorCodeIn, plain, printable } from "../../packages/cli/src/demo/text.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";

/** Bodies, and the code of the error that each names. */
const codes: readonly (readonly [body: unknown, code: string | undefined])[] = [
  [{ error: { code: "AuthorizationFailed", message: "x" } }, "AuthorizationFailed"],
  [{ error: "invalid_client", error_description: "x" }, "invalid_client"],
  [{ type: "x", code: "ERR_HTTP_NETWORK" }, "ERR_HTTP_NETWORK"],
  [{ error: { message: "x" } }, undefined],
  [{ error: "two words" }, undefined],
  [{ error: "a\u001b[2J" }, undefined],
  [{ error: { code: 7 } }, undefined],
  [{ error: "eyJhbGciOiJIUzI" }, undefined],
  [{ error: "x".repeat(41) }, undefined],
  [{ error: null }, undefined],
  [null, undefined],
  ["text", undefined],
  [[1], undefined],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("cli: texts of others", () => {
    for (const [body, code] of codes) {
      QUnit.test(`the code in ${JSON.stringify(body).slice(0, 60)}`, (assert) => {
        assert.strictEqual(errorCodeIn(JSON.stringify(body)), code);
      });
    }

    QUnit.test("no code in what is no JSON", (assert) => {
      assert.strictEqual(errorCodeIn("<html>"), undefined);
    });

    QUnit.test("nothing that a terminal obeys, and nothing that may be a token", (assert) => {
      assert.strictEqual(printable(" a\u001b[2J\u009b1m\r\n\tb\u202e\u0000c\u2028d "), "a[2J1m bc d");
      const token = canaryToken({});
      const opaque = "a.b/".repeat(11);
      assert.strictEqual(
        plain(`Bearer ${token}; ${opaque} (${token.slice(0, 12)})`),
        "Bearer [redacted]; [redacted] ([redacted])",
      );
      assert.strictEqual(plain("word ".repeat(100)).length, 301);
    });

    QUnit.test("of what a process printed only its last complaints, without stacks", (assert) => {
      const said = createSaid();
      said.keep("Warning: before");
      assert.strictEqual(said.takeComplaint(), "the app printed: Warning: before");
      assert.strictEqual(said.takeComplaint(), undefined);
      for (const line of ["12 | throw new TypeError()", "TypeError: x", "    at file:///x.ts:1", "", "}", "Error: y"])
        said.keep(line);
      assert.strictEqual(said.takeComplaint(), "the app printed: TypeError: x / Error: y");
    });

    QUnit.test("what a process prints all day is not kept", (assert) => {
      const said = createSaid();
      for (let line = 0; line < 1000; line++) said.keep(`${line} ${"long ".repeat(1000)}`);
      assert.strictEqual(said.last().length, 20);
      assert.ok(said.last().every((line) => line.length <= 1000));
      assert.ok((said.takeComplaint() ?? "").length < 1000);
    });
  });
};
