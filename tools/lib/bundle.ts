/** Bundles for workers. */
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
}

/** Bundles a program of this repository, sources and all, for bare workerd; throws if anything is left to import. */
export async function bundleForWorkerd(contents: string, outfile: string, options: BundleOptions = {}): Promise<void> {
  const { define = {}, conditions = [] } = options;
  const { metafile } = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    outfile,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "esnext",
    mainFields: ["module", "main"],
    conditions: ["tokenhop-source", ...conditions, "import"],
    define,
    metafile: true,
    logLevel: "error",
  });
  const externals = externalsOf(metafile);
  if (externals.length > 0) throw new Error(`The bundle still imports ${externals.join(", ")}`);
}
