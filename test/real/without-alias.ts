/** What docs/recipes/azure-sdks.md says of Storage in a bare Worker: bundled as it is, it does not even start. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/binaries.mjs";
import { bundleForWorkerd } from "../../tools/lib/bundle.ts";
import type { Counts } from "../../tools/lib/summary.ts";
import { compatibility, testInWorkerd } from "../../tools/lib/workerd.ts";

const program = `import { BlobServiceClient } from "@azure/storage-blob";
export default { test: () => { if (typeof BlobServiceClient !== "function") throw new Error("there is no client"); } };
`;

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [ (name = "main", worker = .main) ]);
const main :Workerd.Worker = ( modules = [ (name = "worker", esModule = embed "worker.js") ], ${compatibility} );
`;

/** Fails when it starts after all: then the alias, and what the recipe says of it, can go. */
export async function checkWithoutAlias(project: string, timeoutMs: number): Promise<Counts> {
  const folder = join(root, ".out", "workerd", "without-alias");
  mkdirSync(folder, { recursive: true });
  await bundleForWorkerd(program, join(folder, "worker.js"), { project, conditions: ["workerd", "worker", "browser"] });
  writeFileSync(join(folder, "tests.capnp"), config);
  const { code, output } = await testInWorkerd(folder, "tests.capnp", timeoutMs);
  const asSaid = code !== 0 && output.includes("document is not defined");
  console.log(
    asSaid ? "storage without the alias: does not start, as said" : `FAILED storage without the alias\n${output}`,
  );
  return asSaid ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
