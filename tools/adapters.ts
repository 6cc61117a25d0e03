/**
 * `npm run test:adapters`: the adapters' contract, over HTTP, against the servers that their frameworks have, and the table of what
 * was played where. `adapters.ts [RUNTIME]... [--only TEXT]` runs some of the runtimes, or tests.
 */
import { parseArgs } from "node:util";
import { startDepartures } from "../test/cells/departures.ts";
import { expectedCases, expectedCells, type Runtime, runtimes } from "../test/cells/expected.ts";
import { fingerprint } from "./lib/names.ts";
import { listOn, type Outcome, runStep } from "./lib/steps.ts";
import { type Counts, close, total } from "./lib/summary.ts";

/** What a cell says of itself; see `test/cells/cell.ts`. */
const row = /^contract (\S+) on (\w+): .*?(\d+) cases \(case names (\w+)\)$/gm;

interface Played {
  readonly cases: number;
  readonly names: string;
}

function playedIn(outcomes: readonly Outcome[]): Map<string, Played> {
  const rows = outcomes.flatMap(({ output }) => [...output.matchAll(row)]);
  return new Map(
    rows.map(([, adapter, runtime, cases, names]) => [
      `${adapter} on ${runtime}`,
      { cases: Number(cases), names: String(names) },
    ]),
  );
}

/** What the table lacks, or has too much. */
function problemsOf(played: ReadonlyMap<string, Played>, chosen: readonly Runtime[]): string[] {
  const names = fingerprint(Object.values(expectedCases).flat());
  const wanted = Object.entries(expectedCells).flatMap(([adapter, where]) =>
    where.filter((runtime) => chosen.includes(runtime)).map((runtime) => `${adapter} on ${runtime}`),
  );
  return [
    ...wanted.filter((cell) => !played.has(cell)).map((cell) => `${cell}: was not played`),
    ...wanted
      .filter((cell) => played.has(cell) && played.get(cell)?.names !== names)
      .map((cell) => `${cell}: did not play the cases that test/cells/expected.ts names`),
    ...[...played.keys()].filter((cell) => !wanted.includes(cell)).map((cell) => `${cell}: is not expected`),
  ];
}

/** One line for each adapter: how many cases it played on each runtime. */
function print(played: ReadonlyMap<string, Played>): void {
  console.log(`\n${"cases played".padEnd(18)}${runtimes.map((runtime) => runtime.padStart(9)).join("")}`);
  for (const [adapter, where] of Object.entries(expectedCells)) {
    const cells = runtimes.map((runtime) =>
      where.includes(runtime) ? String(played.get(`${adapter} on ${runtime}`)?.cases ?? "none") : "-",
    );
    console.log(`${adapter.padEnd(18)}${cells.map((cell) => cell.padStart(9)).join("")}`);
  }
}

function compare(outcomes: readonly Outcome[], chosen: readonly Runtime[]): Counts {
  const played = playedIn(outcomes);
  print(played);
  const problems = problemsOf(played, chosen);
  for (const problem of problems) console.log(`FAILED ${problem}`);
  return { passed: problems.length === 0 ? 1 : 0, failed: problems.length };
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: "string" } } });
const only = values.only === undefined ? [] : ["--only", values.only];
const chosen = runtimes.filter((runtime) => positionals.length === 0 || positionals.includes(runtime));

const departures = await startDepartures();
const outcomes: Outcome[] = [];
for (const name of chosen) {
  // What is served by workerd is driven from Node.
  const command = listOn(name === "workerd" ? "node" : name, `cells/${name}`);
  outcomes.push(await runStep({ name, command }, only, { TOKENHOP_TEST_DEPARTURES: departures.url }));
}
departures.close();
close(total([...outcomes, ...(only.length === 0 ? [compare(outcomes, chosen)] : [])]));
