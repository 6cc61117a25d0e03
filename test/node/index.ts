// Written by `npm run fix`: every suite that needs a process or a socket.
import type { Suites } from "../run.ts";
import { suite as cliSuite } from "./cli.ts";
import { suite as emulatorServeSuite } from "./emulator-serve.ts";
import { suite as readmeSuite } from "./readme.ts";

export const suites: Suites = {
  cli: cliSuite,
  "emulator-serve": emulatorServeSuite,
  readme: readmeSuite,
};
