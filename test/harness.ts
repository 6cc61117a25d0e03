/**
 * The little of QUnit that the suites use, as types. A suite is a plain function that receives QUnit, so the same file runs
 * on Node, Bun, Deno and workerd without any runner of its own.
 */

/** QUnit's assertions, narrowed to those that compare strictly. */
export interface Assert {
  ok(value: unknown, message?: string): void;
  notOk(value: unknown, message?: string): void;
  strictEqual<T>(actual: T, expected: T, message?: string): void;
  notStrictEqual(actual: unknown, expected: unknown, message?: string): void;
  deepEqual<T>(actual: T, expected: T, message?: string): void;
  throws(run: () => unknown, check: (error: unknown) => boolean, message?: string): void;
  rejects(promise: Promise<unknown>, check: (error: unknown) => boolean, message?: string): Promise<void>;
}

/** QUnit, as far as a suite needs it. */
export interface QUnitLike {
  module(name: string, nested: () => void): void;
  test(name: string, run: (assert: Assert) => void | Promise<void>): void;
}

/** One file of tests: its default job is to register modules and tests with the QUnit it is given. */
export type Suite = (QUnit: QUnitLike) => void;
