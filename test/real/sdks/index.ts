// Written by `npm run fix`: every suite of SDKs that use our credentials.
import type { Suites } from "../../run.ts";
import { suite as armResourcesSuite } from "./arm-resources.ts";

export const suites: Suites = {
  "arm-resources": armResourcesSuite,
};
