/** What notices breaks of `@tokenhop/cloudflare`, which only real workerd runs. */
import type { Suites } from "../../run.ts";
import { suite as cloudflareSuite } from "../../workerd/cloudflare.ts";
import { suite as cloudflareAuthSuite } from "../../workerd/cloudflare-auth.ts";
import { suite as cloudflareRefreshSuite } from "../../workerd/cloudflare-refresh.ts";

export const suites: Suites = {
  cloudflare: cloudflareSuite,
  "cloudflare-auth": cloudflareAuthSuite,
  "cloudflare-refresh": cloudflareRefreshSuite,
};
