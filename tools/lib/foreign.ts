/** A bundle of one source and one target holds no other: neither its file, nor its platform's host names and codes. */
import { basename } from "node:path/posix";
import { build } from "esbuild";
import { root } from "../binaries.mjs";
import { markers } from "../size-entries/markers.ts";
import { type CheckResult, filesIn } from "./check.ts";

/** Whose bundle it is is told by `sources/github-actions` and the like. */
export interface Bundled {
  readonly owners: readonly string[];
  readonly text: string;
  /** The files that something was left of. */
  readonly files: readonly string[];
}

const camel = (name: string): string => name.replace(/-(.)/g, (_, next: string) => next.toUpperCase());
const factoryOf = (owner: string): string => camel(basename(owner));

/** All sources and targets that there are. */
export function ownersIn(folder: string): string[] {
  return filesIn(folder, "packages/core/src/sources/*.ts", "packages/core/src/targets/*.ts").map((path) =>
    path.replace("packages/core/src/", "").replace(/\.ts$/, ""),
  );
}

/** What is in a bundle and should not be. Pure. */
export function foreignIn({ owners, text, files }: Bundled, all: readonly string[]): string[] {
  const others = all.filter((owner) => !owners.includes(owner));
  return [
    ...others.filter((other) => files.includes(`packages/core/src/${other}.ts`)).map((other) => `holds ${other}`),
    ...others.filter((other) => text.includes(`"${factoryOf(other)}()"`)).map((other) => `names ${factoryOf(other)}()`),
    ...Object.entries(markers)
      .filter(([marker, whose]) => text.includes(marker) && !whose.some((owner) => owners.includes(owner)))
      .map(([marker]) => `says ${marker}`),
  ];
}

/** What a table says of a bundle and is not there: a marker that nobody has is looked for in vain. Pure. */
export function lackingIn({ owners, text }: Bundled): string[] {
  return Object.entries(markers)
    .filter(([marker, whose]) => owners.some((owner) => whose.includes(owner)) && !text.includes(marker))
    .map(([marker]) => `does not say ${marker}`);
}

async function bundle(owners: readonly string[]): Promise<Bundled> {
  const imports = owners.map((owner) => `export { ${factoryOf(owner)} } from "@tokenhop/core/${owner}";`);
  const { outputFiles, metafile } = await build({
    stdin: { contents: [...imports, 'export { federate } from "@tokenhop/core";'].join("\n"), resolveDir: root },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    mainFields: ["module", "main"],
    conditions: ["tokenhop-source", "import"],
    metafile: true,
    logLevel: "error",
  });
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { owners, text: outputFiles[0]?.text ?? "", files: files.map(([path]) => path) };
}

/** Every source with a target, and every target with a source. */
export async function checkForeign(): Promise<CheckResult> {
  const all = ownersIn(root);
  const pairs = all.map((owner) => [owner, owner.startsWith("sources/") ? "targets/entra" : "sources/github-actions"]);
  const bundles = await Promise.all(pairs.map(bundle));
  const strangers = Object.values(markers).flat();
  return {
    checked: bundles.length,
    problems: [
      ...bundles.flatMap((one) =>
        [...foreignIn(one, all), ...lackingIn({ ...one, owners: one.owners.slice(0, 1) })].map(
          (problem) => `the bundle of ${one.owners.join(" and ")} ${problem}`,
        ),
      ),
      ...strangers.filter((owner) => !all.includes(owner)).map((owner) => `markers.ts names ${owner}, which is none`),
    ],
  };
}
