/**
 * Keeps docs/errors.md equal to what the packages say: a paragraph for every code that an error may have, and the table of
 * AADSTS codes as `explain` has them. `--fix` writes the table.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { aadstsReasons, errorReasons } from "@tokenhop/core/explain";
import { root } from "./binaries.mjs";
import { at, type CheckResult, conclude } from "./lib/check.ts";

const path = "docs/errors.md";
const begin = "<!-- The table is written by npm run fix. -->";
const end = "<!-- End of the table. -->";

const doings = {
  retry: "tries again",
  subject: "tries once more, with a new identity token",
  propagation: "tries again where it has worked before",
  stop: "stops",
};

function table(): string {
  const rows = Object.entries(aadstsReasons).map(
    ([code, { cause, fix, recovery }]) => `| ${code} | ${cause} | ${fix} | ${doings[recovery]} |`,
  );
  return ["| AADSTS | Why | What to do | tokenhop |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** A heading of its own for each code, with text under it: errors link to it. */
function missing(text: string): string[] {
  return Object.keys(errorReasons)
    .filter((code) => !new RegExp(`^### ${code}\n\n.{40,}$`, "m").test(text))
    .map((code) => `${path}: has no paragraph under a heading ${code}`);
}

function unknown(text: string): string[] {
  const headings = [...text.matchAll(/^### (ERR_\w+)$/gm)].map(([, code]) => code as string);
  return headings.filter((code) => !Object.hasOwn(errorReasons, code)).map((code) => `${path}: ${code} is no code`);
}

/** Compares the document with the packages; with `fix` writes the table. */
export function checkErrorsDoc(folder: string, fix: boolean): CheckResult {
  const text = readFileSync(at(folder, path), "utf8");
  const problems = [...missing(text), ...unknown(text)];
  const [before, rest = ""] = text.split(begin);
  const after = rest.split(end)[1];
  if (after === undefined) problems.push(`${path}: has no place for the table of AADSTS codes`);
  const wanted = `${before}${begin}\n\n${table()}\n\n${end}${after}`;
  if (after !== undefined && wanted !== text) {
    if (fix) writeFileSync(at(folder, path), wanted);
    else problems.push(`${path}: its table differs from explain; npm run fix writes it`);
  }
  return { checked: Object.keys(errorReasons).length + Object.keys(aadstsReasons).length, problems };
}

if (import.meta.main) conclude("explanations", checkErrorsDoc(root, process.argv.includes("--fix")));
