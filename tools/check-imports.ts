/** Who may import whom, no cycles, and the house rules that the linter has no rule for. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { root } from "./binaries.mjs";
import {
  coreLayers,
  coreLibraries,
  innerImports,
  lineLimit,
  platformFiles,
  runtimeGlobals,
  workspaceImports,
} from "./import-rules.ts";
import { at, type CheckResult, conclude, filesIn, sourcesIn } from "./lib/check.ts";
import { cyclesIn, type Graph } from "./lib/cycles.ts";
import { blank, type Import, importsOf, lineAt } from "./lib/source.ts";

/** One source file, and the rules' view of it. */
interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const coreFolder = "packages/core/src/";

/** The folder of the table that a file belongs to, the longest that fits. */
const ownerOf = (path: string): string | undefined =>
  Object.keys(workspaceImports).find((folder) => path.startsWith(`${folder}/`));

const packageOf = (path: string): string => path.split("/").slice(0, 2).join("/");
const packageName = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
/** The row that a file of core belongs to: the longest beginning of its path that has one, else its folder. */
function layerOf(path: string): string {
  const [first = "", second = ""] = path.slice(coreFolder.length).replace(/\.ts$/, "").split("/");
  return Object.hasOwn(coreLayers, `${first}/${second}`) ? `${first}/${second}` : first;
}
const isRelative = (specifier: string): boolean => specifier.startsWith(".");
const resolved = (path: string, specifier: string): string => join(dirname(path), specifier);

/** The subpaths that each package of the workspace exports. */
function publicEntries(folder: string): Set<string> {
  const manifests = filesIn(folder, "packages/*/package.json", "adapters/*/package.json");
  return new Set(
    manifests.flatMap((path) => {
      const { name, exports = {} } = JSON.parse(readFileSync(at(folder, path), "utf8")) as {
        name: string;
        exports?: object;
      };
      return Object.keys(exports).map((subpath) => join(name, subpath));
    }),
  );
}

function checkRelative(folder: string, { path }: SourceFile, specifier: string): string | undefined {
  const target = resolved(path, specifier);
  if (!existsSync(at(folder, target))) return `there is no ${target}`;
  if (innerImports[path]?.includes(target)) return undefined;
  if (packageOf(target) !== packageOf(path)) {
    if (/^(packages|adapters)\//.test(target)) return `${target} belongs to another package: import its public entry`;
    // A template is copied as a folder.
    if (path.startsWith("templates/")) return `${target} is not in the template's folder`;
  }
  if (!path.startsWith(coreFolder)) return undefined;
  const [from, to] = [layerOf(path), layerOf(target)];
  const allowed = coreLayers[from];
  if (allowed === undefined) return `the layer ${from} has no row in tools/import-rules.ts`;
  return allowed.includes(to) || target === path ? undefined : `${from} may not import ${to}`;
}

function checkPackage({ path }: SourceFile, specifier: string, entries: ReadonlySet<string>): string | undefined {
  const name = packageName(specifier);
  if (name.startsWith("@tokenhop/")) {
    const owner = ownerOf(path);
    if (!workspaceImports[owner ?? ""]?.includes(name)) return `${owner ?? path} may not import ${name}`;
    return entries.has(specifier) ? undefined : `${specifier} is no public entry`;
  }
  if (!path.startsWith(coreFolder)) return undefined;
  return coreLibraries.includes(name) ? undefined : `core may not import ${specifier}`;
}

function checkImport(folder: string, file: SourceFile, used: Import, entries: ReadonlySet<string>): string[] {
  const { specifier, line } = used;
  const problem = isRelative(specifier)
    ? checkRelative(folder, file, specifier)
    : checkPackage(file, specifier, entries);
  return problem === undefined ? [] : [`${file.path}:${line}: ${problem}`];
}

interface HouseRule {
  readonly pattern: RegExp;
  readonly says: string;
}

/** Looked for in code whose comments and strings are blank. */
const houseRules: readonly HouseRule[] = [
  { pattern: /^export\s+default\b|^export\s*\{[^}]*\bas default\b/m, says: "no default exports" },
  { pattern: /^export\s+(type\s+)?\*/m, says: "no `export *`: name what is public" },
  { pattern: /^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s/m, says: "no enums" },
  { pattern: /^\s*(export\s+)?(declare\s+)?(namespace|module)\s/m, says: "no namespaces" },
  { pattern: /^\s*@\w+/m, says: "no decorators" },
  { pattern: /^(await\b|(export\s+)?(const|let)\b[^\n]*=\s*await\b|for await\b)/m, says: "no top-level await" },
  { pattern: /^(export\s+)?(let|var)\s/m, says: "no module-level mutable state" },
];

const globalUse = new RegExp(`(?<![.\\w$"'])(?:globalThis\\.)?(${runtimeGlobals.join("|")})(?=\\s*[.[?(){},;])`, "g");

function checkHouse({ path, text }: SourceFile): string[] {
  const code = blank(text);
  const lines = text.trimEnd().split("\n").length;
  const problems = houseRules.flatMap(({ pattern, says }) => {
    const match = pattern.exec(code);
    // A module of the runtime's own can only be declared in a file of declarations.
    const declared = path.endsWith(".d.ts") && says === "no namespaces";
    return match === null || declared ? [] : [`${path}:${lineAt(code, match.index)}: ${says}`];
  });
  if (lines > lineLimit(path)) problems.push(`${path}: ${lines} lines, at most ${lineLimit(path)}`);
  if (!path.startsWith(coreFolder) || platformFiles.includes(path)) return problems;
  const globals = [...code.matchAll(globalUse)].map(
    (match) => `${path}:${lineAt(code, match.index)}: ${match[1]} is read in ${platformFiles.join(" and ")} only`,
  );
  return [...problems, ...globals];
}

/** What else a file must be: short. Tests and tools have top-level awaits and runtime globals of their own. */
function checkLength({ path, text }: SourceFile): string[] {
  const lines = text.trimEnd().split("\n").length;
  return lines > lineLimit(path) ? [`${path}: ${lines} lines, at most ${lineLimit(path)}`] : [];
}

function graphOf(files: readonly SourceFile[]): Graph {
  const edges = files.map(({ path, imports }): [string, string[]] => [
    path,
    imports.filter(({ specifier }) => isRelative(specifier)).map(({ specifier }) => resolved(path, specifier)),
  ]);
  return new Map(edges);
}

/** Applies every rule to a workspace. */
export function checkImports(folder: string): CheckResult {
  const read = (path: string): SourceFile => {
    const text = readFileSync(at(folder, path), "utf8");
    return { path, text, imports: importsOf(text) };
  };
  const sources = sourcesIn(folder).map(read);
  const others = filesIn(folder, "test/**/*.ts", "tools/**/*.{ts,mjs}", "templates/**/*.ts").map(read);
  const entries = publicEntries(folder);
  const all = [...sources, ...others];
  const problems = [
    ...all.flatMap((file) => file.imports.flatMap((used) => checkImport(folder, file, used, entries))),
    ...sources.flatMap(checkHouse),
    ...others.flatMap(checkLength),
    ...cyclesIn(graphOf(all)).map((cycle) => `cycle: ${cycle.join(" → ")}`),
  ];
  return { checked: sources.length, problems };
}

if (import.meta.main) conclude("source files", checkImports(root));
