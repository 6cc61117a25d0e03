/** Assertions that are made in one process and counted in another: a Worker plays a case, Node's QUnit is told what came of it. */
import type { Assert } from "../harness.ts";
import { record } from "../leak.ts";
import { QUnit } from "../qunit.ts";

/** One assertion, as plain data. */
export interface Check {
  readonly ok: boolean;
  readonly message: string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/** What became of one case. */
export interface Verdict {
  readonly checks: readonly Check[];
  /** What it was ended by, if it did not come to its end. */
  readonly error?: string;
}

const { equiv } = QUnit as unknown as { equiv(one: unknown, other: unknown): boolean };

/** Assertions that write down what they find. */
export function writingDown(checks: Check[]): Assert {
  const note = (ok: boolean, message = "", actual?: unknown, expected?: unknown): void =>
    void checks.push({ ok, message, actual, expected });
  const thrown = (error: unknown, check: (error: unknown) => boolean, message?: string): void => {
    record("error", error);
    note(check(error), message, String(error));
  };
  return {
    ok: (value, message) => note(Boolean(value), message, Boolean(value), true),
    notOk: (value, message) => note(!value, message, Boolean(value), false),
    strictEqual: (actual, expected, message) => note(actual === expected, message, actual, expected),
    notStrictEqual: (actual, expected, message) => note(actual !== expected, message, actual),
    deepEqual: (actual, expected, message) => note(equiv(actual, expected), message, actual, expected),
    throws(run, check, message) {
      try {
        run();
        note(false, message, "nothing was thrown");
      } catch (error) {
        thrown(error, check, message);
      }
    },
    rejects: (promise, check, message) =>
      promise.then(
        () => note(false, message, "it did not reject"),
        (error) => thrown(error, check, message),
      ),
  };
}

/** Has them count. */
export function repeat(assert: Assert, { checks, error }: Verdict): void {
  for (const { ok, message, actual, expected } of checks) {
    if (ok) assert.ok(true, message);
    else assert.deepEqual(actual, expected, message || "failed");
    // What JSON cannot tell apart.
    if (!ok) assert.ok(false, message);
  }
  if (error !== undefined) assert.ok(false, error);
}
