// Written by `npm run fix`: every suite of a Worker in workerd over HTTP.
import type { Suites } from "../run.ts";
import { suite as endsSuite } from "./ends.ts";
import { suite as heldSuite } from "./held.ts";
import { suite as stormSuite } from "./storm.ts";

export const suites: Suites = {
  ends: endsSuite,
  held: heldSuite,
  storm: stormSuite,
};
