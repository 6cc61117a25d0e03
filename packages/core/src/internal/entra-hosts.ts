/** Which hosts serve a resource of Entra's. */

/**
 * Resources that are served by other hosts than their own. A family (`*.`) is one where Microsoft terminates TLS, so that no
 * customer's server ever sees a token. `*.azurewebsites.net` and its like are not such families, nor is
 * `*.servicebus.windows.net`, where Azure Relay passes requests on to customers.
 */
const SERVED_BY: Readonly<Record<string, string>> = {
  "management.core.windows.net": "management.azure.com",
  "storage.azure.com": "*.core.windows.net",
  "vault.azure.net": "*.vault.azure.net",
  "cosmos.azure.com": "*.documents.azure.com",
  "search.azure.com": "*.search.windows.net",
  "cognitiveservices.azure.com": "*.cognitiveservices.azure.com *.openai.azure.com",
  "ai.azure.com": "*.services.ai.azure.com",
  "appconfig.azure.com": "*.azconfig.io",
};

/** The hosts for the resource of a scope; none when it names no host, as `api://my-app`. */
export function hostsOfScope(scope: string): readonly string[] {
  const host = /^https:\/\/([a-z\d.-]+(?::\d+)?)\//.exec(scope.toLowerCase())?.[1] ?? "";
  const served = Object.hasOwn(SERVED_BY, host) ? SERVED_BY[host] : host;
  return served ? served.split(" ") : [];
}
