/**
 * Keeps documents equal to what the packages say: tables that are derived (`explain`'s AADSTS codes, the emulator's rules) and
 * a paragraph for every code that an error may have. `--fix` writes the tables.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { aadstsReasons, cloudReasons, errorReasons } from "@tokenhop/core/explain";
import { type EvidenceKind, evidence } from "@tokenhop/emulator";
import { expectedCases, expectedCells, type Runtime, runtimes } from "../test/cells/expected.ts";
import { root } from "./binaries.mjs";
import { at, type CheckResult, conclude } from "./lib/check.ts";

const begin = "<!-- From here to the end mark, npm run fix writes it. -->";
const end = "<!-- The end mark. -->";

const doings = {
  retry: "tries again",
  subject: "tries once more, with a new identity token",
  propagation: "tries again where it has worked before",
  stop: "stops",
};

const headings: Readonly<Record<EvidenceKind, string>> = {
  documentation: "Documentation",
  "field report": "Field report",
  "client code": "Client code",
  UNCONFIRMED: "Unconfirmed",
};

const titles: Readonly<Record<Runtime, string>> = { node: "Node", bun: "Bun", deno: "Deno", workerd: "workerd" };

function table(...rows: readonly (readonly [string, ...string[]])[]): string {
  const [head = [""], ...body] = rows.map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|")));
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function aadstsTable(): string {
  const rows = Object.entries(aadstsReasons).map(
    ([code, { cause, fix, recovery }]) => [code, cause, fix, doings[recovery]] as const,
  );
  return table(["AADSTS", "Why", "What to do", "tokenhop"], ...rows);
}

/** One table for all steps that meet the same codes. */
function cloudTables(): string[] {
  return [...new Set(Object.values(cloudReasons))].map((reasons) => {
    const steps = Object.keys(cloudReasons).filter((step) => cloudReasons[step] === reasons);
    const rows = Object.entries(reasons).map(([code, { cause, fix }]) => [`\`${code}\``, cause, fix] as const);
    const heading = `### Codes of ${steps.map((step) => `\`${step}\``).join(" and ")}`;
    return `${heading}\n\n${table(["`error`", "Why", "What to do"], ...rows)}`;
  });
}

function evidenceTables(): string {
  const kinds = Object.entries(headings).map(([kind, heading]) => ({
    heading,
    rules: evidence.filter((rule) => rule.kind === kind),
  }));
  const counts = kinds.map(({ heading, rules }) => [heading, String(rules.length)] as const);
  const sections = kinds.map(
    ({ heading, rules }) =>
      `### ${heading}\n\n${table(["Rule", "Note"], ...rules.map(({ id, note }) => [id, note] as const))}`,
  );
  return [table(["Kind", "Rules"], ...counts, ["All", String(evidence.length)]), ...sections].join("\n\n");
}

/** What `npm run test:adapters` plays where: it fails when anything else was played. */
function contractTables(): string {
  const cases = Object.values(expectedCases).flat();
  const cells = Object.entries(expectedCells).map(([adapter, where]): [string, ...string[]] => [
    `\`@tokenhop/${adapter}\``,
    ...runtimes.map((runtime) => (where.includes(runtime) ? `${cases.length} cases` : "")),
  ]);
  const lists = Object.entries(expectedCases).map(
    ([heading, names]) => `### ${heading}\n\n${names.map((name) => `- ${name}`).join("\n")}`,
  );
  return [table(["", ...runtimes.map((runtime) => titles[runtime])], ...cells), ...lists].join("\n\n");
}

/** What is derived, by document. */
const derived = {
  "docs/errors.md": () => [aadstsTable(), ...cloudTables()].join("\n\n"),
  "docs/emulator.md": evidenceTables,
  "docs/adapters.md": contractTables,
};

/** A heading of its own for each code, with text under it: errors link to it. */
function paragraphProblems(folder: string): string[] {
  const path = "docs/errors.md";
  const text = readFileSync(at(folder, path), "utf8");
  const missing = Object.keys(errorReasons).filter((code) => !new RegExp(`^### ${code}\n\n.{40,}$`, "m").test(text));
  const headed = [...text.matchAll(/^### (ERR_\w+)$/gm)].map(([, code]) => code as string);
  return [
    ...missing.map((code) => `${path}: has no paragraph under a heading ${code}`),
    ...headed.filter((code) => !Object.hasOwn(errorReasons, code)).map((code) => `${path}: ${code} is no code`),
  ];
}

/** Compares one document with what it should say; with `fix` writes it. */
function derivedProblems(folder: string, path: string, wanted: string, fix: boolean): string[] {
  const text = readFileSync(at(folder, path), "utf8");
  const [before, rest = ""] = text.split(begin);
  const after = rest.split(end)[1];
  if (after === undefined) return [`${path}: has no place between the marks for what is derived`];
  const whole = `${before}${begin}\n\n${wanted}\n\n${end}${after}`;
  if (whole === text) return [];
  if (!fix) return [`${path}: differs from what the packages say; npm run fix writes it`];
  writeFileSync(at(folder, path), whole);
  return [];
}

/** Checks every document that is derived in part. */
export function checkGeneratedDocs(folder: string, fix: boolean): CheckResult {
  const problems = Object.entries(derived).flatMap(([path, text]) => derivedProblems(folder, path, text(), fix));
  const checked = Object.keys(errorReasons).length + Object.keys(aadstsReasons).length + evidence.length;
  return { checked, problems: [...problems, ...paragraphProblems(folder)] };
}

if (import.meta.main) conclude("derived entries", checkGeneratedDocs(root, process.argv.includes("--fix")));
