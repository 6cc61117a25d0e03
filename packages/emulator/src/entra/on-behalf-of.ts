/** The on-behalf-of grant: an API that authenticated exchanges the token of its user for one for another resource. */
import type { TenantConfig } from "../config/types.ts";
import type { Client } from "../directory.ts";
import { randomId } from "../text.ts";
import type { World } from "../world.ts";
import { checkPolicies } from "./access-policies.ts";
import { delegatedScope } from "./delegated-scope.ts";
import type { Issued } from "./mint.ts";
import type { TokenRequest } from "./token-request.ts";
import { readUserAssertion } from "./user-assertion.ts";
import { issueUserToken } from "./user-token.ts";

/** What the reply says of the grant, besides what every reply does. */
export interface DelegatedGrant {
  readonly issued: Issued;
  readonly more: { readonly scope: string; readonly refresh_token?: string };
}

/** Grants a user's token for another resource, or refuses. */
export async function grantOnBehalfOf(
  world: World,
  tenant: TenantConfig,
  client: Client,
  { scope, userAssertion, capabilities }: TokenRequest & { readonly userAssertion: string },
): Promise<DelegatedGrant> {
  const { user, claims } = await readUserAssertion(world, tenant, client, userAssertion);
  const { resource, permissions, granted, offline } = delegatedScope(tenant, client, scope);
  checkPolicies(world.accessPolicies(), { tenant, user, resource, claims });
  const issued = await issueUserToken(world, {
    tenant,
    user,
    clientId: client.clientId,
    clientAuth: "2",
    resource,
    scopes: permissions,
    lifetimeMs: world.lifetimes().userTokenMs,
    claims: capabilities.length > 0 ? { xms_cc: capabilities } : undefined,
  });
  return { issued, more: { scope: granted, ...(offline && { refresh_token: randomId() }) } };
}
