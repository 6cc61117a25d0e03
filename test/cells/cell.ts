/** A cell of the table: the contract of one adapter, over HTTP, against the server that its framework has on one runtime. */
import { fingerprint } from "../../tools/lib/names.ts";
import { adapterCases } from "../contract/adapter/cases.ts";
import type { Framework, Plan, Served } from "../contract/adapter/framework.ts";
import { appAt, type Departures } from "../contract/adapter/over-http.ts";
import { type AdapterCase, quietly, type Stage } from "../contract/adapter/stage.ts";
import type { Assert, QUnitLike, Suite } from "../harness.ts";
import { rowPrefix, type Suites } from "../run.ts";

/** One cell, as the list of its runtime names it. */
export interface CellOptions {
  readonly framework: Framework;
  /** How an app of a framework that has no server of its own is served. */
  readonly serve?: (plan: Plan) => Promise<Served>;
  /** The tests of the adapter that belong to no contract. */
  readonly ownTests?: Suite;
}

/** Plays one case; resolves with where its apps were. */
export type Play = (one: AdapterCase, assert: Assert) => Promise<readonly string[]>;

/** Registers the cases of a cell, and behind them the line that says what they came to. */
export function registerCell(QUnit: QUnitLike, framework: string, runtime: string, play: Play, own?: Suite): void {
  QUnit.module(`contract ${framework} on ${runtime}`, () => {
    const origins = new Set<string>();
    const played: string[] = [];
    for (const one of adapterCases) {
      QUnit.test(one.name, async (assert) => {
        for (const origin of await play(one, assert)) origins.add(origin);
        played.push(one.name);
      });
    }
    QUnit.test("every case was played", (assert) => {
      const [first, ...more] = origins;
      const where = `${first}${more.length > 0 ? ` and ${more.length} more ports` : ""}`;
      const names = fingerprint(played);
      console.log(
        `${rowPrefix}contract ${framework} on ${runtime}: ${where}, ${played.length} cases (case names ${names})`,
      );
      assert.strictEqual(played.length, adapterCases.length);
    });
  });
  own?.(QUnit);
}

/** Where the clients are that can go away: whoever runs the cells has started them. */
export function departures(): Departures {
  const url = process.env.TOKENHOP_TEST_DEPARTURES;
  if (url === undefined)
    throw new Error("TOKENHOP_TEST_DEPARTURES is not set: run these tests with npm run test:adapters");
  return { url };
}

function serverOf({ framework, serve }: CellOptions): (plan: Plan) => Promise<Served> {
  if (serve) return serve;
  if ("serve" in framework) return (plan) => framework.serve(plan);
  throw new Error(`Nothing serves ${framework.name}`);
}

/** Plays a case with a server for each of its apps. */
async function playOn(options: CellOptions, one: AdapterCase, assert: Assert): Promise<readonly string[]> {
  const serve = serverOf(options);
  const running: Served[] = [];
  const stage: Stage = {
    framework: options.framework,
    workers: false,
    http: true,
    async start(plan) {
      const served = await serve(plan);
      running.push(served);
      return appAt(served.url, departures());
    },
  };
  try {
    await quietly(() => one.run(assert, stage));
  } finally {
    await Promise.all(running.map((served) => served.close()));
  }
  return running.map(({ url }) => url);
}

/** The cells of a runtime whose servers live in the process of the tests. */
export function cellsOn(runtime: string, cells: readonly CellOptions[]): Suites {
  const suiteOf =
    (options: CellOptions): Suite =>
    (QUnit) =>
      registerCell(
        QUnit,
        options.framework.name,
        runtime,
        (one, assert) => playOn(options, one, assert),
        options.ownTests,
      );
  return Object.fromEntries(cells.map((options) => [options.framework.name, suiteOf(options)]));
}
