// Written by `npm run fix`: every suite of the fault matrix.
import type { Suites } from "../run.ts";
import { suite as crowdsSuite } from "./crowds.ts";
import { suite as daySuite } from "./day.ts";
import { suite as faultsSuite } from "./faults.ts";
import { suite as outageSuite } from "./outage.ts";
import { suite as unauthorizedSuite } from "./unauthorized.ts";
import { suite as usersSuite } from "./users.ts";
import { suite as watchDaySuite } from "./watch-day.ts";

export const suites: Suites = {
  crowds: crowdsSuite,
  day: daySuite,
  faults: faultsSuite,
  outage: outageSuite,
  unauthorized: unauthorizedSuite,
  users: usersSuite,
  "watch-day": watchDaySuite,
};
