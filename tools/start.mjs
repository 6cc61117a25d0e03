// @ts-check
/** `npm start`: the demo, also on a fresh clone. */
import { launch } from "./launch.mjs";

await launch("packages/cli/src/main.ts", ["demo", ...process.argv.slice(2)]);
