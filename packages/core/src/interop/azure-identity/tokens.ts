/** Where the tokens of the credentials come from: providers like anybody's. */
import { createCache } from "../../cache.ts";
import { ConfigError, TokenError } from "../../errors.ts";
import { federate } from "../../federate.ts";
import type { EntraCloud } from "../../internal/entra.ts";
import { secret } from "../../internal/secret.ts";
import { defaultPlatform } from "../../platform.ts";
import { kubernetes } from "../../sources/kubernetes.ts";
import { managedIdentity } from "../../sources/managed-identity.ts";
import { type EntraOptions, type EntraParams, entra } from "../../targets/entra.ts";
import type { BearerToken, IdentitySource, Target } from "../../types.ts";
import { type AzureSdkCredential, azureSdk } from "../azure-sdk.ts";
import {
  type ClientAssertionCredentialOptions,
  checkedIdentity,
  type IdentityClass,
  type ManagedIdentityCredentialClientIdOptions,
  type ManagedIdentityCredentialObjectIdOptions,
  type ManagedIdentityCredentialResourceIdOptions,
  type WorkloadIdentityCredentialOptions,
} from "./options.ts";

type GetToken = AzureSdkCredential["getToken"];

/** Any of the forms. */
export type ManagedIdentityCredentialOptions = ManagedIdentityCredentialClientIdOptions &
  Partial<ManagedIdentityCredentialResourceIdOptions & ManagedIdentityCredentialObjectIdOptions>;

/** National clouds by their login hosts, whose federated credentials have audiences of their own. */
const CLOUDS: readonly (readonly [RegExp, EntraCloud])[] = [
  [/\.(?:microsoftonline\.us|usgovcloudapi\.net)$/, "usgov"],
  [/\.(?:microsoftonline|chinacloudapi)\.cn$/, "china"],
  [/\.sovcloud-identity\.fr$/, "france"],
  [/\.sovcloud-identity\.de$/, "germany"],
  [/\.sovcloud-identity\.sg$/, "singapore"],
];

function cloudAt(authority: string | undefined): EntraCloud {
  const host = authority !== undefined && URL.canParse(authority) ? new URL(authority).hostname : "";
  return CLOUDS.find(([pattern]) => pattern.test(host))?.[1] ?? "public";
}

/**
 * Tokens of an application or a managed identity, for an identity token of `from`.
 *
 * @param given Everything that the constructor was given.
 */
export function tokensOfEntra(
  name: IdentityClass,
  ids: Pick<EntraOptions, "tenantId" | "clientId">,
  from: () => IdentitySource,
  options: ClientAssertionCredentialOptions,
  given: object,
): GetToken {
  const { authorityHost, additionallyAllowedTenants, platform = defaultPlatform(), waitUntil } = options;
  const authority = authorityHost || platform.env?.AZURE_AUTHORITY_HOST || undefined;
  // What is refused by another name is not to be refused twice.
  const named = (list: readonly string[]): readonly string[] => list.filter((tenant) => tenant !== "*");
  const tenants = Array.isArray(additionallyAllowedTenants)
    ? named(additionallyAllowedTenants)
    : additionallyAllowedTenants;
  const target = (enableCae: boolean): Target<BearerToken, EntraParams> =>
    entra({ ...ids, authority, cloud: cloudAt(authority), tenants, enableCae });
  const [plain, capable] = checkedIdentity(name, given, () => [target(false), target(true)] as const);
  // Clients that can answer a claims challenge say so. They get tokens of their own: those of others must not be revocable.
  const shared = { from: from(), cache: createCache(), platform };
  const forOthers = azureSdk(federate({ ...shared, to: plain }), { platform, waitUntil });
  const forCapable = azureSdk(federate({ ...shared, to: capable }), { platform, waitUntil });
  return (scopes, call) => (call?.enableCae ? forCapable : forOthers).getToken(scopes, call);
}

/** Those of a pod. */
export function tokensOfPod(options: WorkloadIdentityCredentialOptions): GetToken {
  const { env = {} } = options.platform ?? defaultPlatform();
  const tokenFilePath = options.tokenFilePath || env.AZURE_FEDERATED_TOKEN_FILE;
  const tenantId = options.tenantId || env.AZURE_TENANT_ID;
  const clientId = options.clientId || env.AZURE_CLIENT_ID;
  const from = (): IdentitySource => kubernetes({ tokenFile: tokenFilePath });
  const given = { ...options, tokenFilePath };
  return tokensOfEntra("WorkloadIdentityCredential", { tenantId, clientId }, from, options, given);
}

/** Nothing has to be proved: who asks the endpoint is on the host. */
const host: IdentitySource = {
  name: "host",
  identity: ["host"],
  provenance: "platform",
  detect: () => ({ found: true }),
  getToken: async () => ({ token: secret("none") }),
};

/** A managed identity's own token for whatever a client asks. It belongs to one tenant, so a tenant makes no difference. */
function ofHost(source: IdentitySource): Target<BearerToken, EntraParams> {
  return {
    name: source.name,
    identity: ["azure-identity", ...source.identity],
    audience: "none",
    produces: source.provenance,
    validate({ scope = "" }) {
      if (/\s/.test(scope)) throw new ConfigError("ManagedIdentityCredential.getToken()", ["scopes: expected one"]);
    },
    partition: ({ scope }) => [scope],
    async exchange(_, { scope = "" }, context) {
      const { token, expiresAt, refreshAt } = await source.getToken({ audience: scope }, context);
      if (expiresAt !== undefined) return { kind: "bearer", token, expiresAt, refreshAt };
      throw new TokenError(`Cannot read the reply at ${source.name}: it does not say when the token ends`, {
        code: "ERR_SOURCE_REPLY",
        step: source.name,
      });
    },
  };
}

/** Those of a managed identity: of a pod's where AKS has set the variables of one, as `@azure/identity` does, else of the host's. */
export function tokensOfManagedIdentity(given: ManagedIdentityCredentialOptions): GetToken {
  const { platform = defaultPlatform(), waitUntil } = given;
  const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE } = platform.env ?? {};
  // An empty text is no id.
  const [clientId, resourceId, objectId] = [given.clientId, given.resourceId, given.objectId].map(
    (id) => id || undefined,
  );
  const source = checkedIdentity("ManagedIdentityCredential", given, () =>
    managedIdentity({ clientId, resourceId, objectId }),
  );
  if ((clientId ?? AZURE_CLIENT_ID) && AZURE_TENANT_ID && AZURE_FEDERATED_TOKEN_FILE) {
    return tokensOfPod({ clientId, platform, waitUntil, authorityHost: given.authorityHost });
  }
  return azureSdk(federate({ from: host, to: ofHost(source), platform }), { platform, waitUntil }).getToken;
}
