// Written by `npm run fix`: every suite of a Worker in workerd over HTTP.
import type { Suites } from "../run.ts";
import { suite as cloudflareSuite } from "./cloudflare.ts";
import { suite as cloudflareAuthSuite } from "./cloudflare-auth.ts";
import { suite as cloudflareReadmeSuite } from "./cloudflare-readme.ts";
import { suite as cloudflareRefreshSuite } from "./cloudflare-refresh.ts";
import { suite as endsSuite } from "./ends.ts";
import { suite as heldSuite } from "./held.ts";
import { suite as stormSuite } from "./storm.ts";

export const suites: Suites = {
  "cloudflare-auth": cloudflareAuthSuite,
  "cloudflare-readme": cloudflareReadmeSuite,
  "cloudflare-refresh": cloudflareRefreshSuite,
  cloudflare: cloudflareSuite,
  ends: endsSuite,
  held: heldSuite,
  storm: stormSuite,
};
