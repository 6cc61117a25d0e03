/** Breaks of attached providers. */
import type { Break } from "./break.ts";

const attachedFetch = "packages/core/src/attached-fetch.ts";
const downstream = "packages/core/src/downstream.ts";
const hosts = "packages/core/src/internal/hosts.ts";

export const attachedBreaks: readonly Break[] = [
  {
    file: attachedFetch,
    find: "if (mayReceive(url, hosts)) return;",
    replace: "if (hosts.length > 0) return;",
    why: "a token goes to any host",
  },
  {
    file: attachedFetch,
    find: "platform.fetch(request ?? url, authorised)",
    replace: "platform.fetch(input, authorised)",
    why: "a URL that changes after the check is fetched as it then is",
  },
  {
    file: attachedFetch,
    find: "own &&= next.origin === from.origin;",
    replace: "own = next.hostname === from.hostname;",
    why: "a redirect takes the token to another port, and up again on the way back",
  },
  {
    file: attachedFetch,
    find: '["authorization", "cookie", "proxy-authorization"]',
    replace: '["authorization"]',
    why: "a redirect takes cookies to another origin",
  },
  {
    file: attachedFetch,
    find: "if (response.status !== 401 || !own) return response;",
    replace: "if (response.status !== 401) return response;",
    why: "another origin's claims challenge costs a new token",
  },
  {
    file: attachedFetch,
    find: "if (renewed === credential || !replayable) return response;",
    replace: "if (renewed === credential) return response;",
    why: "a stream that is gone is sent again",
  },
  {
    file: attachedFetch,
    find: 'provider.invalidate(credential, "unauthorized")',
    replace: "provider.invalidate(credential)",
    why: "a downstream that always answers 401 becomes a request loop at the identity provider",
  },
  {
    file: attachedFetch,
    find: "claims ? { ...waiting, claims } : waiting",
    replace: "waiting",
    why: "a claims challenge gets the same token again",
  },
  {
    file: attachedFetch,
    find: 'headers, redirect: "manual" }',
    replace: "headers }",
    why: "the runtime follows redirects by itself, token and all",
  },
  {
    file: attachedFetch,
    find: "if (!/[^!-~]/.test(text)) return text;",
    replace: "if (text !== undefined) return text;",
    why: "the runtime's complaint about a header shows the token",
  },
  {
    file: hosts,
    find: "!url.username && !url.password && ",
    replace: "",
    why: "URLs with user information are taken",
  },
  {
    file: hosts,
    find: "url.host.endsWith(rule.slice(1))",
    replace: "url.host.endsWith(rule.slice(2))",
    why: "a family of hosts lets in names that only end alike",
  },
  {
    file: hosts,
    find: 'if (url.protocol === "http:") return rule === url.origin;',
    replace: 'if (url.protocol === "http:") return rule === url.origin || rule === url.host;',
    why: "a rule for https lets a token go over plain http",
  },
  {
    file: hosts,
    find: 'host.includes(".") || isLoopback(url.hostname)',
    replace: "true",
    why: "a rule may be a whole top-level domain",
  },
  {
    file: downstream,
    find: "platform.requestBoundIo && env !== undefined ? env : platform.env",
    replace: "env ?? platform.env",
    why: "on Node and Deno providers are made for each request",
  },
  {
    file: downstream,
    find: "    made.set(key, fresh);\n",
    replace: "",
    why: "providers, and with them the cache, are made for each request",
  },
  {
    file: "packages/core/src/problem-response.ts",
    find: 'recovery === "stop" ? 502 : 503',
    replace: "retryAfterMs === undefined ? 502 : 503",
    why: "a refusal that stays is answered as if it would pass",
  },
  {
    file: "packages/core/src/problem-response.ts",
    find: "(?:CONFIG|CALL_CLAIMS|DOWNSTREAM|WATCH)",
    replace: "(?:CONFIG|CALL_CLAIMS|WATCH)",
    why: "a wrong URL is taken for a failed exchange",
  },
  {
    file: downstream,
    find: "token().catch(laterIfParameters)",
    replace: "token()",
    why: "eager fails for a provider that needs parameters",
  },
  {
    file: attachedFetch,
    find: "response: decoded(response)",
    replace: "response",
    why: "an app that hands a compressed answer on sends what nobody can read",
  },
  {
    file: attachedFetch,
    find: "    askForGzip(headers);\n",
    replace: "",
    why: "a runtime asks for compressions that it does not take off, or leaves named",
  },
  {
    file: attachedFetch,
    find: '!== "gzip") return response;',
    replace: '=== "") return response;',
    why: "an encoding that a runtime left on is no longer named",
  },
];
