/**
 * Which hosts a request may be for. A web page can point a name of its own at 127.0.0.1 (DNS rebinding) and then talk
 * to whatever listens there; it cannot make the browser say another host than that name.
 */
import type { EmulatorConfig } from "./config/types.ts";
import { authorityHost, issuerOf } from "./directory.ts";
import { isServiceHost } from "./services/address.ts";

/** On any port: a server of this emulator listens where there is room. No page can call itself by one of these names. */
const anyPort = new Set([
  "localhost",
  "127.0.0.1",
  "[::1]",
  "login.microsoftonline.com",
  "login.microsoftonline.us",
  "login.partner.microsoftonline.cn",
  "sts.windows.net",
  "management.azure.com",
  "graph.microsoft.com",
  "169.254.169.254",
]);

/** Makes the check: loopback and Microsoft's hosts on any port, issuers of the config, and what the options add. */
export function createHostCheck(config: EmulatorConfig, more: readonly string[] = []): (request: Request) => boolean {
  const exact = new Set([
    authorityHost(config),
    ...(config.oidcProviders ?? []).map((provider) => new URL(issuerOf(provider)).host),
    ...more.map((host) => host.toLowerCase()),
  ]);
  const isAllowed = (host: string): boolean =>
    exact.has(host) ||
    anyPort.has(host.replace(/:\d+$/, "")) ||
    exact.has(host.replace(/:(80|443)$/, "")) ||
    isServiceHost(host);
  return (request) => {
    const header = request.headers.get("host")?.toLowerCase();
    return isAllowed(new URL(request.url).host) && (header === undefined || isAllowed(header));
  };
}
