/** Runs suites in bare workerd. The bundle that the tools make hands `test` to workerd; it fails by rejecting. */
import { QUnit } from "./qunit.ts";
import { catchRejections, run, type Suites } from "./run.ts";

/** The body of the Worker's `test` handler. */
export async function test(suites: Suites, filter?: string): Promise<void> {
  catchRejections(QUnit);
  const { failed } = await run(QUnit, { runtime: "workerd", suites, filter });
  if (failed > 0) throw new Error(`${failed} failed`);
}
