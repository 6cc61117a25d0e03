/** What notices breaks of the issuer: its own suites, the longest last. */
import { suite as dropSuite } from "../../issuer/drop.ts";
import { suite as keysSuite } from "../../issuer/keys.ts";
import { suite as keysMalformedSuite } from "../../issuer/keys-malformed.ts";
import { suite as keysStoreSuite } from "../../issuer/keys-store.ts";
import { suite as loadSuite } from "../../issuer/load.ts";
import { suite as mintSuite } from "../../issuer/mint.ts";
import { suite as optionsSuite } from "../../issuer/options.ts";
import { suite as profilesSuite } from "../../issuer/profiles.ts";
import { suite as publicOnlySuite } from "../../issuer/public-only.ts";
import { suite as rotationSuite } from "../../issuer/rotation.ts";
import { suite as routesSuite } from "../../issuer/routes.ts";
import { suite as storeContractSuite } from "../../issuer/store-contract.ts";
import { suite as storesSuite } from "../../issuer/stores.ts";
import type { Suites } from "../../run.ts";

export const suites: Suites = {
  drop: dropSuite,
  keys: keysSuite,
  "keys-malformed": keysMalformedSuite,
  "keys-store": keysStoreSuite,
  mint: mintSuite,
  options: optionsSuite,
  profiles: profilesSuite,
  "public-only": publicOnlySuite,
  rotation: rotationSuite,
  routes: routesSuite,
  "store-contract": storeContractSuite,
  stores: storesSuite,
  load: loadSuite,
};
