/** `npm run bench -- NAME [options of the benchmark]`. Without a name it says what there is. */
import { adaptersCommand } from "./adapters/command.ts";
import { simulateCommand } from "./simulate/command.ts";

interface Benchmark {
  readonly says: string;
  run(args: readonly string[]): Promise<void>;
}

const benchmarks: Readonly<Record<string, Benchmark>> = {
  adapters: {
    says: "what the adapters' middleware costs [--quick] [--json FILE] [--adapter NAME] [--runtime NAME]",
    run: adaptersCommand,
  },
  simulate: {
    says: "when to refresh, by simulation [--quick] [--json FILE] [--policy FILE] [--seed N] [--write]",
    run: simulateCommand,
  },
};

function list(): void {
  console.log("npm run bench -- NAME [options]\n");
  for (const [name, { says }] of Object.entries(benchmarks)) console.log(`  ${name.padEnd(10)} ${says}`);
}

const [name, ...args] = process.argv.slice(2);
const benchmark = name === undefined || name.startsWith("-") ? undefined : benchmarks[name];
if (benchmark) {
  await benchmark.run(args).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
} else {
  list();
  // To ask for nothing in particular is no mistake; to ask for what does not exist is one.
  if (name !== undefined && name !== "--help") {
    console.error(`\nThere is no benchmark ${name}`);
    process.exitCode = 1;
  }
}
