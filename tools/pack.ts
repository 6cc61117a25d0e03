/** What goes to the registry: each package as the tarball that `npm publish` would upload, and rules for what is in it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./binaries.mjs";
import { npm } from "./install.mjs";
import { filesIn } from "./lib/check.ts";
import { runProcess } from "./lib/process.ts";

/** One packed package. */
export interface Packed {
  readonly name: string;
  readonly tarball: string;
  readonly files: readonly string[];
  /** Everything that can be imported from it. */
  readonly entries: readonly string[];
  readonly problems: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const allowed = [
  /^package\.json$/,
  /^README\.md$/,
  /^LICENSE$/,
  /^dist\/.+\.(js|d\.ts|js\.map|d\.ts\.map)$/,
  /^bin\/.+\.mjs$/,
];

/** Run by npm with this environment variable, a child npm would write nothing to its stdout. */
const speaking = { npm_config_loglevel: "warn" };

/** Runs npm in a folder. */
export async function runNpm(cwd: string, args: readonly string[], timeoutMs = 180_000): Promise<string> {
  const [command, first] = npm();
  const { code, stdout, output } = await runProcess(command, [...first, ...args], { timeoutMs, cwd, env: speaking });
  if (code !== 0) throw new Error(`npm ${args[0]} ended with code ${code}\n${output}`);
  return stdout;
}

function problemsOf(manifest: Manifest, files: readonly string[]): string[] {
  const wanted = [
    "README.md",
    "LICENSE",
    ...Object.values(manifest.bin ?? {}),
    ...Object.values(manifest.exports).flatMap((entry) => [entry.types ?? "types?", entry.default ?? "default?"]),
  ].map((path) => path.replace(/^\.\//, ""));
  const missing = wanted.filter((path) => !files.includes(path)).map((path) => `${path} is not packed`);
  const extra = files
    .filter((file) => !allowed.some((pattern) => pattern.test(file)))
    .map((file) => `${file} is packed`);
  return [...missing, ...extra].map((problem) => `${manifest.name}: ${problem}`);
}

async function pack(home: string, into: string): Promise<Packed> {
  const manifest = JSON.parse(readFileSync(join(root, home, "package.json"), "utf8")) as Manifest;
  const said = await runNpm(join(root, home), ["pack", "--json", "--ignore-scripts", "--pack-destination", into]);
  const [result] = Object.values(JSON.parse(said) as Record<string, { filename: string; files: { path: string }[] }>);
  if (result === undefined) throw new Error(`npm pack said nothing about ${home}`);
  const files = result.files.map(({ path }) => path);
  const tarball = join(into, result.filename);
  return {
    name: manifest.name,
    tarball,
    files,
    entries: Object.keys(manifest.exports).map((subpath) => manifest.name + subpath.slice(1)),
    problems: existsSync(tarball) ? problemsOf(manifest, files) : [`${manifest.name}: no tarball`],
  };
}

/** Packs every package of the workspace, or those in some folders of it. */
export async function packAll(
  into: string,
  folders: readonly string[] = ["packages/*", "adapters/*"],
): Promise<Packed[]> {
  const homes = filesIn(root, ...folders.map((folder) => `${folder}/package.json`));
  const packed: Packed[] = [];
  for (const home of homes) packed.push(await pack(home.replace("/package.json", ""), into));
  return packed;
}
