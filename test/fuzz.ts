/** How properties are played: always the same way, so that one run says of a change what the next one says. */
import fc from "fast-check";

interface Host {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  readonly navigator?: { readonly userAgent?: string };
}

const { process, navigator } = globalThis as Host;

const usual = navigator?.userAgent?.startsWith("Node.js") ? 10_000 : 1_000;

/**
 * How often each parser is fuzzed: 10,000 times on Node, and a tenth of that on the others. They run the same code; what they add
 * of their own, regular expressions and URLs above all, shows in a thousand. `TOKENHOP_FUZZ_RUNS` says another number.
 */
export const FUZZ_RUNS: number = Number(process?.env?.TOKENHOP_FUZZ_RUNS ?? usual);

const SEED = 20_261_122;

/** `TOKENHOP_SEED` takes another seed, or `random` for one that nobody has seen: what that finds is to become a test of its own. */
export function seedProperties(): void {
  const given = process?.env?.TOKENHOP_SEED;
  fc.configureGlobal(given === "random" ? {} : { seed: Number(given ?? SEED) });
}
