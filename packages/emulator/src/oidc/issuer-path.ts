/** Lets a hosted issuer answer below its own URL too, whatever that is. Pure. */
import type { OidcProviderConfig } from "../config/types.ts";
import { issuerOf } from "../directory.ts";

/** The path that the router shall see for a URL. */
export function routedPath(url: URL, providers: readonly OidcProviderConfig[]): string {
  const provider = url.pathname.startsWith("/oidc/") ? undefined : providers.find((one) => isBelow(url, issuerOf(one)));
  if (provider) {
    const base = new URL(issuerOf(provider)).pathname.replace(/\/$/, "");
    return `/oidc/${provider.name}${url.pathname.slice(base.length)}`;
  }
  // ARM compares paths without case; its handler reads the names from the URL again, as they were written.
  return /^\/subscriptions\//i.test(url.pathname) ? url.pathname.toLowerCase() : url.pathname;
}

/** Whether a URL belongs to an issuer that the emulator hosts. */
export function isHosted(url: URL, providers: readonly OidcProviderConfig[]): boolean {
  return providers.some((provider) => new URL(issuerOf(provider)).host === url.host);
}

function isBelow(url: URL, issuer: string): boolean {
  return `${url.origin}${url.pathname}`.startsWith(`${issuer.replace(/\/$/, "")}/`);
}
