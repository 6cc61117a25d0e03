/** The scope of a request on behalf of a user: permissions of one resource, or `/.default`, and what OpenID Connect adds. */
import type { TenantConfig } from "../config/types.ts";
import { type Client, findResource, permissionsOn, type Resource } from "../directory.ts";
import { sameId } from "../text.ts";
import { refused } from "./refusals.ts";

/** What was asked for, as far as it was consented to. */
export interface DelegatedScope {
  readonly resource: Resource;
  /** As the directory writes them. */
  readonly permissions: readonly string[];
  /** As the reply names them. */
  readonly granted: string;
  /** Whether a refresh token was asked for. */
  readonly offline: boolean;
}

const openid = ["openid", "profile", "email", "offline_access"];
const graph = "https://graph.microsoft.com";

/** Reads a scope: the resource and the permissions, which are Graph's where no resource is named. Refuses with 70011, 700022. */
function readScope(scope: string): { readonly name: string; readonly wanted: readonly string[] } {
  const parts = scope.split(/\s+/).filter((part) => part !== "" && !openid.includes(part.toLowerCase()));
  const split = parts.map((part) => {
    const at = part.lastIndexOf("/");
    return at < 0 ? [graph, part] : [part.slice(0, at), part.slice(at + 1)];
  });
  const names = new Set(split.map(([name]) => name));
  const [name, ...others] = names;
  if (others.length > 0) throw refused(700022, { scope });
  const wanted = split.map(([, permission = ""]) => permission);
  if (!name || wanted.includes("")) throw refused(70011, { scope });
  // Everything and something cannot be asked for at once.
  if (wanted.includes(".default") && wanted.length > 1) throw refused(70011, { scope });
  return { name, wanted };
}

/** What a scope gives an application for its user, or a refusal: 70011, 700022, 500011, 65001. */
export function delegatedScope(tenant: TenantConfig, client: Client, scope: string): DelegatedScope {
  const { name, wanted } = readScope(scope);
  const resource = findResource(tenant, name);
  if (!resource) throw refused(500011, { resource: name, tenant: tenant.displayName ?? tenant.id });
  const consented = permissionsOn(tenant, client.delegatedPermissions, resource);
  const permissions = wanted.includes(".default")
    ? consented
    : wanted.map((one) => consented.find((known) => sameId(known, one)) ?? "");
  if (permissions.length === 0 || permissions.includes("")) {
    const extras = { suberror: "consent_required" };
    throw refused(65001, { client: client.clientId, name: client.displayName }, undefined, extras);
  }
  return {
    resource,
    permissions,
    granted: permissions.map((permission) => `${name}/${permission}`).join(" "),
    offline: scope.split(/\s+/).includes("offline_access"),
  };
}
