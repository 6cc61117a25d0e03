/** What no single field can tell: names used twice, and names of things that do not exist. */
import { issuerOf } from "../directory.ts";
import { sameId } from "../text.ts";
import { wellKnownResource } from "../well-known-resources.ts";
import { cloudNames, cloudProblems } from "./clouds.ts";
import type { EmulatorConfig, FederatedCredentialConfig, PermissionsConfig, TenantConfig } from "./types.ts";

interface Named {
  readonly path: string;
  readonly value: string;
}

/** Every duplicate and every dangling reference of a config whose fields are all well formed. */
export function problemsBetween(config: EmulatorConfig): readonly string[] {
  return [
    ...duplicates("tenant id or domain", tenantNames(config)),
    ...duplicates("client or object id", principals(config)),
    ...duplicates("identifier URI", identifierUris(config)),
    ...duplicates("subscription id", subscriptionIds(config)),
    ...duplicates("resource group", resourceGroups(config)),
    ...duplicates("resource", resources(config)),
    ...duplicates(
      "OIDC provider name",
      providers(config, (provider) => provider.name),
    ),
    ...duplicates("OIDC issuer", providers(config, issuerOf)),
    ...duplicates("request token", requestTokens(config), "hide"),
    ...Object.entries(cloudNames(config)).flatMap(([what, all]) => duplicates(what, all)),
    ...cloudProblems(config),
    ...credentialProblems(config),
    ...permissionProblems(config),
    ...tenantProblems(config),
    ...roleProblems(config),
    ...identityNameProblems(config),
  ];
}

function duplicates(what: string, all: readonly Named[], values: "show" | "hide" = "show"): readonly string[] {
  const seen = new Map<string, string>();
  const problems: string[] = [];
  for (const { path, value } of all) {
    const first = seen.get(value.toLowerCase());
    if (first === undefined) seen.set(value.toLowerCase(), path);
    else problems.push(`${path}: ${what} ${values === "show" ? `"${value}" ` : ""}is already used by ${first}`);
  }
  return problems;
}

function tenants(config: EmulatorConfig): readonly { readonly path: string; readonly tenant: TenantConfig }[] {
  return config.tenants.map((tenant, index) => ({ path: `tenants.${index}`, tenant }));
}

function tenantNames(config: EmulatorConfig): readonly Named[] {
  return tenants(config).flatMap(({ path, tenant }) => [
    { path: `${path}.id`, value: tenant.id },
    ...(tenant.domains ?? []).map((value, index) => ({ path: `${path}.domains.${index}`, value })),
  ]);
}

function principals(config: EmulatorConfig): readonly Named[] {
  return tenants(config).flatMap(({ path, tenant }) => [
    ...(tenant.apps ?? []).flatMap((app, index) => [
      { path: `${path}.apps.${index}.clientId`, value: app.clientId },
      { path: `${path}.apps.${index}.objectId`, value: app.objectId },
      ...(app.provisionedIn ?? []).map((entry, at) => ({
        path: `${path}.apps.${index}.provisionedIn.${at}.objectId`,
        value: entry.objectId,
      })),
    ]),
    ...(tenant.managedIdentities ?? []).flatMap((identity, index) => [
      { path: `${path}.managedIdentities.${index}.clientId`, value: identity.clientId },
      { path: `${path}.managedIdentities.${index}.principalId`, value: identity.principalId },
      { path: `${path}.managedIdentities.${index}.resourceId`, value: identity.resourceId },
    ]),
    ...(tenant.users ?? []).flatMap((user, index) => [
      { path: `${path}.users.${index}.id`, value: user.id },
      { path: `${path}.users.${index}.userPrincipalName`, value: user.userPrincipalName },
    ]),
  ]);
}

function identifierUris(config: EmulatorConfig): readonly Named[] {
  return tenants(config).flatMap(({ path, tenant }) =>
    (tenant.apps ?? []).flatMap((app, index) =>
      (app.identifierUris ?? []).map((uri, at) => ({
        path: `${path}.apps.${index}.identifierUris.${at}`,
        value: `${uri.replace(/\/$/, "")}`,
      })),
    ),
  );
}

function subscriptionIds(config: EmulatorConfig): readonly Named[] {
  return (config.subscriptions ?? []).map(({ id }, index) => ({ path: `subscriptions.${index}.id`, value: id }));
}

function resourceGroups(config: EmulatorConfig): readonly Named[] {
  return (config.subscriptions ?? []).flatMap((subscription, index) =>
    (subscription.resourceGroups ?? []).map((group, at) => ({
      path: `subscriptions.${index}.resourceGroups.${at}`,
      value: `${subscription.id}/${group.name}`,
    })),
  );
}

function resources(config: EmulatorConfig): readonly Named[] {
  return (config.subscriptions ?? []).flatMap((subscription, index) =>
    (subscription.resourceGroups ?? []).flatMap((group, at) =>
      (group.resources ?? []).map((resource, position) => ({
        path: `subscriptions.${index}.resourceGroups.${at}.resources.${position}`,
        value: `${subscription.id}/${group.name}/${resource.type}/${resource.name}`,
      })),
    ),
  );
}

function providers(
  config: EmulatorConfig,
  pick: (provider: NonNullable<EmulatorConfig["oidcProviders"]>[number]) => string,
): readonly Named[] {
  return (config.oidcProviders ?? []).map((provider, index) => ({
    path: `oidcProviders.${index}`,
    value: pick(provider),
  }));
}

function requestTokens(config: EmulatorConfig): readonly Named[] {
  return (config.oidcProviders ?? []).flatMap((provider, index) =>
    (provider.workloads ?? []).flatMap(({ requestToken }, at) =>
      requestToken === undefined
        ? []
        : [{ path: `oidcProviders.${index}.workloads.${at}.requestToken`, value: `${provider.name}/${requestToken}` }],
    ),
  );
}

interface Holder {
  readonly path: string;
  readonly tenant: TenantConfig;
  readonly federatedCredentials?: readonly FederatedCredentialConfig[] | undefined;
  readonly permissions?: PermissionsConfig | undefined;
}

function holders(config: EmulatorConfig): readonly Holder[] {
  return tenants(config).flatMap(({ path, tenant }) => [
    ...(tenant.apps ?? []).map((app, index) => ({ ...app, tenant, path: `${path}.apps.${index}` })),
    ...(tenant.managedIdentities ?? []).map((identity, index) => ({
      ...identity,
      tenant,
      path: `${path}.managedIdentities.${index}`,
    })),
  ]);
}

function credentialProblems(config: EmulatorConfig): readonly string[] {
  return holders(config).flatMap(({ path, federatedCredentials = [] }) => {
    const at = (index: number): string => `${path}.federatedCredentials.${index}`;
    return [
      ...duplicates(
        "name",
        federatedCredentials.map(({ name }, index) => ({ path: at(index), value: name })),
      ),
      ...repeatedPairs(federatedCredentials, at),
    ];
  });
}

// Unlike names, issuer and subject are told apart by case: two records that differ only in case may stand side by side.
function repeatedPairs(
  credentials: readonly FederatedCredentialConfig[],
  at: (index: number) => string,
): readonly string[] {
  return credentials.flatMap(({ issuer, subject }, index) => {
    const first = credentials.findIndex((other) => other.issuer === issuer && other.subject === subject);
    return first === index ? [] : [`${at(index)}: issuer and subject are already used by ${at(first)}`];
  });
}

function permissionProblems(config: EmulatorConfig): readonly string[] {
  return holders(config).flatMap(({ path, tenant, permissions = {} }) =>
    Object.keys(permissions)
      .filter((resource) => !isResource(tenant, resource))
      .map((resource) => `${path}.permissions: there is no resource "${resource}" in tenant "${tenant.id}"`),
  );
}

function isResource(tenant: TenantConfig, resource: string): boolean {
  if (wellKnownResource(resource)) return true;
  return (tenant.apps ?? []).some(
    (app) => sameId(app.clientId, resource) || (app.identifierUris ?? []).includes(resource),
  );
}

function tenantProblems(config: EmulatorConfig): readonly string[] {
  const exists = (id: string): boolean => config.tenants.some((tenant) => sameId(tenant.id, id));
  const missing = (path: string, id: string): readonly string[] =>
    exists(id) ? [] : [`${path}: there is no tenant "${id}"`];
  return [
    ...(config.subscriptions ?? []).flatMap(({ tenantId }, index) => missing(`subscriptions.${index}`, tenantId)),
    ...tenants(config).flatMap(({ path, tenant }) =>
      (tenant.apps ?? []).flatMap((app, index) =>
        (app.provisionedIn ?? []).flatMap(({ tenantId }, at) =>
          missing(`${path}.apps.${index}.provisionedIn.${at}`, tenantId),
        ),
      ),
    ),
  ];
}

function roleProblems(config: EmulatorConfig): readonly string[] {
  return tenants(config).flatMap(({ path, tenant }) =>
    (tenant.roleAssignments ?? []).flatMap(({ principalId, scope }, index) => {
      const at = `${path}.roleAssignments.${index}`;
      return [
        ...(isPrincipal(tenant, principalId) ? [] : [`${at}: there is no principal "${principalId}" in the tenant`]),
        ...(isScope(config, tenant, scope) ? [] : [`${at}: there is no scope "${scope}" in the tenant`]),
      ];
    }),
  );
}

function isPrincipal(tenant: TenantConfig, id: string): boolean {
  return (
    (tenant.apps ?? []).some(({ objectId }) => sameId(objectId, id)) ||
    (tenant.managedIdentities ?? []).some(({ principalId }) => sameId(principalId, id)) ||
    (tenant.users ?? []).some((user) => sameId(user.id, id))
  );
}

// Resources come and go while the emulator runs, so a scope is followed only down to its resource group.
function isScope(config: EmulatorConfig, tenant: TenantConfig, scope: string): boolean {
  const [, , subscriptionId = "", keyword, groupName = ""] = scope.split("/");
  const subscription = (config.subscriptions ?? []).find(({ id }) => sameId(id, subscriptionId));
  if (!subscription || !sameId(subscription.tenantId, tenant.id)) return false;
  if (keyword === undefined) return true;
  if (!sameId(keyword, "resourceGroups")) return false;
  return (subscription.resourceGroups ?? []).some(({ name }) => sameId(name, groupName));
}

function identityNameProblems(config: EmulatorConfig): readonly string[] {
  return tenants(config).flatMap(({ path, tenant }) =>
    (tenant.managedIdentities ?? [])
      .map((identity, index) => ({ identity, at: `${path}.managedIdentities.${index}` }))
      .filter(({ identity }) => !identity.resourceId.toLowerCase().endsWith(`/${identity.name.toLowerCase()}`))
      .map(({ at, identity }) => `${at}.resourceId: must end in "/${identity.name}"`),
  );
}
