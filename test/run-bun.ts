/** Runs suites on Bun: as `run-node.ts`. */
import { planFrom } from "./plan.ts";
import { QUnit } from "./qunit.ts";
import { run } from "./run.ts";

process.on("unhandledRejection", (error) => QUnit.onUncaughtException(error));
const { failed } = await run(QUnit, await planFrom("bun", process.argv.slice(2)));
// A socket that a broken test left open must not keep the process; a long report must be out before it ends.
process.stdout.write("\n", () => process.exit(failed === 0 ? 0 : 1));
