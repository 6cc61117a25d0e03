/** All cases of the contract. `test/cells/expected.ts` has their names once more, written by hand. */

import { attachCases } from "./cases-attach.ts";
import { authCases } from "./cases-auth.ts";
import { bodyCases } from "./cases-bodies.ts";
import { crowdCases } from "./cases-crowd.ts";
import { environmentCases } from "./cases-environment.ts";
import { failingCases } from "./cases-failure.ts";
import { onBehalfCases } from "./cases-on-behalf.ts";
import type { AdapterCase } from "./stage.ts";

export const adapterCases: readonly AdapterCase[] = [
  ...attachCases,
  ...environmentCases,
  ...failingCases,
  ...bodyCases,
  ...crowdCases,
  ...authCases,
  ...onBehalfCases,
];
