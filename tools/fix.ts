/** `npm run fix`: writes everything that can be derived (lists of suites, exports, tables in documents), then formats. */
import { binary, root } from "./binaries.mjs";
import { checkRegistry } from "./check-registry.ts";
import { checkSuites } from "./check-suites.ts";
import { checkGeneratedDocs } from "./generated-docs.ts";
import { runProcess } from "./lib/process.ts";

checkSuites(root, true);
checkRegistry(root, true);
checkGeneratedDocs(root, true);
const { code } = await runProcess(binary("biome"), ["check", "--write"], { timeoutMs: 60_000, cwd: root, echo: true });
process.exitCode = code;
