/** Breaks of what other SDKs are given. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/core/src/interop");

const given: readonly Break[] = [
  at(
    "authorized-fetch.ts",
    "request, waitUntil, timeoutMs }, platform",
    "waitUntil, timeoutMs }, platform",
    "a source never sees the request",
  ),
  at(
    "authorized-fetch.ts",
    "request, waitUntil, timeoutMs }, platform",
    "request, timeoutMs }, platform",
    "on Workers a refresh dies with its request",
  ),
  at(
    "authorized-fetch.ts",
    "request, waitUntil, timeoutMs }, platform",
    "request, waitUntil }, platform",
    "a call waits for ever",
  ),
  at("authorized-fetch.ts", "timeoutMs: timeoutShape,", "", "an option that is taken is refused"),
  at(
    "to-headers.ts",
    '  mustBeHost(checked.provider, new URL(checked.url.replace(/^ws/i, "http")));\n',
    "",
    "headers with the token for any host",
  ),
  at("to-headers.ts", '.replace(/^ws/i, "http")', "", "no WebSocket gets a token"),
  at("to-headers.ts", '.replace(/^ws/i, "http")', '.replace(/^wss?/i, "https")', "a token for a WebSocket without TLS"),
  at("to-headers.ts", "timeoutMs, signal, claims });", "timeoutMs, claims });", "an abort is not heard"),
  at(
    "to-headers.ts",
    "timeoutMs, signal, claims });",
    "timeoutMs, signal });",
    "a claims challenge gets the refused token",
  ),
  at(
    "openai.ts",
    "scope: scope ?? SCOPE",
    "...(scope && { scope })",
    "Azure OpenAI gets a token for whatever the provider's scope is",
  ),
  at("openai.ts", "scope === undefined && takesNone", "takesNone", "a scope that is asked for is not served, silently"),
  at(
    "openai.ts",
    "if (scope === undefined && takesNone) return provider;",
    "",
    "a target without scopes cannot be used",
  ),
  at("openai.ts", "headerText(await", "String(await", "the SDK is given [object Object]"),
  at("mcp.ts", "      mustBeHost(checked.provider, url);\n", "", "any MCP server gets the token"),
  at(
    "mcp.ts",
    "new URL(response.url).origin !== url.origin",
    "false",
    "whoever a server redirects to can demand tokens",
  ),
  at("mcp.ts", "if (claims) await", "if (false) await", "a claims challenge is answered with the refused token"),
  at(
    "mcp.ts",
    'invalidate(given, "unauthorized")',
    "invalidate(given)",
    "a server that refuses everybody is a loop of exchanges",
  ),
  at(
    "mcp.ts",
    'else if (given) checked.provider.invalidate(given, "unauthorized");',
    "",
    "a revoked token is sent until it ends",
  ),
];

const identity: readonly Break[] = [
  at(
    "azure-identity/tokens.ts",
    "call?.enableCae ? forCapable : forOthers",
    "forOthers",
    "clients that can answer challenges get short tokens",
  ),
  at(
    "azure-identity/tokens.ts",
    "call?.enableCae ? forCapable : forOthers",
    "forCapable",
    "clients that cannot answer challenges get revocable tokens",
  ),
  at("azure-identity/tokens.ts", "cache: createCache(), ", "", "the assertion is fetched twice"),
  at(
    "azure-identity/tokens.ts",
    "authorityHost || platform.env?.AZURE_AUTHORITY_HOST",
    "authorityHost",
    "the variable of the authority is not read",
  ),
  at(
    "azure-identity/tokens.ts",
    "authorityHost || platform.env?.AZURE_AUTHORITY_HOST",
    "platform.env?.AZURE_AUTHORITY_HOST || authorityHost",
    "the variable goes before the option",
  ),
  at(
    "azure-identity/tokens.ts",
    "cloud: cloudAt(authority), ",
    "",
    "national clouds' pods are refused for their audience",
  ),
  at(
    "azure-identity/tokens.ts",
    "options.tenantId || env.AZURE_TENANT_ID",
    "env.AZURE_TENANT_ID || options.tenantId",
    "the variable goes before the option (tenant)",
  ),
  at(
    "azure-identity/tokens.ts",
    "options.clientId || env.AZURE_CLIENT_ID",
    "env.AZURE_CLIENT_ID || options.clientId",
    "the variable goes before the option (client)",
  ),
  at(
    "azure-identity/tokens.ts",
    "options.tokenFilePath || env.AZURE_FEDERATED_TOKEN_FILE",
    "env.AZURE_FEDERATED_TOKEN_FILE",
    "the option of the file is ignored",
  ),
  at(
    "azure-identity/tokens.ts",
    "(clientId ?? AZURE_CLIENT_ID) && AZURE_TENANT_ID && ",
    "",
    "a file alone makes a host a pod",
  ),
  at("azure-identity/tokens.ts", "partition: ({ scope }) => [scope],", "", "every resource gets the first one's token"),
  at(
    "azure-identity/tokens.ts",
    "if (/\\s/.test(scope)) throw",
    'if (scope === "") throw',
    "two resources are asked for as one",
  ),
  at(
    "azure-identity/tokens.ts",
    "if (expiresAt !== undefined) return",
    "if (token) return",
    "a token without an end is kept",
  ),
  at(
    "azure-identity/tokens.ts",
    ".map(\n    (id) => id || undefined,\n  );",
    ";",
    "an empty id is a mistake, which it was not",
  ),
  at(
    "azure-identity/options.ts",
    "...problemsOf(() => checkOptions(shape, options, name)),",
    "",
    "options that do nothing are taken",
  ),
  at("azure-identity/options.ts", 'list.includes("*")', "false", "every tenant is one that is not there"),
  at(
    "azure-identity/options.ts",
    "RENAMED[field] ?? field",
    "field",
    "a mistake is told in words that the program does not have",
  ),
];

export const interopBreaks: readonly Break[] = [...given, ...identity];
