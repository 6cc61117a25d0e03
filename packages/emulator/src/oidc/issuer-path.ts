/** Lets a hosted issuer answer below its own URL too, whatever that is. Pure. */
import type { EmulatorConfig } from "../config/types.ts";
import { issuerOf } from "../directory.ts";
import { clusterIssuer } from "../kubernetes/cluster.ts";

const discoveryPath = "/.well-known/openid-configuration";
const providerPaths = [discoveryPath, "/jwks", "/token"];
const clusterPaths = [discoveryPath, "/openid/v1/jwks"];

/** The path that the router shall see for a URL. */
export function routedPath(url: URL, config: EmulatorConfig): string {
  const providers = url.pathname.startsWith("/oidc/") ? [] : (config.oidcProviders ?? []);
  const provider = providers.find((one) => pathBelow(url, issuerOf(one)) !== undefined);
  const below = provider && pathBelow(url, issuerOf(provider));
  // A platform may have its own routes below the same URL.
  if (provider && below !== undefined && providerPaths.includes(below)) return `/oidc/${provider.name}${below}`;
  const inCluster = pathBelow(url, clusterIssuer(config) ?? "");
  if (inCluster !== undefined && clusterPaths.includes(inCluster)) return inCluster;
  // ARM compares paths without case; its handler reads the names from the URL again, as they were written.
  return /^\/subscriptions\//i.test(url.pathname) ? url.pathname.toLowerCase() : url.pathname;
}

/** Whether a URL belongs to an issuer that the emulator hosts. */
export function isHosted(url: URL, config: EmulatorConfig): boolean {
  return hostedIssuers(config).some((issuer) => new URL(issuer).host === url.host);
}

/** Every issuer that the emulator hosts outside Entra. */
export function hostedIssuers(config: EmulatorConfig): readonly string[] {
  const cluster = clusterIssuer(config);
  return [...(config.oidcProviders ?? []).map(issuerOf), ...(cluster === undefined ? [] : [cluster])];
}

/** What a URL has behind that of an issuer. */
function pathBelow({ origin, pathname }: URL, issuer: string): string | undefined {
  const base = issuer.replace(/\/$/, "");
  const whole = `${origin}${pathname}`;
  return base !== "" && whole.startsWith(`${base}/`) ? whole.slice(base.length) : undefined;
}
