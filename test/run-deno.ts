/** Runs suites on Deno: as `run-node.ts`. */
import { planFrom } from "./plan.ts";
import { QUnit } from "./qunit.ts";
import { catchRejections, run } from "./run.ts";

/** Deno's own types would clash with Node's in the one type check of this repository. */
declare const Deno: { readonly args: readonly string[]; exit(code: number): never };

catchRejections(QUnit);
const { failed } = await run(QUnit, await planFrom("deno", Deno.args));
Deno.exit(failed === 0 ? 0 : 1);
