/** Breaks of what the Azure SDKs are given. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/core/src/interop");
const here = (find: string, replace: string, why: string): Break => at("azure-sdk.ts", find, replace, why);
const lasting = (find: string, replace: string, why: string): Break =>
  breaksIn("packages/core/src/internal")("lasting.ts", find, replace, why);

export const azureSdkBreaks: readonly Break[] = [
  lasting("platform.requestBoundIo || ", "", "on Workers a client waits for ever for what another request began"),
  here("fixed !== undefined && scope !== fixed", "false", "a token for one resource is sent to another"),
  here("...(fixed === undefined && { scope }), ", "", "a client gets the token of the provider's own scope"),
  here("JSON.stringify([scope, tenantId])", "scope", "two tenants share one view"),
  here("views.size >= MAX_VIEWS", "false", "views are remembered without bound"),
  here(
    'typeof scopes === "string" ? scopes : [...new Set(scopes)].join(" ")',
    "[scopes].flat()[0]",
    "of several scopes the first is served as if it were all",
  ),
  here(
    "request, waitUntil, claims, timeoutMs }",
    "request, waitUntil, timeoutMs }",
    "a claims challenge is answered with the refused token",
  ),
  here(
    "controller.abort();",
    "controller.abort(new Error('gone'));",
    "an SDK takes an abort for a failure and tries again",
  ),
  here("from.removeEventListener", "from.addEventListener", "each call leaves a listener on a signal that lives on"),
  here("if (held) return tokenOf(held, platform.now());", "", "one request's abort keeps a client from refreshing"),
  lasting("eager: true, ", "", "a client is given a token that ends in a minute"),
  lasting(
    "if (held.expiresAt > now()) return held;",
    "",
    "an outage near its end costs a client a token that is still valid",
  ),
  lasting("if (held.expiresAt > now()) return held;\n", "return held;\n", "a client is given a token that has ended"),
  lasting("timeoutMs: Math.max(0, endsAt - now()) ", "", "a call waits for the new token as long as the engine tries"),
  here(
    "refreshAt ?? Math.floor(now + (expiresAt - now) / 2)",
    "expiresAt",
    "a client asks for the next token in its last two minutes only",
  ),
  here("!/^[!-~]+$/.test(text)", "!text", "a token with a line break reaches a header, and a runtime shows it"),
  here(
    "Number(requestOptions?.timeout) > 0 ? requestOptions?.timeout : undefined",
    "requestOptions?.timeout",
    "a timeout of 0 is the end at once",
  ),
];
