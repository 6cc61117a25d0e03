/** `npm run build`: the publishable packages, one JavaScript file per source file. */
import { binary, root } from "./binaries.mjs";
import { filesIn } from "./lib/check.ts";
import { runProcess } from "./lib/process.ts";

const { code } = await runProcess(binary("tsc"), ["-b", "tsconfig.build.json"], {
  timeoutMs: 180_000,
  cwd: root,
  echo: true,
});
const built = filesIn(root, "packages/*/package.json", "adapters/*/package.json").length;
if (code === 0) console.log(`${built} packages built`);
process.exitCode = code;
