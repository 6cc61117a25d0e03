import { runProcess } from "../../tools/lib/process.ts";
import { countsOf, total } from "../../tools/lib/summary.ts";
import type { Suite } from "../harness.ts";

const node = (code: string, timeoutMs = 10_000) => runProcess(process.execPath, ["-e", code], { timeoutMs });

export const suite: Suite = (QUnit) => {
  QUnit.module("parts of the tests", () => {
    QUnit.test("count by their last line", (assert) => {
      assert.deepEqual(countsOf(0, "x\n12 passed, 0 failed\n"), { passed: 12, failed: 0 });
      assert.deepEqual(countsOf(1, "12 passed, 3 failed\n"), { passed: 12, failed: 3 });
    });

    QUnit.test("count as failed when they break", (assert) => {
      assert.deepEqual(countsOf(0, ""), { passed: 0, failed: 1 }, "no last line");
      assert.deepEqual(countsOf(0, "12 passed, 0 failed\nand more"), { passed: 0, failed: 1 }, "another last line");
      assert.deepEqual(
        countsOf(139, "12 passed, 0 failed\n"),
        { passed: 12, failed: 1 },
        "an exit code that disagrees",
      );
    });

    QUnit.test("add up", (assert) => {
      const sum = total([countsOf(0, "2 passed, 0 failed"), countsOf(1, "")]);
      assert.deepEqual(sum, { passed: 2, failed: 1 });
    });
  });

  QUnit.module("children", () => {
    QUnit.test("give their output and exit code", async (assert) => {
      const { code, stdout, output } = await node("console.log('out'); console.error('err'); process.exitCode = 3;");
      assert.strictEqual(code, 3);
      assert.strictEqual(stdout, "out\n");
      assert.ok(output.includes("err"));
    });

    QUnit.test("are ended at their deadline, also when they ignore the first signal", async (assert) => {
      const { code, timedOut } = await node("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);", 500);
      assert.ok(timedOut);
      assert.strictEqual(code, 124);
    });

    QUnit.test("that cannot be started have a code too", async (assert) => {
      const { code } = await runProcess("/nowhere/at/all", [], { timeoutMs: 1000 });
      assert.strictEqual(code, 127);
    });
  });
};
