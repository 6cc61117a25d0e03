/** Bundles for workers. */
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { root } from "../binaries.mjs";

/** Every import that esbuild left in its outputs: a bare Worker could resolve none of them. */
export function externalsOf({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ imports }) => imports.filter((i) => i.external).map((i) => i.path));
}

/** What a bundle may want besides. */
export interface BundleOptions {
  /** Expressions, and what stands in the bundle instead. */
  readonly define?: Record<string, string>;
  /** Further conditions of packages' exports: what some have for Node cannot run in a bare Worker. */
  readonly conditions?: readonly string[];
  /** Packages, and the file in this repository that is bundled in the place of each. */
  readonly alias?: Readonly<Record<string, string>>;
  /** Modules that the runtime itself has. Anything else that is left to import is a mistake. */
  readonly builtIn?: readonly string[];
  /** Folder of a user's project, whose packages are taken as they were built; by default this repository with its sources. */
  readonly project?: string;
}

/** Bundles a program for bare workerd; throws if anything is left to import. */
export async function bundleForWorkerd(contents: string, outfile: string, options: BundleOptions = {}): Promise<void> {
  const { define = {}, conditions = [], alias = {}, builtIn = [], project } = options;
  const { metafile } = await build({
    stdin: { contents, resolveDir: project ?? root, loader: "ts" },
    outfile,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "esnext",
    // What packages have for Node in their other files cannot run in a bare Worker.
    mainFields: ["browser", "module", "main"],
    conditions: [...(project === undefined ? ["tokenhop-source"] : []), ...conditions, "import"],
    define,
    alias: Object.fromEntries(Object.entries(alias).map(([name, file]) => [name, join(root, file)])),
    external: [...builtIn],
    metafile: true,
    logLevel: "error",
  });
  const externals = externalsOf(metafile).filter((path) => !builtIn.includes(path));
  if (externals.length > 0) throw new Error(`The bundle still imports ${externals.join(", ")}`);
}
