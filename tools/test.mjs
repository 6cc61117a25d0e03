// @ts-check
/** `npm test` and its parts, also on a fresh clone: `test.mjs [PART [arguments of the part]]`. */
import { launch } from "./launch.mjs";

await launch("tools/parts.ts", process.argv.slice(2), "0 passed, 1 failed");
