/** What may be an issuer's URL, and which hosts are unwise. */
import { safeUrl } from "@tokenhop/core/kit";

/** What {@link isIssuerUrl} wants, for messages. */
export const ISSUER_EXPECTED =
  "expected an https URL as new URL() writes it, without user, query, fragment and empty path segments (http: loopback only, with allowHttpLoopback)";

/**
 * Whether a text can be an issuer. It is compared character by character by those who verify, so a text that a URL parser would
 * change is refused: of two spellings one would be wrong somewhere.
 */
export function isIssuerUrl(text: string, allowHttpLoopback: boolean): boolean {
  const url = safeUrl(text, allowHttpLoopback);
  const asWritten = text === url?.href || `${text}/` === url?.href;
  return asWritten && !/[?#]/.test(text) && !url.pathname.includes("//");
}

/**
 * Domains under which anybody gets a name: of hosting platforms, most of which give every preview one as well, of buckets, CDNs and
 * tunnels.
 * A name that was given up there can be somebody else's tomorrow.
 */
const SHARED = `
workers.dev pages.dev r2.dev trycloudflare.com deno.dev deno.net vercel.app now.sh netlify.app onrender.com fly.dev
up.railway.app herokuapp.com koyeb.app github.io gitlab.io app.github.dev gitpod.io replit.app replit.dev
stackblitz.io csb.app surge.sh web.app firebaseapp.com run.app appspot.com azurewebsites.net azurestaticapps.net
azurecontainerapps.io cloudapp.azure.com core.windows.net azurefd.net azureedge.net trafficmanager.net devtunnels.ms
amazonaws.com cloudfront.net amplifyapp.com on.aws storage.googleapis.com ondigitalocean.app hf.space supabase.co
ngrok.io ngrok.app ngrok.dev ngrok-free.app ngrok-free.dev loca.lt localhost.run lhr.life nip.io sslip.io`;

/** The shared domain that a host is under, if it is. */
export function sharedDomainOf(hostname: string): string | undefined {
  return SHARED.split(/\s/).find((domain) => domain && `.${hostname}`.endsWith(`.${domain}`));
}
