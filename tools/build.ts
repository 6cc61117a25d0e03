/** `npm run build`: the publishable packages, one JavaScript file per source file, and the demo's Worker in one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, root } from "./binaries.mjs";
import { filesIn } from "./lib/check.ts";
import { bundleDemoWorker, licencesIn } from "./lib/demo-worker.ts";
import { runProcess } from "./lib/process.ts";

const { code } = await runProcess(binary("tsc"), ["-b", "tsconfig.build.json"], {
  timeoutMs: 180_000,
  cwd: root,
  echo: true,
});
const built = filesIn(root, "packages/*/package.json", "adapters/*/package.json").length;
if (code === 0) {
  const worker = await bundleDemoWorker();
  writeFileSync(join(root, "packages/cli/dist/demo/worker.bundle.js"), worker + licencesIn(worker));
  console.log(`${built} packages built`);
}
process.exitCode = code;
