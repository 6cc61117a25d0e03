import { cpSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/binaries.mjs";
import { checkDocs, snippetsOf } from "../../tools/check-docs.ts";
import type { CheckResult } from "../../tools/lib/check.ts";
import { anchorsOf } from "../../tools/links.ts";
import type { Suite } from "../harness.ts";
import { inTree, type Tree } from "./tree.ts";

const fence = "```";
const block = (language: string, code: string): string => `# Title\n\n${fence}${language}\n${code}\n${fence}\n`;

/** Snippets are compiled with the workspace's own settings, and see the types that it has installed. */
const check = (tree: Tree): Promise<CheckResult> =>
  inTree({ ...tree, "package.json": { type: "module" } }, (folder) => {
    cpSync(join(root, "tsconfig.base.json"), join(folder, "tsconfig.base.json"));
    return checkDocs(folder, join(root, "node_modules", "@types"));
  });

export const suite: Suite = (QUnit) => {
  QUnit.module("check-docs", () => {
    QUnit.test("compiles every snippet and names the line of a wrong one in its document", async (assert) => {
      const { checked, problems } = await check({
        "README.md": block("ts", "export const a: number = 1;"),
        "docs/deep/page.md": block("ts", "const fine = 1;\nconst wrong: number = 'text';"),
      });
      assert.strictEqual(checked, 2);
      assert.strictEqual(problems.length, 1, problems.join("\n"));
      assert.ok(problems[0]?.includes("docs_deep_page.md.L4.ts(5,7)"), problems[0]);
    });

    QUnit.test("lets programs of one document import each other by the names that it gives them", async (assert) => {
      const one = block("ts file=src/one.ts", "export const one: number = 1;");
      const two = block("ts file=src/deep/two.ts", `import { one } from "../one.ts";\nexport const two: string = one;`);
      const { problems } = await check({ "docs/page.md": one + two });
      assert.strictEqual(problems.length, 1, problems.join("\n"));
      assert.ok(problems[0]?.includes("docs_page.md/src/deep/two.ts(10,14)"), problems[0]);
    });

    QUnit.test("knows of frameworks that are not installed what programs use", async (assert) => {
      const use = (work: string): string => block("ts", `import { after } from "next/server";\nafter(${work});`);
      assert.deepEqual([...(await check({ "README.md": use("Promise.resolve()") })).problems], []);
      const { problems } = await check({ "README.md": use("1") });
      assert.ok(problems.length === 1 && problems[0]?.includes("(5,7)"), problems.join("\n"));
    });

    QUnit.test("compiles the examples of doc comments", async (assert) => {
      const source = `/**\n * Does.\n *\n * @example\n * ${fence}ts\n * const wrong: number = "text";\n * ${fence}\n */\nexport const a = 1;\n`;
      const { checked, problems } = await check({ "packages/core/src/a.ts": source });
      assert.strictEqual(checked, 1);
      assert.ok(problems[0]?.includes("packages_core_src_a.ts.L6.ts(6,7)"), problems.join("\n"));
    });

    QUnit.test("parses JSON, one event a line too", async (assert) => {
      const { problems } = await check({
        "README.md": block("ts", "") + block("json", '{"event":"a"}\n{"event":"b"}') + block("json", "{ nope }"),
      });
      assert.strictEqual(problems.length, 1, problems.join("\n"));
      assert.ok(problems[0]?.startsWith("README.md:15:"), problems[0]);
    });

    QUnit.test("leaves programs of other packages to the tests that have these", async (assert) => {
      const { checked, problems } = await check({
        "README.md": block("ts real", 'import "not-installed-here";') + block("ts", "export const a = 1;"),
      });
      assert.deepEqual([checked, ...problems], [1]);
      const [real, ours] = snippetsOf("a.md", block("ts real", "x") + block("ts", "x"));
      assert.deepEqual([real?.language, real?.real, ours?.real], ["ts", true, false]);
    });

    QUnit.test("has checked nothing where no document holds a program", async (assert) => {
      assert.strictEqual((await check({ "README.md": block("json", "{}") })).checked, 0);
    });

    QUnit.test("finds links that lead nowhere, by their line", async (assert) => {
      const { problems } = await check({
        "README.md": `[a](docs/page.md) [b](docs/page.md#its-title) [c](#here) [d](https://example.com/gone)\n\n# Here\n`,
        "docs/page.md": `# Its title\n\n[up](../README.md#here)\n[gone](gone.md)\n[no heading](../README.md#there)\n`,
        "packages/core/README.md": "`[code](nowhere.md)` [`code`](../../docs/pag.md)\n",
      });
      assert.deepEqual(problems, [
        "docs/page.md:4: there is no docs/gone.md",
        "docs/page.md:5: README.md has no heading for #there",
        "packages/core/README.md:1: there is no docs/pag.md",
      ]);
    });

    QUnit.test("names headings as GitHub does", (assert) => {
      const anchors = anchorsOf(`# One, \`two\` & (three)\n\n## Same\n\n${block("sh", "# no heading")}\n## Same\n`);
      assert.deepEqual([...anchors], ["one-two--three", "same", "title", "same-1"]);
    });

    QUnit.test("tells languages apart", (assert) => {
      const found = snippetsOf("a.md", block("sh", "ls") + block("ts", "x"));
      assert.deepEqual(
        found.map(({ language, line }) => `${language} ${line}`),
        ["sh 4", "ts 9"],
      );
    });
  });
};
