/**
 * Adding a source, a target or an adapter is one file, one export, one test and one row. This checks that all four are there,
 * and that npm and JSR export the same. `--fix` writes the exports.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path/posix";
import { root } from "./binaries.mjs";
import { at, type CheckResult, conclude, filesIn } from "./lib/check.ts";

/** One thing that users import by a path of its own. */
interface Entry {
  readonly file: string;
  readonly specifier: string;
  readonly test: string;
  /** What the file must export, if its name says it. */
  readonly exports?: readonly string[];
}

/** Files that carry names of another package: moving over to one of them is to be one changed import. */
const borrowed: Readonly<Record<string, readonly string[]>> = {
  "interop/azure-identity": ["ClientAssertionCredential", "WorkloadIdentityCredential", "ManagedIdentityCredential"],
};

interface Manifest {
  readonly name: string;
  exports: Record<string, unknown>;
}

const kinds = ["sources", "targets", "interop"] as const;

const camel = (name: string): string => name.replace(/-(.)/g, (_, next: string) => next.toUpperCase());
const nameOf = (path: string): string => basename(path, ".ts");

function readManifest(path: string): Manifest {
  const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  return { ...manifest, exports: manifest.exports ?? {} };
}

function entriesIn(folder: string): Entry[] {
  const ofCore = kinds.flatMap((kind) =>
    filesIn(folder, `packages/core/src/${kind}/*.ts`).map((file) => ({
      file,
      specifier: `@tokenhop/core/${kind}/${nameOf(file)}`,
      test: `test/${kind}/${nameOf(file)}.ts`,
      exports: borrowed[`${kind}/${nameOf(file)}`] ?? [camel(nameOf(file))],
    })),
  );
  const adapters = filesIn(folder, "adapters/*/package.json").map((manifest) => {
    const name = manifest.split("/")[1];
    return { file: `adapters/${name}/src/index.ts`, specifier: `@tokenhop/${name}`, test: `test/adapters/${name}.ts` };
  });
  return [...ofCore, ...adapters];
}

function checkEntry(folder: string, entry: Entry, rows: readonly string[]): string[] {
  const { file, specifier, test, exports } = entry;
  const problems: string[] = [];
  if (!existsSync(at(folder, file))) return [`${file}: missing`];
  if (!existsSync(at(folder, test))) problems.push(`${file}: has no contract test ${test}`);
  if (!rows.some((row) => row.includes(`\`${specifier}\``) || row.includes(`"${specifier}"`))) {
    problems.push(`${file}: README.md has no table row with ${specifier}`);
  }
  if (exports === undefined) return problems;
  const values = readFileSync(at(folder, file), "utf8").matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm);
  const [names, wanted] = [[...values].map((match) => match[1]).join(", "), exports.join(", ")];
  if (names !== wanted) problems.push(`${file}: exports ${names || "nothing"}, not just ${wanted}`);
  return problems;
}

/** What an export has to look like: the source for this repository's own tools, what was built for everyone else. */
function exportOf(source: string): Record<string, string> {
  const built = source.replace("./src/", "./dist/").replace(/\.ts$/, "");
  return { "tokenhop-source": source, types: `${built}.d.ts`, default: `${built}.js` };
}

/** What a package exports now, with the entries that its files ask for. */
function wantedExports(folder: string, manifest: Manifest, home: string): Record<string, string> {
  const written = Object.entries(manifest.exports).map(([subpath, value]): [string, string] => [
    subpath,
    (value as Record<string, string>)["tokenhop-source"] ?? "",
  ]);
  const asked = kinds.flatMap((kind) =>
    filesIn(folder, `${home}/src/${kind}/*.ts`).map((file): [string, string] => [
      `./${kind}/${nameOf(file)}`,
      file.slice(home.length).replace(/^/, "."),
    ]),
  );
  return Object.fromEntries(new Map([...written, ...asked]));
}

function checkExports(folder: string, home: string, fix: boolean): string[] {
  const paths = { npm: at(folder, `${home}/package.json`), jsr: at(folder, `${home}/deno.json`) };
  const wanted = wantedExports(folder, readManifest(paths.npm), home);
  const forNpm = Object.fromEntries(Object.entries(wanted).map(([subpath, source]) => [subpath, exportOf(source)]));
  const lost = Object.entries(wanted).filter(([, source]) => !existsSync(at(folder, `${home}/${source}`)));
  const problems = lost.map(([subpath, source]) => `${home}: exports ${subpath} from "${source}", which is missing`);
  for (const [path, exports] of [
    [paths.npm, forNpm],
    [paths.jsr, wanted],
  ] as const) {
    const manifest = readManifest(path);
    if (JSON.stringify(manifest.exports) === JSON.stringify(exports)) continue;
    if (fix) writeFileSync(path, `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`);
    else problems.push(`${home}/${basename(path)}: exports differ from the files; npm run fix writes them`);
  }
  return problems;
}

/** Checks the whole registry; with `fix` writes what can be derived. */
export function checkRegistry(folder: string, fix: boolean): CheckResult {
  const readme = at(folder, "README.md");
  const rows = existsSync(readme)
    ? readFileSync(readme, "utf8")
        .split("\n")
        .filter((line) => line.startsWith("|"))
    : [];
  const homes = filesIn(folder, "packages/*/package.json", "adapters/*/package.json").map((path) =>
    path.slice(0, -"/package.json".length),
  );
  const entries = entriesIn(folder);
  const problems = [
    ...homes.flatMap((home) => checkExports(folder, home, fix)),
    ...entries.flatMap((entry) => checkEntry(folder, entry, rows)),
  ];
  return { checked: entries.length, problems };
}

if (import.meta.main) conclude("sources, targets and adapters", checkRegistry(root, process.argv.includes("--fix")));
