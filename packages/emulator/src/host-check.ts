/**
 * Which hosts a request may be for. A web page can point a name of its own at 127.0.0.1 (DNS rebinding) and then talk
 * to whatever listens there; it cannot make the browser say another host than that name.
 */
import type { EmulatorConfig } from "./config/types.ts";
import { authorityHost } from "./directory.ts";
import { hostedIssuers } from "./oidc/issuer-path.ts";
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
  "169.254.170.2",
  "169.254.170.23",
  "[fd00:ec2::23]",
  "metadata.google.internal",
  "kubernetes.default.svc",
  "dev.azure.com",
  "agent.buildkite.com",
  "agent-edge.buildkite.com",
  "oidc.vercel.com",
  "api.machines.dev",
  "_api.internal",
]);

/** Makes the check: loopback and Microsoft's hosts on any port, issuers of the config, and what the options add. */
export function createHostCheck(config: EmulatorConfig, more: readonly string[] = []): (request: Request) => boolean {
  const exact = new Set([
    authorityHost(config),
    ...hostedIssuers(config).map((issuer) => new URL(issuer).host),
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
