// Written by `npm run fix`: every suite about the tools, for Node alone.
import type { Suites } from "../run.ts";
import { suite as childrenSuite } from "./children.ts";
import { suite as citedTestsSuite } from "./cited-tests.ts";
import { suite as cloudflareTypesSuite } from "./cloudflare-types.ts";
import { suite as docsSuite } from "./docs.ts";
import { suite as foreignSuite } from "./foreign.ts";
import { suite as generatedSuite } from "./generated.ts";
import { suite as importsSuite } from "./imports.ts";
import { suite as registrySuite } from "./registry.ts";
import { suite as simulationSuite } from "./simulation.ts";
import { suite as simulationEngineSuite } from "./simulation-engine.ts";
import { suite as suitesSuite } from "./suites.ts";

export const suites: Suites = {
  children: childrenSuite,
  "cited-tests": citedTestsSuite,
  "cloudflare-types": cloudflareTypesSuite,
  docs: docsSuite,
  foreign: foreignSuite,
  generated: generatedSuite,
  imports: importsSuite,
  registry: registrySuite,
  "simulation-engine": simulationEngineSuite,
  simulation: simulationSuite,
  suites: suitesSuite,
};
