/** Keeps the lists of suites equal to what is on disk, so that no test is forgotten. `--fix` writes them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, relative } from "node:path";
import { root } from "./binaries.mjs";
import { at, type CheckResult, conclude, filesIn } from "./lib/check.ts";

interface List {
  readonly path: string;
  /** The folder whose files it lists. */
  readonly folder: string;
  readonly says: string;
}

const lists: readonly List[] = [
  { path: "test/index.ts", folder: "test", says: "every suite that runs on all runtimes" },
  { path: "test/node/index.ts", folder: "test/node", says: "every suite that needs a process or a socket" },
  { path: "test/workerd/index.ts", folder: "test/workerd", says: "every suite of a Worker in workerd over HTTP" },
  { path: "test/objects/index.ts", folder: "test/objects", says: "every suite of Durable Objects in workerd" },
  { path: "test/faults/index.ts", folder: "test/faults", says: "every suite of the fault matrix" },
  { path: "test/templates/index.ts", folder: "test/templates", says: "every suite that plays with the templates" },
  {
    path: "test/real/clients/index.ts",
    folder: "test/real/clients",
    says: "every suite of other people's clients and servers",
  },
  { path: "test/real/sdks/index.ts", folder: "test/real/sdks", says: "every suite of SDKs that use our credentials" },
  { path: "test/tools/index.ts", folder: "test/tools", says: "every suite about the tools, for Node alone" },
];

/** Folders of `test` whose files have other runners, or other lists. */
const apart = [
  "node",
  "workerd",
  "objects",
  "cells",
  "faults",
  "templates",
  "tools",
  "types",
  "mutations",
  "real",
  "bench",
];

const exportsSuite = /^export (const|function) suite\b/m;

function belongsTo({ path, folder }: List, file: string): boolean {
  if (file === path || !file.startsWith(`${folder}/`)) return false;
  const inside = file.slice(folder.length + 1);
  return folder !== "test" || (inside.includes("/") && !apart.some((name) => inside.startsWith(`${name}/`)));
}

const camel = (path: string): string => path.replace(/[^a-zA-Z0-9]+(.)/g, (_, next: string) => next.toUpperCase());

function textOf({ path, says }: List, suites: readonly string[]): string {
  const folder = dirname(path);
  const entries = suites.map((file) => relative(folder, file).replaceAll("\\", "/"));
  const names = entries.map((entry) => `${camel(entry.slice(0, -".ts".length))}Suite`);
  const imports = entries.map((entry, index) => `import { suite as ${names[index]} } from "./${entry}";`);
  const types = `import type { Suites } from "${folder === "test" ? "./run.ts" : relative(folder, "test/run.ts")}";`;
  const rows = entries.map((entry, index) => {
    const key = entry.slice(0, -".ts".length);
    return `  ${/\W/.test(key) ? JSON.stringify(key) : key}: ${names[index]},`;
  });
  const body = rows.length === 0 ? "{}" : `{\n${rows.join("\n")}\n}`;
  const doc = `// Written by \`npm run fix\`: ${says}.`;
  const ordered = folder === "test" ? [...imports, types] : [types, ...imports];
  return `${doc}\n${ordered.join("\n")}\n\nexport const suites: Suites = ${body};\n`;
}

/** The same lines in another order: the formatter may sort imports its own way. */
const sameLines = (a: string, b: string): boolean => {
  const sorted = (text: string): string => text.split("\n").sort().join("\n").trim();
  return sorted(a) === sorted(b);
};

/** A file that is no suite must at least be used by one, or it is a test that nobody runs. */
function unused(folder: string, helpers: readonly string[], files: readonly string[]): string[] {
  const texts = files.map((file) => readFileSync(at(folder, file), "utf8"));
  const isUsed = (helper: string): boolean => texts.some((text) => text.includes(`/${basename(helper)}"`));
  return helpers.filter((helper) => !isUsed(helper)).map((file) => `${file}: exports no suite, and no test imports it`);
}

/** Compares every list with the disk; with `fix` writes those that differ. */
export function checkSuites(folder: string, fix: boolean): CheckResult {
  const files = filesIn(folder, "test/**/*.ts").filter((file) => !file.endsWith(".d.ts"));
  const problems: string[] = [];
  let checked = 0;
  for (const list of lists) {
    const mine = files.filter((file) => belongsTo(list, file));
    const suites = mine.filter((file) => exportsSuite.test(readFileSync(at(folder, file), "utf8")));
    checked += suites.length;
    problems.push(
      ...unused(
        folder,
        mine.filter((file) => !suites.includes(file)),
        files,
      ),
    );
    const path = at(folder, list.path);
    if (!existsSync(dirname(path))) continue;
    const text = textOf(list, suites);
    if (existsSync(path) && sameLines(readFileSync(path, "utf8"), text)) continue;
    if (fix) writeFileSync(path, text);
    else problems.push(`${list.path}: differs from the suites on disk; npm run fix writes it`);
  }
  return { checked, problems };
}

if (import.meta.main) conclude("suites", checkSuites(root, process.argv.includes("--fix")));
