/** The cells of workerd. Each framework has a workerd of its own; the Worker plays the cases, and they count here. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleForWorkerd } from "../../../tools/lib/bundle.ts";
import { compatibility } from "../../../tools/lib/workerd.ts";
import type { Suite } from "../../harness.ts";
import { canary, type LeakReport } from "../../leak.ts";
import type { Suites } from "../../run.ts";
import { once } from "../../workerd/results.ts";
import { type Served, serve } from "../../workerd/serve.ts";
import { departures, registerCell } from "../cell.ts";
import { repeat, type Verdict } from "../checks.ts";
import { compiledSuite } from "./compiled.ts";

const entryFor = (framework: string): string => `import { waitUntil } from "cloudflare:workers";
import { createWorker } from "./test/cells/worker.ts";
export default createWorker(${JSON.stringify(framework)}, waitUntil);
`;

const configFor = (departuresUrl: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "app", worker = .app), (name = "loopback", network = (allow = ["local"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "app") ],
);
const app :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js") ],
  ${compatibility},
  globalOutbound = "loopback",
  bindings = [ (name = "NAME", text = "first"), (name = "DEPARTURES", text = "${departuresUrl}") ],
);
`;

/** Serves a Worker that is written so, as a bundler for Workers makes it. */
const serveEntry = (entry: string): Promise<Served> =>
  serve(async (folder) => {
    const conditions = ["workerd", "worker", "browser"];
    await bundleForWorkerd(entry, join(folder, "worker.js"), { builtIn: ["cloudflare:workers"], conditions });
    writeFileSync(join(folder, "config.capnp"), configFor(departures().url));
  });

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url);
  return (await response.json()) as T;
}

/** A token in the Worker's own records is found there; what workerd prints is searched with the rest. */
const searchedToo =
  (framework: string, start: () => Promise<Served>): Suite =>
  (QUnit) => {
    QUnit.module(`contract ${framework} on workerd, leaks`, () => {
      QUnit.test("nothing recorded in the Worker holds any part of a canary", async (assert) => {
        const served = await start();
        const { report, canaries } = await ask<{ report: LeakReport; canaries: string[] }>(served.url);
        for (const one of canaries) canary(one);
        assert.ok(report.items > 0 && report.canaries > 0, `${report.items} items, ${report.canaries} canaries`);
        assert.deepEqual([...report.hits], []);
        assert.ok(served.isAlive(), "workerd lives");
        served.stop();
      });
    });
  };

const suiteOf =
  (framework: string): Suite =>
  (QUnit) => {
    const start = once(() => serveEntry(entryFor(framework)));
    registerCell(
      QUnit,
      framework,
      "workerd",
      async ({ name }, assert) => {
        const { url } = await start();
        repeat(assert, await ask<Verdict>(`${url}/?${new URLSearchParams({ case: name })}`));
        return [url];
      },
      searchedToo(framework, start),
    );
  };

const frameworks = ["hono", "h3", "elysia", "cloudflare"];

export const suites: Suites = {
  ...Object.fromEntries(frameworks.map((framework) => [framework, suiteOf(framework)])),
  compiled: compiledSuite(serveEntry),
};
