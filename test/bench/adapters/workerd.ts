/** workerd with the Worker that measures. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleForWorkerd } from "../../../tools/lib/bundle.ts";
import { compatibility } from "../../../tools/lib/workerd.ts";
import { type Served, serve } from "../../workerd/serve.ts";
import type { Route } from "./contestant.ts";
import type { Batch } from "./measure.ts";

const entryFor = (adapter: string): string => `
import { createWorker } from "./test/bench/adapters/worker.ts";
import { contestant } from "./test/bench/adapters/apps/${adapter}.ts";
export default createWorker(contestant);
`;

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "app", worker = .app), (name = "nowhere", network = (allow = [])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "app") ],
);
const app :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js") ],
  ${compatibility},
  globalOutbound = "nowhere",
);
`;

/** Starts it for one adapter. */
export const serveBench = (adapter: string): Promise<Served> =>
  serve(async (folder) => {
    await bundleForWorkerd(entryFor(adapter), join(folder, "worker.js"), {
      builtIn: ["cloudflare:workers"],
      conditions: ["workerd", "worker", "browser"],
    });
    writeFileSync(join(folder, "config.capnp"), config);
  });

/** What a process took of the processor so far, in ms, where the system tells it of every thread; else the time on the wall. */
function usedBy(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const times = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]));
    return times.reduce((sum, time) => sum + time, 0) / 1e6;
  } catch {
    return performance.now();
  }
}

/** A batch there. What the way to it takes is in both halves of a pair, so batches should be long. */
export const batchAt =
  ({ url, pid }: Served, route: Route): Batch =>
  async (kind, requests) => {
    const order = new URLSearchParams({ kind, route, requests: String(requests) });
    const before = usedBy(pid);
    const response = await fetch(`${url}/batch?${order}`);
    if ((await response.text()) !== "done") throw new Error(`The Worker answered ${response.status}`);
    return usedBy(pid) - before;
  };
