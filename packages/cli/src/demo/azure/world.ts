/**
 * The emulator's world made like the real one that was met: the same ids and trusts, and the roles and permissions that the
 * real answers show. What it then answers otherwise differs in how it answers, and not in what there is. Pure.
 */
import type { EmulatorConfig, ResourceGroupConfig, TenantConfig } from "@tokenhop/emulator";
import { readObject } from "../text.ts";
import { clientsOf, externalClaims, principalOf } from "./clients.ts";
import type { Exchange } from "./record.ts";
import { exchangesOf } from "./requests.ts";
import type { AzureSettings } from "./settings.ts";

/** What the emulator's App Service wants to be shown; the real header stays out of it. */
export const madeUpHeader = "made-up-identity-header";
/** The emulator's stand-in for whoever issued the identity token. */
export const providerName = "outside";

/** One of each: what there are more of in the real world is not the emulator's to repeat. */
const ONE_RESOURCE = { type: "Microsoft.ManagedIdentity/userAssignedIdentities", name: "one" };
const ONE_USER = {
  id: "00000000-0000-4000-8000-00000000000a",
  displayName: "One",
  userPrincipalName: "one@example.com",
};

/** A resource group that was asked for. */
interface Group {
  readonly name: string;
  readonly status: number;
  readonly isEmpty: boolean;
}

function isEmpty({ answer }: Exchange): boolean {
  const { value } = readObject(answer.body);
  return !Array.isArray(value) || value.length === 0;
}

function groupsIn(exchanges: readonly Exchange[]): Group[] {
  const groups = exchangesOf(exchanges, "GET resources").map((exchange): [string, Group] => {
    const name = decodeURIComponent(exchange.url.pathname.split("/")[4] ?? "");
    return [name.toLowerCase(), { name, status: exchange.answer.status, isEmpty: isEmpty(exchange) }];
  });
  // The last answer counts.
  return [...new Map(groups).values()];
}

function groupOf({ name, isEmpty }: Group): ResourceGroupConfig {
  return { name, location: "westeurope", resources: isEmpty ? [] : [ONE_RESOURCE] };
}

/** Reader wherever the real one was let in. Who is told that a group does not exist may look at all of them. */
function rolesOf(
  settings: AzureSettings,
  groups: readonly Group[],
  principalId: string,
): TenantConfig["roleAssignments"] {
  const subscription = `/subscriptions/${settings.AZURE_SUBSCRIPTION_ID}`;
  const scopes = groups.some(({ status }) => status === 404)
    ? [subscription]
    : groups.filter(({ status }) => status === 200).map(({ name }) => `${subscription}/resourceGroups/${name}`);
  return scopes.map((scope) => ({ principalId, role: "Reader", scope }));
}

/** The config of an emulator that should answer as the real world did. */
export function worldOf(settings: AzureSettings, exchanges: readonly Exchange[]): EmulatorConfig {
  const { AZURE_TENANT_ID: id, AZURE_SUBSCRIPTION_ID, AZURE_CLIENT_ID } = settings;
  const groups = groupsIn(exchanges);
  const clients = clientsOf(settings, exchanges);
  const principal = principalOf(clients, AZURE_CLIENT_ID);
  const issuer = externalClaims(settings, exchanges)?.iss;
  const users = exchangesOf(exchanges, "GET users").some((exchange) => !isEmpty(exchange)) ? [ONE_USER] : [];
  const tenant: TenantConfig = {
    id: id.toLowerCase(),
    ...clients,
    users,
    ...(principal !== undefined && { roleAssignments: rolesOf(settings, groups, principal) }),
  };
  return {
    tenants: [tenant],
    subscriptions: [
      {
        id: AZURE_SUBSCRIPTION_ID,
        tenantId: tenant.id,
        resourceGroups: groups.filter(({ status }) => status !== 404).map(groupOf),
      },
    ],
    oidcProviders: typeof issuer === "string" ? [{ name: providerName, issuer }] : [],
    appService: { identityHeader: madeUpHeader },
  };
}
