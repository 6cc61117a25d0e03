/** Questions about the config: pure look-ups, so that a rule can be read without knowing how the config is laid out. */
import type {
  AppConfig,
  EmulatorConfig,
  FederatedCredentialConfig,
  ManagedIdentityConfig,
  OidcProviderConfig,
  PermissionsConfig,
  TenantConfig,
  UserConfig,
} from "./config/types.ts";
import { sameId } from "./text.ts";
import { wellKnownResource } from "./well-known-resources.ts";

/** Who asks for a token: an application or a managed identity, as one tenant knows it. */
export interface Client {
  readonly kind: "app" | "managed-identity";
  readonly clientId: string;
  /** Object id of its service principal in the tenant that was asked. */
  readonly objectId: string;
  readonly displayName: string;
  readonly enabled: boolean;
  /** Tenant in which it is registered, which need not be the one that was asked. */
  readonly homeTenantId: string;
  readonly permissions: PermissionsConfig;
  /** What it may do for users. */
  readonly delegatedPermissions: PermissionsConfig;
  /** What tokens for it may be issued for, besides its client id. */
  readonly identifierUris: readonly string[];
  readonly federatedCredentials: readonly FederatedCredentialConfig[];
  /** ARM id, of a managed identity only. */
  readonly resourceId?: string | undefined;
}

/** What a token is asked for. */
export interface Resource {
  /** Name under which permissions are kept. */
  readonly key: string;
  readonly displayName: string;
  /** `aud` of the token. */
  readonly audience: string;
  readonly version: 1 | 2;
  readonly assignmentRequired: boolean;
}

/** Finds a tenant by id or domain. */
export function findTenant(config: EmulatorConfig, name: string): TenantConfig | undefined {
  return config.tenants.find((tenant) => [tenant.id, ...(tenant.domains ?? [])].some((known) => sameId(known, name)));
}

/** Finds an application or managed identity that has a service principal in a tenant. */
export function findClient(config: EmulatorConfig, tenant: TenantConfig, clientId: string): Client | undefined {
  const identity = (tenant.managedIdentities ?? []).find((candidate) => sameId(candidate.clientId, clientId));
  if (identity) return identityClient(tenant, identity);
  for (const home of config.tenants) {
    const app = (home.apps ?? []).find((candidate) => sameId(candidate.clientId, clientId));
    const objectId = app && objectIdIn(tenant, home, app);
    if (app && objectId !== undefined) return appClient(home, app, objectId);
  }
  return undefined;
}

function objectIdIn(tenant: TenantConfig, home: TenantConfig, app: AppConfig): string | undefined {
  if (tenant.id === home.id) return app.objectId;
  return (app.provisionedIn ?? []).find(({ tenantId }) => sameId(tenantId, tenant.id))?.objectId;
}

function appClient(home: TenantConfig, app: AppConfig, objectId: string): Client {
  return {
    kind: "app",
    clientId: app.clientId,
    objectId,
    displayName: app.displayName,
    enabled: app.enabled ?? true,
    homeTenantId: home.id,
    permissions: app.permissions ?? {},
    delegatedPermissions: app.delegatedPermissions ?? {},
    identifierUris: app.identifierUris ?? [],
    federatedCredentials: app.federatedCredentials ?? [],
  };
}

function identityClient(tenant: TenantConfig, identity: ManagedIdentityConfig): Client {
  return {
    kind: "managed-identity",
    clientId: identity.clientId,
    objectId: identity.principalId,
    displayName: identity.name,
    enabled: true,
    homeTenantId: tenant.id,
    permissions: identity.permissions ?? {},
    delegatedPermissions: {},
    identifierUris: [],
    federatedCredentials: identity.federatedCredentials ?? [],
    resourceId: identity.resourceId,
  };
}

/** Finds a resource by the name a caller used for it: an application of the tenant, or one of Microsoft's own. */
export function findResource(tenant: TenantConfig, name: string): Resource | undefined {
  return appResource(tenant, name) ?? microsoftResource(name);
}

function microsoftResource(name: string): Resource | undefined {
  const known = wellKnownResource(name);
  if (!known) return undefined;
  // Tokens of version 1 repeat the name that was asked for, trailing slash included.
  return {
    key: known.key,
    displayName: known.displayName,
    audience: known.audience ?? name,
    version: known.version,
    assignmentRequired: false,
  };
}

function appResource(tenant: TenantConfig, name: string): Resource | undefined {
  const app = (tenant.apps ?? []).find(
    ({ clientId, identifierUris = [] }) =>
      sameId(clientId, name) || identifierUris.some((uri) => sameId(uri, name) || sameId(`${uri}/`, name)),
  );
  if (!app) return undefined;
  const version = app.accessTokenVersion ?? 2;
  return {
    key: app.clientId,
    displayName: app.displayName,
    audience: version === 2 ? app.clientId : name,
    version,
    assignmentRequired: app.assignmentRequired ?? false,
  };
}

/** Application permissions of a client on a resource. */
export function rolesOf(tenant: TenantConfig, client: Client, resource: Resource): readonly string[] {
  return permissionsOn(tenant, client.permissions, resource);
}

/** The permissions on one resource, by whatever name the config has it. */
export function permissionsOn(
  tenant: TenantConfig,
  permissions: PermissionsConfig,
  resource: Resource,
): readonly string[] {
  return Object.entries(permissions)
    .filter(([name]) => findResource(tenant, name)?.key === resource.key)
    .flatMap(([, names]) => names);
}

/** The managed identities that the emulated host carries, each with its tenant. */
export function hostIdentities(
  config: EmulatorConfig,
): readonly { readonly tenant: TenantConfig; readonly client: Client }[] {
  return config.tenants.flatMap((tenant) =>
    (tenant.managedIdentities ?? [])
      .filter(({ assignedToHost = true }) => assignedToHost)
      .map((identity) => ({ tenant, client: identityClient(tenant, identity) })),
  );
}

/** Finds a user by id or by user principal name. */
export function findUser(tenant: TenantConfig, name: string): UserConfig | undefined {
  return (tenant.users ?? []).find(({ id, userPrincipalName }) => sameId(id, name) || sameId(userPrincipalName, name));
}

/** Object ids of whoever has a name: a user's id or user principal name, a client id in every tenant, or an object id. */
export function objectIdsOf(config: EmulatorConfig, name: string): readonly string[] {
  return config.tenants.flatMap(({ users = [], apps = [], managedIdentities = [] }) => [
    ...users
      .filter((user) => [user.id, user.userPrincipalName].some((known) => sameId(known, name)))
      .map(({ id }) => id),
    ...apps.flatMap((app) =>
      [app.objectId, ...(app.provisionedIn ?? []).map(({ objectId }) => objectId)].filter((id) =>
        [id, app.clientId].some((known) => sameId(known, name)),
      ),
    ),
    ...managedIdentities
      .filter(({ clientId, principalId }) => [clientId, principalId].some((known) => sameId(known, name)))
      .map(({ principalId }) => principalId),
  ]);
}

/** Finds a hosted OIDC provider by name. */
export function findProvider(config: EmulatorConfig, name: string): OidcProviderConfig | undefined {
  return (config.oidcProviders ?? []).find((provider) => provider.name === name);
}

/** Issuer of a hosted OIDC provider. */
export function issuerOf(provider: OidcProviderConfig): string {
  return provider.issuer ?? `https://oidc.emulator.test/oidc/${provider.name}`;
}

/** Host of Entra's issuers. */
export function authorityHost(config: EmulatorConfig): string {
  return config.authorityHost ?? "login.microsoftonline.com";
}

/** Issuer of a tenant's tokens: version 2 lives at the authority, version 1 always at `sts.windows.net`. */
export function tenantIssuer(config: EmulatorConfig, tenantId: string, version: 1 | 2): string {
  return version === 2 ? `https://${authorityHost(config)}/${tenantId}/v2.0` : `https://sts.windows.net/${tenantId}/`;
}
