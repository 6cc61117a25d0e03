/**
 * `npm run size`: what users' bundles weigh, against the budget of each; and each is run in workerd, so that what is weighed is
 * a program that works. And that a bundle of one source and one target holds no other. `size.ts [--json FILE]`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { root } from "./binaries.mjs";
import { externalsOf } from "./lib/bundle.ts";
import { checkForeign } from "./lib/foreign.ts";
import { runWeighed } from "./lib/weighed-workers.ts";
import { entries, type SizeEntry } from "./size-entries/index.ts";

interface Measured {
  readonly name: string;
  readonly bytes: number;
  readonly budget: number;
  readonly minified: number;
  readonly problems: readonly string[];
}

/** A Worker has no Node built-ins, and nothing but the application's own framework may be left out of the weight. */
function unexpected(metafile: Metafile, external: readonly string[]): string[] {
  return externalsOf(metafile).filter((path) => !external.includes(path));
}

/** Where to look first: minified bytes by package, or by file in this repository. */
function heaviest({ outputs }: Metafile): string[] {
  const weights = new Map<string, number>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const owner = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
      weights.set(owner, (weights.get(owner) ?? 0) + bytesInOutput);
    }
  }
  const sorted = [...weights].sort(([, a], [, b]) => b - a).slice(0, 8);
  return sorted.map(([owner, weight]) => `${String(weight).padStart(7)} minified bytes of ${owner}`);
}

/** A bundle that cannot be made is a finding about that bundle, not the end of the others. */
async function measure(entry: SizeEntry): Promise<Measured> {
  const { name, budget } = entry;
  return weigh(entry).catch((error: Error) => ({ name, bytes: 0, budget, minified: 0, problems: [error.message] }));
}

async function weigh({ name, file, budget, external = [] }: SizeEntry): Promise<Measured> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, "tools", "size-entries", file)],
    bundle: true,
    write: false,
    minify: true,
    legalComments: "none",
    format: "esm",
    platform: "neutral",
    target: "es2022",
    mainFields: ["module", "main"],
    conditions: ["tokenhop-source", "import"],
    external: [...external, "node:*", "cloudflare:*"],
    metafile: true,
    logLevel: "error",
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  const bytes = gzipSync(code, { level: 9 }).length;
  const problems = unexpected(metafile, external).map((path) => `imports ${path}`);
  if (bytes > budget) problems.push(`over its budget by ${bytes - budget} bytes`, ...heaviest(metafile));
  // Tree shaking that throws the program away would weigh nothing at all.
  if (bytes < budget / 4) problems.push("much too light: the bundle cannot hold the program");
  const broken = await runWeighed(file);
  if (broken !== undefined) problems.push(`does not run in workerd: ${broken}`);
  return { name, bytes, budget, minified: code.length, problems };
}

const { json } = parseArgs({ options: { json: { type: "string" } } }).values;
const measured = await Promise.all(entries.map(measure));
for (const { name, bytes, budget, minified, problems } of measured) {
  const state = problems.length === 0 ? "ok    " : "FAILED";
  console.log(`${state} ${name.padEnd(40)} ${bytes} of ${budget} bytes (minified ${minified})`);
  for (const problem of problems) console.log(`       ${problem}`);
}
if (json !== undefined) writeFileSync(json, `${JSON.stringify(measured, null, 2)}\n`);
const foreign = await checkForeign();
for (const problem of foreign.problems) console.log(`FAILED ${problem}`);
const bad = measured.filter(({ problems }) => problems.length > 0).length + foreign.problems.length;
console.log(`${foreign.checked} bundles of one source and one target searched for others`);
console.log(`${measured.length} bundles weighed, ${bad} problems`);
process.exitCode = bad === 0 && measured.length > 0 && foreign.checked > 0 ? 0 : 1;
