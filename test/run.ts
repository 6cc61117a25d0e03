/**
 * The part of a run that is the same on every runtime: registers the suites with QUnit and reports what ran. The runners
 * beside this file bring QUnit and the runtime's way to end.
 */
import { seedProperties } from "./fuzz.ts";
import type { QUnitLike, Suite } from "./harness.ts";
import { leaks } from "./leak.ts";
import { leakSuite, recordConsole, recordingQUnit } from "./record.ts";

/** What QUnit tells about one finished test. */
interface TestEnd {
  readonly fullName: readonly string[];
  readonly status: string;
  readonly errors: readonly TestProblem[];
  readonly assertions: readonly unknown[];
}

interface TestProblem {
  readonly message?: string;
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly stack?: string;
}

/** QUnit, as far as a runner needs it. */
export interface QUnitRunner extends QUnitLike {
  readonly config: object;
  on(event: "testEnd", listener: (test: TestEnd) => void): void;
  on(event: "runEnd", listener: () => void): void;
  on(event: "error", listener: (error: unknown) => void): void;
  onUncaughtException(error: unknown): void;
  start(): void;
}

/** Suites by the path of their file. */
export type Suites = Readonly<Record<string, Suite>>;

/** What to run. `local` suites need a process or a socket, so bare workerd has none. */
export interface RunPlan {
  readonly runtime: string;
  readonly suites: Suites;
  readonly local?: Suites;
  /** Only tests whose name contains this. */
  readonly filter?: string | undefined;
  /** End with the first failure, for whoever wants to know only whether there is one. */
  readonly bail?: boolean;
  /** Suites about the tools handle no tokens. */
  readonly withoutTokens?: boolean;
}

/** The result of a run, printed as one line of JSON behind `reportPrefix`. */
export interface RunReport {
  readonly runtime: string;
  readonly passed: number;
  readonly failed: number;
  /** `module > test` of every test of the neutral suites: the same on each runtime. */
  readonly names: readonly string[];
  /** Those of the local suites: the same on each runtime that runs them. */
  readonly localNames: readonly string[];
  readonly leakItems: number;
  readonly canaries: number;
}

/** By this the tools find the report among whatever else was printed. */
export const reportPrefix = "tokenhop-report ";

/** By this they find a line of a table that is to be shown in any case. */
export const rowPrefix = "tokenhop-row ";

const localModule = "local";
const testTimeoutMs = 30_000;

function show(value: unknown): string {
  const json = JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part));
  return json ?? String(value);
}

function describeProblem({ message, actual, expected, stack }: TestProblem): string {
  const lines = [`    ${message ?? "failed"}`];
  if (actual !== undefined || expected !== undefined) {
    lines.push(`    actual:   ${show(actual)}`, `    expected: ${show(expected)}`);
  }
  return [...lines, ...(stack === undefined ? [] : [stack])].join("\n");
}

function collect(qunit: QUnitRunner, print: (line: string) => void) {
  const tests: { readonly path: readonly string[]; readonly passed: boolean }[] = [];
  qunit.on("testEnd", ({ fullName, status, assertions, errors }) => {
    const passed = status === "passed" && assertions.length > 0;
    tests.push({ path: fullName, passed });
    if (!passed) print([`FAILED ${fullName.join(" > ")}`, ...errors.map(describeProblem)].join("\n"));
  });
  qunit.on("error", (error) => {
    tests.push({ path: ["(outside any test)"], passed: false });
    print(`FAILED outside any test\n${error instanceof Error ? error.stack : show(error)}`);
  });
  return tests;
}

function register(qunit: QUnitRunner, { suites, local = {}, withoutTokens = false }: RunPlan): void {
  const recording = recordingQUnit(qunit);
  for (const suite of Object.values(suites)) suite(recording);
  if (Object.keys(local).length > 0) {
    recording.module(localModule, () => {
      for (const suite of Object.values(local)) suite(recording);
    });
  }
  if (!withoutTokens) leakSuite(recording);
}

/** Counts a rejection that nobody handled as a failure, where the runtime tells of it by an event. */
export function catchRejections(qunit: QUnitRunner): void {
  addEventListener("unhandledrejection", (event: Event) => {
    event.preventDefault();
    qunit.onUncaughtException((event as PromiseRejectionEvent).reason);
  });
}

/** Runs the plan to its end, prints failures and the report line, and returns the report. */
export async function run(qunit: QUnitRunner, plan: RunPlan): Promise<RunReport> {
  const print = console.log.bind(console);
  const settings = { autostart: false, reorder: false, testTimeout: testTimeoutMs, filter: plan.filter ?? "" };
  Object.assign(qunit.config, settings);
  seedProperties();
  const tests = collect(qunit, print);
  const ended = new Promise<void>((resolve) => {
    qunit.on("runEnd", resolve);
    if (plan.bail) qunit.on("testEnd", ({ status }) => status === "failed" && resolve());
  });
  const restoreConsole = recordConsole();
  register(qunit, plan);
  qunit.start();
  await ended;
  restoreConsole();
  const isLocal = (path: readonly string[]): boolean => path[0] === localModule;
  const failed = tests.filter((test) => !test.passed).length;
  const { items, canaries } = leaks.scan();
  const report: RunReport = {
    runtime: plan.runtime,
    passed: tests.length - failed,
    failed,
    names: tests.filter(({ path }) => !isLocal(path)).map(({ path }) => path.join(" > ")),
    localNames: tests.filter(({ path }) => isLocal(path)).map(({ path }) => path.join(" > ")),
    leakItems: items,
    canaries,
  };
  print(reportPrefix + JSON.stringify(report));
  return report;
}
