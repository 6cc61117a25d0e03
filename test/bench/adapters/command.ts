/**
 * `npm run bench -- adapters`: what an adapter's middleware costs beside one that does nothing but set a context variable.
 *
 * In process, in pairs that alternate: a new request, the framework, the middleware, a route that answers `hello`. Counted are
 * requests in a second of the processor. The budget is that of `attached`: the interval of the ratio reaches 0.97. With `token` the route asks the variable for a
 * token besides, which is held; the no-op's gives a constant. Over HTTP the same is reported, and has no budget: there the client
 * takes most of the machine.
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { cells, load, measure, type Plan, type Runtime } from "./cells.ts";
import { type Route, routes } from "./contestant.ts";
import type { Pair } from "./measure.ts";
import { ENOUGH_PAIRS, type Interval, intervalOf, median } from "./statistics.ts";

const BUDGET = 0.97;

const full: Plan = { effort: { pairs: 40, batchMs: 80, warmUpMs: 1_500 }, rounds: 3, loadMs: 2_000 };
const quickly: Plan = { effort: { pairs: 8, batchMs: 10, warmUpMs: 200 }, rounds: 1, loadMs: 500 };

/** One line of the table. */
interface Row {
  readonly adapter: string;
  readonly runtime: Runtime;
  readonly how: Route | "http";
  /** What the app with the no-op does in a second: of the processor in process, on the wall over HTTP. */
  readonly perSecond: number;
  /** Ours to that. */
  readonly ratio: Interval;
  readonly pairs: number;
  readonly reaches: boolean | undefined;
}

async function inProcess(adapter: string, runtime: Runtime, how: Route, plan: Plan): Promise<Row> {
  const { requests, pairs } = await measure(adapter, runtime, how, plan);
  const ratio = intervalOf(pairs.map((pair) => pair["no-op"] / pair.downstream));
  const perSecond = median(pairs.map((pair) => (requests / pair["no-op"]) * 1_000));
  const judged = how === "attached" && pairs.length >= ENOUGH_PAIRS;
  return {
    adapter,
    runtime,
    how,
    perSecond,
    ratio,
    pairs: pairs.length,
    reaches: judged ? ratio.high >= BUDGET : undefined,
  };
}

function overHttp(adapter: string, runtime: Runtime, pairs: readonly Pair[]): Row {
  const ratios = pairs.map((pair) => pair.downstream / pair["no-op"]);
  // Too few for an interval: from the least to the most.
  const ratio = { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
  const perSecond = median(pairs.map((pair) => pair["no-op"]));
  return { adapter, runtime, how: "http", perSecond, ratio, pairs: pairs.length, reaches: undefined };
}

function print({ adapter, runtime, how, perSecond, ratio, reaches }: Row): void {
  const { median, low, high } = ratio;
  const numbers = [median, low, high].map((value) => value.toFixed(3).padStart(7)).join("");
  const verdict = reaches === undefined ? "" : reaches ? "  reaches it" : "  MISSES IT";
  const rate = String(Math.round(perSecond)).padStart(10);
  console.log(`${adapter.padEnd(16)}${runtime.padEnd(9)}${how.padEnd(9)}${rate}${numbers}${verdict}`);
}

/** Runs it, and prints each row when it is measured. */
export async function adaptersCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      adapter: { type: "string" },
      runtime: { type: "string" },
    },
  });
  const plan = values.quick ? quickly : full;
  const chosen = Object.entries(cells)
    .flatMap(([adapter, where]) => where.map((runtime) => ({ adapter, runtime })))
    .filter(
      ({ adapter, runtime }) => (values.adapter ?? adapter) === adapter && (values.runtime ?? runtime) === runtime,
    );
  if (chosen.length === 0) throw new Error("There is no such adapter, or it does not run there");
  console.log(`budget: the interval reaches ${BUDGET} (attached, in process; ${plan.effort.pairs} pairs)\n`);
  console.log("adapter         runtime  route       no-op/s  ratio    low   high");
  const rows: Row[] = [];
  const keep = (row: Row): void => {
    rows.push(row);
    print(row);
  };
  for (const { adapter, runtime } of chosen) {
    for (const route of routes) keep(await inProcess(adapter, runtime, route, plan));
    const pairs = await load(adapter, runtime, plan);
    if (pairs) keep(overHttp(adapter, runtime, pairs));
  }
  if (values.json !== undefined) {
    // The path is the user's, who may be anywhere: npm says where.
    const file = resolve(process.env.INIT_CWD ?? ".", values.json);
    writeFileSync(file, `${JSON.stringify({ budget: BUDGET, quick: values.quick, rows }, null, 2)}\n`);
  }
  const judged = rows.filter(({ reaches }) => reaches !== undefined);
  const missing = judged.filter(({ reaches }) => reaches === false);
  if (judged.length === 0) console.log(`\n${rows.length} rows; too few pairs for a verdict`);
  else console.log(`\n${judged.length - missing.length} of ${judged.length} reach the budget`);
  if (missing.length > 0) process.exitCode = 1;
}
