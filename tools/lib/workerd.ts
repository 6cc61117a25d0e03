/** Suites in bare workerd: one bundle with nothing external, Node compatibility off, no network but for lists with a server. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { binary, root } from "../binaries.mjs";
import { type BundleOptions, bundleForWorkerd } from "./bundle.ts";
import { type RunResult, runProcess } from "./process.ts";

/** What the pinned workerd knows at most; from August 2026 on Node compatibility has to be switched off. */
export const compatibility = `compatibilityDate = "2026-10-23", compatibilityFlags = ["no_nodejs_compat_v2"]`;

const entry = (list: string, only: string | undefined): string => `
import { test } from "./test/run-workerd.ts";
import { suites } from "./test/${list}/index.ts";
export default { test: () => test(suites, ${JSON.stringify(only)}) };
`;

/** What surrounds the suites of a list. */
interface Surroundings {
  /** What they reach: a `Network` of workerd's configuration. */
  readonly network: string;
  readonly bundle?: BundleOptions;
}

const nothing: Surroundings = { network: "allow = []" };

/** A list whose suites talk to a server, which whoever runs them has started on loopback. */
interface ListWithServer {
  /** The part of the tests that starts it. */
  readonly part: string;
  /** What the suites read from the environment. */
  readonly values: readonly string[];
  /** Where the certificate is that they must trust. */
  readonly authority?: string;
  readonly conditions?: readonly string[];
  readonly alias?: Readonly<Record<string, string>>;
}

const withServer: Readonly<Record<string, ListWithServer>> = {
  "real/sdks": {
    part: "real",
    values: ["TOKENHOP_TEST_EMULATOR", "TOKENHOP_TEST_ADMIN_TOKEN"],
    authority: "NODE_EXTRA_CA_CERTS",
    conditions: ["workerd", "worker", "browser"],
    // What it has for browsers needs their DOM, and storage speaks XML; what it has for Node needs nothing of Node.
    alias: { "@azure/core-xml": "test/real/node_modules/@azure/core-xml/dist/esm/index.js" },
  },
  faults: { part: "faults", values: ["TOKENHOP_TEST_FAULTS"] },
};

function surroundingsOf(list: string | undefined): Surroundings {
  const server = withServer[list ?? ""];
  if (server === undefined) return nothing;
  const { part, values, authority, conditions, alias } = server;
  const value = (name: string): string => {
    const text = process.env[name];
    if (text === undefined) throw new Error(`${name} is not set: run these tests with npm run test:${part}`);
    return text;
  };
  // A text of JSON is one of Cap'n Proto too.
  const trusted = authority === undefined ? "" : JSON.stringify(readFileSync(value(authority), "utf8"));
  return {
    network: `allow = ["local"], tlsOptions = (trustedCertificates = [${trusted}])`,
    bundle: {
      ...(conditions && { conditions }),
      ...(alias && { alias }),
      // A bare Worker has no environment, so what the suites read from it is written into the bundle.
      define: Object.fromEntries(values.map((name) => [`process.env.${name}`, JSON.stringify(value(name))])),
    },
  };
}

const config = (network: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .tests), (name = "outside", network = (${network})) ],
);
const tests :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.js") ],
  ${compatibility},
  globalOutbound = "outside",
);
`;

/** What workerd says about itself between the lines of the tests. */
const remark = /^workerd\/\S+: (debug|info: console warning)/;

/** Runs the `test` handlers of a configuration file. */
export async function testInWorkerd(folder: string, file: string, timeoutMs: number): Promise<RunResult> {
  const result = await runProcess(binary("workerd"), ["test", "--verbose", join(folder, file)], {
    timeoutMs,
    cwd: folder,
  });
  const lines = result.output.split("\n").filter((line) => !remark.test(line));
  return { ...result, output: lines.join("\n") };
}

/** Bundles a list of suites (`--list NAME`, by default the neutral ones) and runs it. */
export async function runInWorkerd(args: readonly string[], timeoutMs: number): Promise<RunResult> {
  const { list, only } = parseArgs({
    args: [...args],
    options: { list: { type: "string" }, only: { type: "string" } },
  }).values;
  const folder = join(root, ".out", "workerd", list ?? "neutral");
  mkdirSync(folder, { recursive: true });
  try {
    const { network, bundle } = surroundingsOf(list);
    await bundleForWorkerd(entry(list ?? ".", only), join(folder, "worker.js"), bundle);
    writeFileSync(join(folder, "tests.capnp"), config(network));
  } catch (error) {
    return { code: 1, stdout: "", output: String(error), timedOut: false };
  }
  return testInWorkerd(folder, "tests.capnp", timeoutMs);
}
