// Written by `npm run fix`: every suite that plays with the templates.
import type { Suites } from "../run.ts";
import { suite as dumpSuite } from "./dump.ts";
import { suite as filesSuite } from "./files.ts";
import { suite as serversSuite } from "./servers.ts";
import { suite as workerSuite } from "./worker.ts";

export const suites: Suites = {
  dump: dumpSuite,
  files: filesSuite,
  servers: serversSuite,
  worker: workerSuite,
};
