/** The demo's app as one file for workerd: made on the fly in a checkout, and by `npm run build` for the package. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "../binaries.mjs";
import { bundleForWorkerd } from "./bundle.ts";

const entry = `export { worker as default } from "./packages/cli/src/demo/worker.ts";`;

/** Bundles the app of the sources as they are. */
export async function bundleDemoWorker(): Promise<string> {
  const folder = join(root, ".out", "demo-worker", String(process.pid));
  mkdirSync(folder, { recursive: true });
  try {
    await bundleForWorkerd(entry, join(folder, "worker.js"));
    return readFileSync(join(folder, "worker.js"), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Other people's packages in a bundle, by the comments that esbuild writes above each file. */
function packagesIn(bundle: string): string[] {
  const found = [...bundle.matchAll(/^\/\/ (node_modules\/(?:@[^/]+\/)?[^/]+)\//gm)].map((match) => match[1] ?? "");
  return [...new Set(found)].sort();
}

/** The licences of what is in a bundle, as a comment: they want to go wherever the code goes. */
export function licencesIn(bundle: string): string {
  const texts = packagesIn(bundle).map((folder) => {
    const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) throw new Error(`${folder} has no licence that could go with its code`);
    return `${folder.slice("node_modules/".length)}\n\n${readFileSync(join(root, folder, file), "utf8").trim()}`;
  });
  if (texts.length === 0) throw new Error("The bundle names no packages");
  return `/*\nWith code of:\n\n${texts.join("\n\n").replaceAll("*/", "* /")}\n*/\n`;
}
