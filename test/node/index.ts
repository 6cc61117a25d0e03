// Written by `npm run fix`: every suite that needs a process or a socket.
import type { Suites } from "../run.ts";
import { suite as cliSuite } from "./cli.ts";
import { suite as cliAzureSuite } from "./cli-azure.ts";
import { suite as cliAzureAmissSuite } from "./cli-azure-amiss.ts";
import { suite as cliAzureAppSuite } from "./cli-azure-app.ts";
import { suite as cliAzureBetweenSuite } from "./cli-azure-between.ts";
import { suite as cliCloudsSuite } from "./cli-clouds.ts";
import { suite as cliCompareSuite } from "./cli-compare.ts";
import { suite as cliTextsSuite } from "./cli-texts.ts";
import { suite as compressedSuite } from "./compressed.ts";
import { suite as emulatorServeSuite } from "./emulator-serve.ts";
import { suite as endsSuite } from "./ends.ts";
import { suite as readmeSuite } from "./readme.ts";
import { suite as recipesSuite } from "./recipes.ts";
import { suite as revokedSuite } from "./revoked.ts";
import { suite as unixSocketSuite } from "./unix-socket.ts";

export const suites: Suites = {
  "cli-azure-amiss": cliAzureAmissSuite,
  "cli-azure-app": cliAzureAppSuite,
  "cli-azure-between": cliAzureBetweenSuite,
  "cli-azure": cliAzureSuite,
  "cli-clouds": cliCloudsSuite,
  "cli-compare": cliCompareSuite,
  "cli-texts": cliTextsSuite,
  cli: cliSuite,
  compressed: compressedSuite,
  "emulator-serve": emulatorServeSuite,
  ends: endsSuite,
  readme: readmeSuite,
  recipes: recipesSuite,
  revoked: revokedSuite,
  "unix-socket": unixSocketSuite,
};
