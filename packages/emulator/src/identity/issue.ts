import type { TenantConfig } from "../config/types.ts";
import type { Client, Resource } from "../directory.ts";
import { type Issued, issueClientToken } from "../entra/mint.ts";
import type { LogDetails } from "../log.ts";
import type { World } from "../world.ts";

/** Issues a token that the platform vouches for: the one kind that another application may trust. */
export async function issuePlatformToken(
  world: World,
  { tenant, client, resource }: { readonly tenant: TenantConfig; readonly client: Client; readonly resource: Resource },
): Promise<Issued> {
  const lifetimeMs = world.lifetimes().managedIdentityTokenMs;
  return issueClientToken(world, { tenant, client, resource, lifetimeMs, provenance: "platform" });
}

/** Log details of a token from a managed identity endpoint. */
export function grantedByPlatform(tenant: TenantConfig, client: Client, scope: string): LogDetails {
  return {
    outcome: "granted",
    reason: `The host carries the managed identity ${client.displayName}`,
    tenant: tenant.id,
    client: client.clientId,
    scope,
    provenance: "platform",
  };
}
