import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorReasons } from "@tokenhop/core/explain";
import { checkGeneratedDocs } from "../../tools/generated-docs.ts";
import type { Suite } from "../harness.ts";
import { inTree, type Tree } from "./tree.ts";

const marks =
  "<!-- From here to the end mark, npm run fix writes it. -->\n\n| old |\n\n<!-- The end mark. -->\n\nafter\n";
const paragraph = (code: string): string => `### ${code}\n\nIt means something that takes a whole line to say.\n\n`;
const codes = Object.keys(errorReasons);

const documents = (all: readonly string[]): Tree => ({
  "docs/errors.md": `# Errors\n\n${all.map(paragraph).join("")}${marks}`,
  "docs/emulator.md": `# Emulator\n\n${marks}`,
  "docs/adapters.md": `# Adapters\n\n${marks}`,
});

export const suite: Suite = (QUnit) => {
  QUnit.module("generated-docs", () => {
    QUnit.test("finds tables that differ, and writes them", async (assert) => {
      await inTree(documents(codes), (folder) => {
        const { checked, problems } = checkGeneratedDocs(folder, false);
        assert.ok(checked > codes.length);
        assert.deepEqual(
          problems.map((problem) => problem.split(": ")[0]),
          ["docs/errors.md", "docs/emulator.md", "docs/adapters.md"],
        );
        checkGeneratedDocs(folder, true);
        assert.deepEqual([...checkGeneratedDocs(folder, false).problems], []);
        const text = readFileSync(join(folder, "docs/emulator.md"), "utf8");
        assert.ok(/\| AADSTS700231 \| .+ \|/.test(text) && text.endsWith("after\n"), text);
        assert.notOk(text.includes("| old |"));
      });
    });

    QUnit.test("finds codes without a paragraph, and paragraphs without a code", async (assert) => {
      const { problems } = await inTree(documents([...codes.slice(1), "ERR_GONE"]), (folder) => {
        checkGeneratedDocs(folder, true);
        return checkGeneratedDocs(folder, false);
      });
      assert.strictEqual(problems.length, 2, problems.join("\n"));
      assert.ok(problems[0]?.endsWith(`under a heading ${codes[0]}`) && problems[1]?.endsWith("ERR_GONE is no code"));
    });

    QUnit.test("finds a document without a place for what is derived", async (assert) => {
      const { problems } = await inTree({ ...documents(codes), "docs/emulator.md": "# Emulator\n" }, (folder) =>
        checkGeneratedDocs(folder, true),
      );
      assert.deepEqual([...problems], ["docs/emulator.md: has no place between the marks for what is derived"]);
    });
  });
};
