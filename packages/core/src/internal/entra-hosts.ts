/** Which hosts serve a resource of Entra's. */

/**
 * Resources that are served by other hosts than their own. A family (`*.`) is one where Microsoft terminates TLS, so that no
 * customer's server ever sees a token; `*.azurewebsites.net` and its like are not such families.
 */
const SERVED_BY: Readonly<Record<string, string>> = {
  "management.core.windows.net": "management.azure.com",
  "storage.azure.com": "*.core.windows.net",
  "vault.azure.net": "*.vault.azure.net",
  "servicebus.azure.net": "*.servicebus.windows.net",
  "eventhubs.azure.net": "*.servicebus.windows.net",
  "cosmos.azure.com": "*.documents.azure.com",
  "search.azure.com": "*.search.windows.net",
  "cognitiveservices.azure.com": "*.cognitiveservices.azure.com *.openai.azure.com",
  "ai.azure.com": "*.services.ai.azure.com",
  "appconfig.azure.com": "*.azconfig.io",
  "499b84ac-1321-427f-aa17-267ca6975798": "dev.azure.com",
};

/** The hosts for a resource identifier (a scope without its `/.default`); none when it names no host, as `api://my-app`. */
export function hostsOfScope(resource: string): readonly string[] {
  const host = /^https:\/\/([a-z\d.-]+(?::\d+)?)(?:\/|$)/.exec(resource.toLowerCase())?.[1];
  const others = Object.hasOwn(SERVED_BY, host ?? resource) ? SERVED_BY[host ?? resource] : host;
  return others?.split(" ") ?? [];
}
