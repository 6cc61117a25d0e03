import type { TenantConfig } from "../config/types.ts";
import { type Client, findResource, type Resource, rolesOf } from "../directory.ts";
import { refused } from "./refusals.ts";

const suffix = "/.default";

/** Reads the resource out of a scope, or refuses with 700022, 1002012 or 70011. Pure. */
export function resourceNameOf(scope: string): string {
  const parts = scope.split(/\s+/).filter((part) => part !== "");
  if (parts.some((part) => !part.endsWith(suffix))) throw refused(1002012, { scope });
  const names = new Set(parts.map((part) => part.slice(0, -suffix.length)));
  const [name, ...others] = names;
  if (others.length > 0) throw refused(700022, { scope });
  if (!name) throw refused(70011, { scope });
  return name;
}

/** Finds what a scope asks for, or refuses with 500011 too. */
export function resourceOf(tenant: TenantConfig, scope: string): Resource {
  const name = resourceNameOf(scope);
  const resource = findResource(tenant, name);
  if (!resource) throw refused(500011, { resource: name, tenant: tenant.displayName ?? tenant.id });
  return resource;
}

/** Refuses with 501051 when the resource wants an app role and the client has none. */
export function checkAssignment(tenant: TenantConfig, client: Client, resource: Resource): void {
  if (!resource.assignmentRequired || rolesOf(tenant, client, resource).length > 0) return;
  throw refused(501051, {
    client: client.clientId,
    name: client.displayName,
    resource: resource.key,
    resourceName: resource.displayName,
  });
}
