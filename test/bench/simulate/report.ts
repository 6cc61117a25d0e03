/** The tables: one row for each scenario, one column for each contender. */
import type { Contender } from "./instance.ts";
import { quick, type Row, type Table } from "./scenarios.ts";
import { type Result, simulate } from "./world.ts";

export interface ReportOptions {
  readonly contenders: readonly Contender[];
  readonly seed: number;
  readonly quick: boolean;
}

export interface TableReport {
  readonly title: string;
  readonly markdown: string;
  readonly rows: readonly { readonly label: string; readonly results: Readonly<Record<string, Result>> }[];
}

/** The seed of everything that is written down. */
export const documentedSeed = 1;

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Label and cells of one row. Rows that read the same scenario share its results. */
export function rowOf(row: Row, options: ReportOptions, known = new Map<string, Result>()): [string[], Result[]] {
  const scenario = options.quick ? quick(row.scenario) : row.scenario;
  const results = options.contenders.map((contender) => {
    const key = JSON.stringify([contender.name, scenario]);
    const result = known.get(key) ?? simulate({ ...scenario, contender, seed: options.seed });
    known.set(key, result);
    return result;
  });
  return [[row.label, ...results.map((result) => row.cell(result))], results];
}

/** Simulates one table. */
export function reportOf({ title, text, rows }: Table, options: ReportOptions): TableReport {
  const names = options.contenders.map(({ name }) => name);
  const known = new Map<string, Result>();
  const all = rows.map((row) => rowOf(row, options, known));
  const head = [line(["", ...names]), line(["---", ...names.map(() => "--:")])];
  const body = all.map(([cells]) => line(cells));
  return {
    title,
    markdown: [`### ${title}`, "", text, "", ...head, ...body].join("\n"),
    rows: all.map(([[label = ""], results]) => ({
      label,
      results: Object.fromEntries(names.map((name, at) => [name, results[at] as Result])),
    })),
  };
}
