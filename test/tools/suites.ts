import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkSuites } from "../../tools/check-suites.ts";
import type { Suite } from "../harness.ts";
import { inTree } from "./tree.ts";

const aSuite = "export const suite = () => {};\n";
const tree = {
  "test/core/a.ts": aSuite,
  "test/sources/b-c.ts": `import { help } from "../core/helper.ts";\n${aSuite}`,
  "test/core/helper.ts": "export const help = 1;\n",
  "test/node/d.ts": aSuite,
};

export const suite: Suite = (QUnit) => {
  QUnit.module("check-suites", () => {
    QUnit.test("finds lists that are not there, and writes them", async (assert) => {
      await inTree(tree, (folder) => {
        assert.strictEqual(checkSuites(folder, false).problems.length, 2);
        checkSuites(folder, true);
        assert.deepEqual([...checkSuites(folder, false).problems], []);
        const list = readFileSync(join(folder, "test/index.ts"), "utf8");
        assert.ok(list.includes('import { suite as sourcesBCSuite } from "./sources/b-c.ts";'), list);
        assert.notOk(list.includes("node/"), "suites for some runtimes only have a list of their own");
      });
    });

    QUnit.test("finds a suite that was forgotten", async (assert) => {
      const forgotten = {
        ...tree,
        "test/index.ts": 'import { suite as coreASuite } from "./core/a.ts";\n',
        "test/node/index.ts": "",
      };
      const { problems } = await inTree(forgotten, (folder) => checkSuites(folder, false));
      assert.strictEqual(problems.length, 2, problems.join("\n"));
    });

    QUnit.test("finds a file that nobody runs", async (assert) => {
      const { problems } = await inTree({ "test/core/lost.ts": "export const x = 1;\n" }, (folder) => {
        checkSuites(folder, true);
        return checkSuites(folder, false);
      });
      assert.deepEqual([...problems], ["test/core/lost.ts: exports no suite, and no test imports it"]);
    });
  });
};
