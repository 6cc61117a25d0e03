// @ts-check
/** Any script of the workspace on the pinned Node, also on a fresh clone: `run.mjs FILE [arguments]`. */
import { launch } from "./launch.mjs";

const [script = "", ...args] = process.argv.slice(2);
await launch(script, args);
