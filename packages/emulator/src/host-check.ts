/**
 * Which hosts a request may be for. A web page can point a name of its own at 127.0.0.1 (DNS rebinding) and then talk
 * to whatever listens there; it cannot make the browser say another host than that name.
 */
import type { EmulatorConfig } from "./config/types.ts";
import { authorityHost, issuerOf } from "./directory.ts";

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
const microsoft = [
  "login.microsoftonline.com",
  "login.microsoftonline.us",
  "login.partner.microsoftonline.cn",
  "sts.windows.net",
  "management.azure.com",
  "graph.microsoft.com",
  "169.254.169.254",
];

/** Makes the check: loopback on any port, Microsoft's hosts, issuers of the config, and what the options add. */
export function createHostCheck(config: EmulatorConfig, more: readonly string[] = []): (request: Request) => boolean {
  const exact = new Set([
    ...microsoft,
    authorityHost(config),
    ...(config.oidcProviders ?? []).map((provider) => new URL(issuerOf(provider)).host),
    ...more.map((host) => host.toLowerCase()),
  ]);
  const isAllowed = (host: string): boolean =>
    exact.has(host) || loopback.has(host.replace(/:\d+$/, "")) || exact.has(host.replace(/:(80|443)$/, ""));
  return (request) => {
    const header = request.headers.get("host")?.toLowerCase();
    return isAllowed(new URL(request.url).host) && (header === undefined || isAllowed(header));
  };
}
