/**
 * `npm run bench -- simulate`: when to refresh, by simulation. `--quick` takes smaller fleets, `--seed N` other chances,
 * `--policy FILE` adds the function that FILE exports as `refresh`, `--json FILE` keeps all results, `--write` puts the
 * tables into the documentation.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { RefreshPolicy } from "@tokenhop/core";
import type { Contender } from "./instance.ts";
import { contenders } from "./policies.ts";
import { documentedSeed, reportOf, type TableReport } from "./report.ts";
import { tables } from "./scenarios.ts";

const document = new URL("../../../docs/refresh.md", import.meta.url);
const marks =
  /(<!-- From here to the end mark, npm run bench -- simulate --write writes it\. -->\n)[\s\S]*(\n<!-- The end mark\. -->)/;

/** Paths are the user's, who may be anywhere: npm says where. */
const pathOf = (file: string): string => resolve(process.env.INIT_CWD ?? ".", file);

async function contenderOf(file: string): Promise<Contender> {
  const { refresh } = (await import(pathToFileURL(pathOf(file)).href)) as { readonly refresh?: RefreshPolicy };
  if (typeof refresh !== "function") throw new Error(`${file} exports no function that is called refresh`);
  return { name: "yours", refresh };
}

function write(reports: readonly TableReport[]): void {
  const text = readFileSync(document, "utf8");
  const between = reports.map(({ markdown }) => markdown).join("\n\n");
  if (!marks.test(text)) throw new Error(`${document.pathname} has no place between the marks`);
  writeFileSync(
    document,
    text.replace(marks, (_, begin: string, end: string) => `${begin}\n${between}\n${end}`),
  );
}

/** The cells below each other, for a terminal. */
function aligned(markdown: string): string {
  const cells = (row: string): string[] => row.split("|").map((cell) => cell.trim());
  const rows = markdown.split("\n").filter((row) => row.startsWith("|"));
  const widths = cells(rows[0] ?? "").map((_, at) => Math.max(...rows.map((row) => cells(row)[at]?.length ?? 0)));
  const pad = (cell: string, at: number): string =>
    at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
  return markdown
    .split("\n")
    .filter((row) => !row.startsWith("| ---") && row !== "")
    .map((row) => (row.startsWith("|") ? cells(row).map(pad).join("  ").trimEnd() : row))
    .join("\n");
}

/** Runs it, and prints each table when it is done. */
export async function simulateCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      seed: { type: "string", default: String(documentedSeed) },
      policy: { type: "string" },
      json: { type: "string" },
    },
  });
  const { quick, policy, json } = values;
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error("--seed takes a whole number");
  if (values.write && (quick || policy !== undefined || seed !== documentedSeed)) {
    throw new Error("--write goes with no other option: what is written down is the whole simulation");
  }
  const all = policy === undefined ? contenders : [...contenders, await contenderOf(policy)];
  const started = performance.now();
  const reports = tables.map((table) => {
    const report = reportOf(table, { contenders: all, seed, quick });
    console.log(`${aligned(report.markdown)}\n`);
    return report;
  });
  if (json !== undefined) {
    const kept = reports.map(({ title, rows }) => ({ title, rows }));
    writeFileSync(pathOf(json), `${JSON.stringify({ seed, quick, tables: kept }, null, 2)}\n`);
  }
  if (values.write) write(reports);
  const runs = reports.reduce((sum, { rows }) => sum + rows.length * all.length, 0);
  const took = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${runs} cells${quick ? " of fleets a tenth as large" : ""}, seed ${seed}, ${took} s`);
}
