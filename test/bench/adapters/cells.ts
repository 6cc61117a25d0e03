/** Which adapter is measured where, and how a cell is measured. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { binary, root } from "../../../tools/binaries.mjs";
import { type Kind, kinds, type Route } from "./contestant.ts";
import { loadFor, type Target } from "./load.ts";
import { type Effort, measurePairs, type Pair } from "./measure.ts";
import { answerPrefix, type Order } from "./order.ts";
import { batchAt, serveBench } from "./workerd.ts";

/** Where the frameworks run. */
export const cells: Readonly<Record<string, readonly Runtime[]>> = {
  hono: ["node", "bun", "deno", "workerd"],
  h3: ["node", "bun", "deno", "workerd"],
  elysia: ["node", "bun", "deno", "workerd"],
  express: ["node", "bun", "deno"],
  fastify: ["node", "bun", "deno"],
  cloudflare: ["workerd"],
  "azure-functions": ["node"],
};

export type Runtime = "node" | "bun" | "deno" | "workerd";

/** What a cell is measured by. */
export interface Plan {
  readonly effort: Effort;
  /** How often each server is put under load, and for how long. */
  readonly rounds: number;
  readonly loadMs: number;
}

const commands: Readonly<Record<Exclude<Runtime, "workerd">, readonly string[]>> = {
  node: ["--conditions=tokenhop-source"],
  bun: ["--conditions=tokenhop-source", "run"],
  deno: ["run", "-A", "--no-check", "--no-remote"],
};

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a runner and gives what it answers; it goes on until it is stopped, or ends by itself. */
async function ask<T>(runtime: Exclude<Runtime, "workerd">, order: Order): Promise<{ answer: T; stop(): void }> {
  const args = [...commands[runtime], "test/bench/adapters/runner.ts", JSON.stringify(order)];
  const child = spawn(binary(runtime), args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith(answerPrefix)) continue;
    const answer = JSON.parse(line.slice(answerPrefix.length)) as T;
    return { answer, stop: () => void child.kill("SIGKILL") };
  }
  throw new Error(`${order.adapter} on ${runtime} ended without an answer`);
}

export interface Measured {
  readonly requests: number;
  readonly pairs: readonly Pair[];
}

/** In process. */
export async function measure(adapter: string, runtime: Runtime, route: Route, { effort }: Plan): Promise<Measured> {
  if (runtime !== "workerd") {
    const { answer, stop } = await ask<Measured>(runtime, { do: "measure", adapter, route, effort });
    stop();
    return answer;
  }
  const served = await serveBench(adapter);
  try {
    // The way to it and back takes about a millisecond.
    return await measurePairs(batchAt(served, route), { ...effort, batchMs: effort.batchMs * 3 });
  } finally {
    served.stop();
  }
}

type Targets = Readonly<Record<Kind, Target>>;

async function targetsOf(adapter: string, runtime: Runtime): Promise<{ targets: Targets | undefined; stop(): void }> {
  const route: Route = "token";
  if (runtime === "workerd") {
    const { url, stop } = await serveBench(adapter);
    const port = Number(new URL(url).port);
    const at = (kind: Kind): Target => ({ port, headers: { "x-app": `${kind} ${route}` } });
    return { targets: { "no-op": at("no-op"), downstream: at("downstream") }, stop };
  }
  type Ports = Partial<Record<Kind, number>>;
  const { answer, stop } = await ask<Ports>(runtime, { do: "serve", adapter, route });
  const ports = kinds.map((kind) => answer[kind]);
  if (ports.includes(undefined)) return { targets: undefined, stop };
  return { targets: { "no-op": { port: Number(ports[0]) }, downstream: { port: Number(ports[1]) } }, stop };
}

/** Over HTTP, alternating: requests per second of both, one entry for each round. Undefined where nothing is served. */
export async function load(
  adapter: string,
  runtime: Runtime,
  { rounds, loadMs }: Plan,
): Promise<readonly Pair[] | undefined> {
  const { targets, stop } = await targetsOf(adapter, runtime);
  try {
    if (targets === undefined) return undefined;
    for (const kind of kinds) await loadFor(targets[kind], loadMs / 2);
    const pairs: Pair[] = [];
    for (let round = 0; round < rounds; round++) {
      const rates = { "no-op": 0, downstream: 0 };
      const order = round % 2 === 0 ? kinds : [...kinds].reverse();
      for (const kind of order) rates[kind] = await loadFor(targets[kind], loadMs);
      pairs.push(rates);
    }
    return pairs;
  } finally {
    stop();
  }
}
