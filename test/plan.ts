/** What a runner was asked to run, from its arguments. Not for workerd, which has no files to load a list from. */
import type { RunPlan, Suites } from "./run.ts";

/** A list file, as `index.ts` and its likes export it. */
interface List {
  readonly suites: Suites;
}

const load = async (path: string): Promise<Suites> => ((await import(path)) as List).suites;

/** `--bail` ends with the first failure, and runs the neutral suites only. `--list NAME` picks `NAME/index.ts` instead of them and the local ones; `--only TEXT` narrows by test name. */
export async function planFrom(runtime: string, args: readonly string[]): Promise<RunPlan> {
  const option = (name: string): string | undefined => {
    const at = args.indexOf(name);
    return at === -1 ? undefined : args[at + 1];
  };
  const filter = option("--only");
  const list = option("--list");
  const bail = args.includes("--bail");
  if (list !== undefined) {
    return { runtime, suites: await load(`./${list}/index.ts`), filter, withoutTokens: list === "tools", bail };
  }
  if (bail) return { runtime, suites: await load("./index.ts"), filter, bail };
  return { runtime, suites: await load("./index.ts"), local: await load("./node/index.ts"), filter };
}
