import { citedTestProblems } from "../../tools/cited-tests.ts";
import type { Suite } from "../harness.ts";
import { inTree, type Tree } from "./tree.ts";

/** A file of tests: of each, one stands in a module. None may run. */
const suiteOf = (...names: readonly string[]): string =>
  `export const suite = (QUnit) => {\n${names
    .map((name) => `QUnit.module("m", () => QUnit.test(${JSON.stringify(name)}, () => process.exit(9)));`)
    .join("\n")}\n};\n`;

const check = (tree: Tree): Promise<string[]> =>
  inTree({ ...tree, "package.json": { type: "module" } }, (folder) =>
    citedTestProblems(
      folder,
      Object.keys(tree).filter((path) => path.endsWith(".md")),
    ),
  );

const table = (...rows: readonly string[]): string => `| What | Shown by |\n| --- | --- |\n${rows.join("\n")}\n`;

export const suite: Suite = (QUnit) => {
  QUnit.module("cited-tests", () => {
    QUnit.test("finds the tests that are not there, by the line that names them", async (assert) => {
      const problems = await check({
        "README.md": "See [does this](test/core/a.ts).\nSee [did that](test/core/a.ts).\n",
        "docs/page.md": "[does this](../test/core/a.ts) and [does this](../test/core/none.ts)",
        "test/core/a.ts": suiteOf("does this", "does that"),
        "test/core/none.ts": "export const helper = 1;\n",
      });
      assert.deepEqual(problems, [
        'README.md:2: test/core/a.ts has no test "did that"',
        'docs/page.md:1: test/core/none.ts has no test "does this"',
      ]);
    });

    QUnit.test(
      "knows names that are made when the suite registers, and those that Markdown escapes",
      async (assert) => {
        const made =
          "export const suite = (QUnit) => { for (const n of [1, 2]) QUnit.test('of ' + n + ' | [x]', () => {}); };\n";
        const page = table("| a | [of 1 \\| \\[x\\]](../test/a/b.ts) |", "| b | [of 3 \\| \\[x\\]](../test/a/b.ts) |");
        const problems = await check({ "docs/page.md": page, "test/a/b.ts": made });
        assert.deepEqual(problems, ['docs/page.md:4: test/a/b.ts has no test "of 3 | [x]"']);
      },
    );

    QUnit.test("takes code for no name of a test, nor a link to anything else", async (assert) => {
      const page = "[`a.ts`](test/a.ts) [does](packages/a.ts) [does](https://example.com/test/a.ts) [does](test)\n";
      assert.deepEqual(await check({ "README.md": page, "test/a.ts": suiteOf("is"), "packages/a.ts": "" }), []);
    });

    QUnit.test("finds rows without a test, where a table promises one", async (assert) => {
      const good = "| a | [does](../test/a.ts) |";
      const problems = await check({
        "docs/page.md": `${table(good, "| [does](../test/a.ts) | nothing |", good, "| c | |")}\ntext\n\n| a | b |\n|---|---|\n| a | b |\n`,
        "docs/other.md": table("| a | |").replace("Shown by", "Shown"),
        "test/a.ts": suiteOf("does"),
      });
      assert.deepEqual(problems, [
        "docs/page.md:4: no test in the last column",
        "docs/page.md:6: no test in the last column",
      ]);
    });

    QUnit.test("finds regressions that their page does not list", async (assert) => {
      const problems = await check({
        "docs/tokenex.md": "[C0.1: never](../test/parity/one.ts)\n",
        "README.md": "[C0.2: never](test/parity/one.ts)\n",
        "test/parity/one.ts": suiteOf("C0.1: never", "C0.2: never"),
        "test/parity/deep/two.ts": suiteOf("C1.1: never"),
        "test/parity/support.ts": "export const helper = 1;\n",
      });
      assert.deepEqual(problems, [
        'docs/tokenex.md: does not list "C1.1: never" of test/parity/deep/two.ts',
        'docs/tokenex.md: does not list "C0.2: never" of test/parity/one.ts',
      ]);
    });
  });
};
