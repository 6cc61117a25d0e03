/** Breaks of the target entra and what is behind it. */
import type { Break } from "./break.ts";

const target = "packages/core/src/targets/entra.ts";
const shared = "packages/core/src/internal/entra-target.ts";
const entra = "packages/core/src/internal/entra.ts";
const entraHosts = "packages/core/src/internal/entra-hosts.ts";
const text = "packages/core/src/internal/text.ts";

export const entraBreaks: readonly Break[] = [
  {
    file: shared,
    find: ", config.tenantId, config.scope]",
    replace: "]",
    why: "two second hops on a shared cache meet though their first hops ask for different scopes",
  },
  {
    file: shared,
    find: '(from === "entra-federated" ? CHAIN_REFUSED : undefined)',
    replace: "undefined",
    why: "the refused chain is found by the server only",
  },
  {
    file: target,
    find: "tenant: tenantId.toLowerCase()",
    replace: "tenant: tenantId",
    why: "one tenant in two spellings has two cache entries",
  },
  {
    file: target,
    find: "[home, ...tenants].some(",
    replace: "true || [home, ...tenants].some(",
    why: "with() takes a tenant that nobody listed",
  },
  {
    file: shared,
    find: '!/[\\s\\\\?#"]/.test(value) && ',
    replace: "",
    why: "an authority with a query sends the assertion to another path",
  },
  {
    file: shared,
    find: "      const sentAt = platform.now();\n",
    replace: "      const sentAt = platform.now() + 1_000;\n",
    why: "a token looks fresher than it is",
  },
  {
    file: shared,
    find: "if (reply.status !== 200) throw",
    replace: "if (reply.status >= 400 && reply.status < 500 && reply.status !== 401) throw",
    why: "replies with WWW-Authenticate and 5xx lose their AADSTS codes",
  },
  {
    file: shared,
    find: "(reply.refresh_in as number) > 0 ? after(reply.refresh_in) : undefined",
    replace: "after(0)",
    why: "a token without refresh_in is refreshed at once",
  },
  {
    file: shared,
    find: 'like(/^[!-~]+$/, "expected a token")',
    replace: "text",
    why: "a token with a line break reaches a header",
  },
  {
    file: entra,
    find: "errorCodes?.includes(700231)",
    replace: "false",
    why: "the refused chain, hidden in a function, is not explained",
  },
  {
    file: entra,
    find: "subject: [700024]",
    replace: "subject: []",
    why: "an expired assertion is not renewed",
  },
  {
    file: entra,
    find: '.split("Trace ID:", 1)[0]',
    replace: "",
    why: "messages carry the trailer",
  },
  {
    file: entra,
    find: "listed.length > 0 ? listed : told ? [told] : undefined",
    replace: "listed",
    why: "a reply without error_codes has no code",
  },
  {
    file: entra,
    find: "claims === plain(String(claims), sent, MAX_CLAIMS_LENGTH) ? claims : undefined",
    replace: 'typeof claims === "string" ? claims : undefined',
    why: "an assertion that is echoed as claims shows",
  },
  {
    file: entra,
    find: "(challenge?.length as number) > MAX_CLAIMS_LENGTH",
    replace: "false",
    why: "a claims challenge has no bound",
  },
  {
    file: entra,
    find: "{ ...wanted, ...capability }",
    replace: "{ ...wanted }",
    why: "cp1 is not declared",
  },
  {
    file: entra,
    find: "?? (errorCodes?.includes(LOOP) ? LOOP_MS : undefined)",
    replace: "",
    why: "a request loop that Entra ended goes on",
  },
  {
    file: entraHosts,
    find: "scope.toLowerCase()",
    replace: "scope",
    why: "a scope in upper case has no hosts",
  },
  {
    file: entraHosts,
    find: '"vault.azure.net": "*.vault.azure.net"',
    replace: '"vault.azure.net": "*.azure.net"',
    why: "a token for key vaults goes to any host of Azure's",
  },
  {
    file: text,
    find: "run.length > 40 || sent.includes(run)",
    replace: "run.length > 40",
    why: "a piece of an echoed token shows",
  },
  {
    file: text,
    find: '.replace(INVISIBLE, " ")',
    replace: "",
    why: "a server's control characters reach a terminal",
  },
];
