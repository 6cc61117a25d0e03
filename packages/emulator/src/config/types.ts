/**
 * The directory that the emulator plays, as plain data. Every list is checked by `parseConfig`, so a config may come
 * from a JSON file as well as from code.
 */
import type { AwsConfig } from "../aws/config-types.ts";
import type { GcpConfig } from "../gcp/config-types.ts";
import type { KubernetesConfig } from "../kubernetes/config-types.ts";
import type { PlatformJob } from "../platforms/config-types.ts";

/** A trust in tokens of another issuer (Entra: federated identity credential). */
export interface FederatedCredentialConfig {
  /** 3 to 120 letters, digits, dashes and underscores, the first a letter or digit. */
  readonly name: string;
  /** Compared exactly with the token's `iss`: case and trailing slash count. At most 600 characters. */
  readonly issuer: string;
  /** Compared exactly with the token's `sub`. At most 600 characters. */
  readonly subject: string;
  /** Exactly one audience; in the public cloud `api://AzureADTokenExchange`. */
  readonly audiences: readonly string[];
  readonly description?: string | undefined;
}

/** Application permissions (app roles) by resource identifier, e.g. `{ "https://graph.microsoft.com": ["User.Read.All"] }`. */
export type PermissionsConfig = Readonly<Record<string, readonly string[]>>;

/** A tenant other than its own in which an application has a service principal. */
export interface ProvisionedConfig {
  readonly tenantId: string;
  /** Object id of the service principal in that tenant. */
  readonly objectId: string;
}

/** An app registration together with its service principal. */
export interface AppConfig {
  readonly clientId: string;
  /** Object id of the service principal: `oid` and `sub` of its tokens. */
  readonly objectId: string;
  readonly displayName: string;
  /** Default true. A disabled application is refused with AADSTS7000112. */
  readonly enabled?: boolean | undefined;
  /** What others may put before `/.default` to ask for a token for this application. Its client id always works. */
  readonly identifierUris?: readonly string[] | undefined;
  /** Shape of tokens issued for this application as a resource. Default 2. */
  readonly accessTokenVersion?: 1 | 2 | undefined;
  /** As a resource: only clients with an app role get a token (else AADSTS501051). Default false. */
  readonly assignmentRequired?: boolean | undefined;
  /** As a client: what it may do elsewhere. */
  readonly permissions?: PermissionsConfig | undefined;
  /** As an API: what users, or an administrator for all of them, let it do elsewhere on their behalf (delegated permissions). */
  readonly delegatedPermissions?: PermissionsConfig | undefined;
  /** At most 20, each pair of issuer and subject once. */
  readonly federatedCredentials?: readonly FederatedCredentialConfig[] | undefined;
  /** Further tenants in which this (multi-tenant) application is provisioned. */
  readonly provisionedIn?: readonly ProvisionedConfig[] | undefined;
}

/** A user-assigned managed identity. */
export interface ManagedIdentityConfig {
  readonly name: string;
  readonly clientId: string;
  /** Object id of its service principal: `oid` and `sub` of its tokens, and the subject that an application trusts. */
  readonly principalId: string;
  /** Full ARM id, ending in the name. */
  readonly resourceId: string;
  /** Whether the emulated host (IMDS, App Service) carries this identity. Default true. */
  readonly assignedToHost?: boolean | undefined;
  readonly permissions?: PermissionsConfig | undefined;
  readonly federatedCredentials?: readonly FederatedCredentialConfig[] | undefined;
}

/** Built-in roles that the emulator knows: of resources, then of what is in them. */
export type RoleName =
  | "Owner"
  | "Contributor"
  | "Reader"
  | "Storage Blob Data Contributor"
  | "Storage Blob Data Reader"
  | "Key Vault Secrets Officer"
  | "Key Vault Secrets User"
  | "Cognitive Services OpenAI User";

/** A role on a subscription, resource group or resource, and on all below it. */
export interface RoleAssignmentConfig {
  readonly principalId: string;
  readonly role: RoleName;
  /** `/subscriptions/{id}`, with `/resourceGroups/{name}` and more behind it as needed. */
  readonly scope: string;
}

/** A user: what Graph lists, and who `issueUserToken` can speak for. */
export interface UserConfig {
  readonly id: string;
  readonly displayName: string;
  readonly userPrincipalName: string;
}

/** One Entra tenant. */
export interface TenantConfig {
  readonly id: string;
  readonly displayName?: string | undefined;
  /** Verified domains that may stand for the id in URLs. */
  readonly domains?: readonly string[] | undefined;
  readonly apps?: readonly AppConfig[] | undefined;
  readonly managedIdentities?: readonly ManagedIdentityConfig[] | undefined;
  readonly users?: readonly UserConfig[] | undefined;
  readonly roleAssignments?: readonly RoleAssignmentConfig[] | undefined;
}

/** A resource of a resource group at the start. */
export interface ResourceConfig {
  /** Namespace and type, e.g. `Microsoft.Storage/storageAccounts`. */
  readonly type: string;
  readonly name: string;
  /** Default: the location of its group. */
  readonly location?: string | undefined;
  /** Models that are deployed in it, by the names of their deployments; for `Microsoft.CognitiveServices/accounts`. */
  readonly deployments?: readonly string[] | undefined;
}

/** A resource group. Names are compared without case. */
export interface ResourceGroupConfig {
  readonly name: string;
  readonly location: string;
  readonly resources?: readonly ResourceConfig[] | undefined;
}

/** An Azure subscription, which belongs to one tenant. */
export interface SubscriptionConfig {
  readonly id: string;
  readonly tenantId: string;
  readonly resourceGroups?: readonly ResourceGroupConfig[] | undefined;
}

/** A workload that may fetch ID tokens from an OIDC provider, as a GitHub Actions job can. */
export interface WorkloadConfig {
  /**
   * Bearer token that the platform hands to the workload (GitHub: `ACTIONS_ID_TOKEN_REQUEST_TOKEN`). It alone decides the subject. Only
   * a job whose platform has no route for tokens can be without one.
   */
  readonly requestToken?: string | undefined;
  /** Subject of its tokens, unless a job says more. */
  readonly subject?: string | undefined;
  /** The platform that the workload is on, and what that knows of it: subject, claims, audiences and times follow from it. */
  readonly job?: PlatformJob | undefined;
  /** More claims for its tokens. Registered claims cannot be replaced. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** An OIDC provider that the emulator hosts, outside Entra. */
export interface OidcProviderConfig {
  /** Served below `/oidc/{name}/`, and below its issuer URL. */
  readonly name: string;
  /** Default `https://oidc.emulator.test/oidc/{name}`. */
  readonly issuer?: string | undefined;
  readonly workloads?: readonly WorkloadConfig[] | undefined;
}

/** How long tokens live, in milliseconds; tokens count in whole seconds. */
export interface LifetimesConfig {
  /** Tokens of applications. Default 1 hour. */
  readonly appTokenMs?: number | undefined;
  /** Tokens of managed identities from IMDS and App Service. Default 24 hours. */
  readonly managedIdentityTokenMs?: number | undefined;
  /** Tokens of managed identities obtained through a federated credential. Default 24 hours. */
  readonly federatedIdentityTokenMs?: number | undefined;
  /** ID tokens of the hosted OIDC providers. Default 5 minutes. */
  readonly externalTokenMs?: number | undefined;
  /** User tokens made for tests. Default 1 hour. */
  readonly userTokenMs?: number | undefined;
  /** Sessions of AWS roles for which nobody asks for a duration; AWS itself knows none below 15 minutes. Default 1 hour. */
  readonly awsSessionMs?: number | undefined;
  /** Access tokens of Google Cloud for which nobody asks for a lifetime. Default 1 hour. */
  readonly googleTokenMs?: number | undefined;
  /** When set, the token endpoint says `refresh_in`. Default: it does not. */
  readonly refreshInMs?: number | undefined;
}

/** Everything the emulator plays. */
export interface EmulatorConfig {
  readonly tenants: readonly TenantConfig[];
  readonly subscriptions?: readonly SubscriptionConfig[] | undefined;
  readonly oidcProviders?: readonly OidcProviderConfig[] | undefined;
  /** What it plays of AWS. Default: nothing, so that every token is refused there. */
  readonly aws?: AwsConfig | undefined;
  /** What it plays of Google Cloud. Default: nothing, so that every token is refused there. */
  readonly gcp?: GcpConfig | undefined;
  /** A cluster. Default: none. */
  readonly kubernetes?: KubernetesConfig | undefined;
  /** What `X-IDENTITY-HEADER` must say at `/msi/token`. Without it that endpoint refuses everyone. */
  readonly appService?: { readonly identityHeader: string } | undefined;
  /** The agent of Azure Arc at port 40342 and below `/arc/`. Without it that endpoint is not there. */
  readonly azureArc?: Readonly<Record<never, never>> | undefined;
  /** What `MSI_SECRET` is in Azure Machine Learning. Without it `/azureml/msi/token` refuses everyone. */
  readonly azureMl?: { readonly secret: string } | undefined;
  /** Id or user principal name of the user whose Cloud Shell the host is. Without it `/oauth2/token` is not there. */
  readonly cloudShell?: { readonly user: string } | undefined;
  readonly lifetimes?: LifetimesConfig | undefined;
  /** Trailer of `error_description`: lines until about 2023, spaces since. Default `spaces`. */
  readonly errorTrailer?: "spaces" | "crlf" | undefined;
  /** Host of Entra's own issuers. Default `login.microsoftonline.com`. */
  readonly authorityHost?: string | undefined;
}
