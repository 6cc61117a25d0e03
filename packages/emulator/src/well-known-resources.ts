/** Resources of Microsoft's that any tenant has, by the names that Azure's client libraries ask for them. */

/** A resource that a token can be asked for. */
export interface WellKnownResource {
  /** Name without trailing slash; permissions are kept under it. */
  readonly key: string;
  /** Other names of the same resource. */
  readonly aliases?: readonly string[] | undefined;
  readonly displayName: string;
  /** `aud` of its tokens where that is not the name asked for. */
  readonly audience?: string | undefined;
  readonly version: 1 | 2;
}

/** What Entra writes as `aud` for `api://AzureADTokenExchange` (field report, five decoded tokens; public cloud only). */
export const exchangeAudience = "fb60f99c-7a34-4190-8149-302f77469936";
/** The name of the exchange resource, in scopes and in federated credentials. */
export const exchangeResource = "api://AzureADTokenExchange";

const resources: readonly WellKnownResource[] = [
  {
    key: exchangeResource,
    aliases: [exchangeAudience],
    displayName: "AAD Token Exchange Endpoint: Public",
    audience: exchangeAudience,
    version: 2,
  },
  {
    key: "https://management.azure.com",
    aliases: ["https://management.core.windows.net"],
    displayName: "Azure Resource Manager",
    version: 1,
  },
  { key: "https://graph.microsoft.com", displayName: "Microsoft Graph", version: 1 },
  { key: "https://vault.azure.net", displayName: "Azure Key Vault", version: 1 },
  { key: "https://storage.azure.com", displayName: "Azure Storage", version: 1 },
  { key: "https://database.windows.net", displayName: "Azure SQL Database", version: 1 },
  { key: "https://servicebus.azure.net", displayName: "Azure Service Bus", version: 1 },
  { key: "https://eventhubs.azure.net", displayName: "Azure Event Hubs", version: 1 },
  { key: "https://containerregistry.azure.net", displayName: "Azure Container Registry", version: 1 },
  { key: "https://appconfig.azure.com", displayName: "Azure App Configuration", version: 1 },
  { key: "https://cosmos.azure.com", displayName: "Azure Cosmos DB", version: 1 },
  { key: "https://monitor.azure.com", displayName: "Azure Monitor", version: 1 },
  { key: "https://cognitiveservices.azure.com", displayName: "Azure AI services", version: 1 },
  { key: "https://ai.azure.com", displayName: "Azure AI Foundry", version: 1 },
  { key: "https://ossrdbms-aad.database.windows.net", displayName: "Azure OSS databases", version: 1 },
  { key: "https://redis.azure.com", displayName: "Azure Cache for Redis", version: 1 },
  { key: "https://search.azure.com", displayName: "Azure AI Search", version: 1 },
  { key: "499b84ac-1321-427f-aa17-267ca6975798", displayName: "Azure DevOps", version: 1 },
];

/** Finds a resource by any of its names; one trailing slash is ignored, as in `https://eventhubs.azure.net//.default`. */
export function wellKnownResource(name: string): WellKnownResource | undefined {
  const wanted = name.replace(/\/$/, "").toLowerCase();
  return resources.find(({ key, aliases = [] }) => [key, ...aliases].some((known) => known.toLowerCase() === wanted));
}
