/** What the run records for the leak search by itself: console output, and every error that a suite expects. */
import type { Assert, QUnitLike, Suite } from "./harness.ts";
import { leaks } from "./leak.ts";

const consoleMethods = ["debug", "log", "info", "warn", "error", "trace"] as const;

/** Records everything printed, and still prints it. Returns the way back. */
export function recordConsole(): () => void {
  const originals = consoleMethods.map((method) => [method, console[method]] as const);
  for (const [method, original] of originals) {
    console[method] = (...values: unknown[]) => {
      leaks.record(`console.${method}`, values);
      original.apply(console, values);
    };
  }
  return () => {
    for (const [method, original] of originals) console[method] = original;
  };
}

/** The same assertions, except that an expected error is recorded on its way to the check. */
function recordingAssert(assert: Assert): Assert {
  const recorded = (check: (error: unknown) => boolean) => (error: unknown) => {
    leaks.record("error", error);
    return check(error);
  };
  const overrides: Pick<Assert, "throws" | "rejects"> = {
    throws: (run, check, message) => assert.throws(run, recorded(check), message),
    rejects: (promise, check, message) => assert.rejects(promise, recorded(check), message),
  };
  return Object.assign(Object.create(assert) as Assert, overrides);
}

/** QUnit with recording assertions. */
export function recordingQUnit(qunit: QUnitLike): QUnitLike {
  return {
    module: (name, nested) => qunit.module(name, nested),
    test: (name, run) =>
      qunit.test(name, (assert) => {
        leaks.enter(name);
        return run(recordingAssert(assert));
      }),
  };
}

/** Registered last, so that it sees what all other suites left behind. */
export const leakSuite: Suite = (qunit) => {
  qunit.module("leaks", () => {
    qunit.test("nothing recorded holds any part of a canary", (assert) => {
      const { items, canaries, hits } = leaks.scan();
      assert.ok(items > 0, "something was recorded");
      assert.ok(canaries > 0, "canaries were made");
      assert.deepEqual([...hits], []);
    });
  });
};
