/** How a service that is a resource in Azure looks at who calls it: its tenant, and roles on it or above it. */
import type { JWTPayload } from "jose";
import { isAllowed } from "../arm/rbac.ts";
import { type BearerCheck, checkBearer, textClaim } from "../bearer.ts";
import { findTenant } from "../directory.ts";
import type { ArmResource } from "../resources.ts";
import { sameId } from "../text.ts";
import type { Call, World } from "../world.ts";

/** A resource that has a service of its own. */
export interface ServiceResource extends ArmResource {
  /** The tenant of its subscription: no other's tokens are taken. */
  readonly tenantId: string;
}

/** What is wrong with a token, besides what may be wrong with it anywhere. */
export type AccessProblem =
  | Exclude<BearerCheck, { readonly problem?: undefined }>
  | { readonly problem: "tenant"; readonly claims: JWTPayload };

/** The claims of a token that the resource takes, or why it does not. */
export type Access = { readonly claims: JWTPayload; readonly problem?: undefined } | AccessProblem;

/** Finds the resource behind a host name: of a type every name exists once in the world. */
export function findServiceResource(world: World, type: string, name: string): ServiceResource | undefined {
  const resource = world.resources.find(type, name);
  const subscriptionId = resource?.id.split("/")[2] ?? "";
  const subscription = (world.config.subscriptions ?? []).find(({ id }) => sameId(id, subscriptionId));
  return resource && subscription && { ...resource, tenantId: subscription.tenantId };
}

/** Checks the token of a call for a resource. */
export async function checkAccess(
  world: World,
  call: Call,
  { tenantId }: ServiceResource,
  audiences: readonly string[],
): Promise<Access> {
  const bearer = await checkBearer(world, call, audiences);
  if (bearer.problem !== undefined) return bearer;
  const { claims } = bearer;
  return sameId(textClaim(claims, "tid") ?? "", tenantId) ? { claims } : { problem: "tenant", claims };
}

/** Whether a role allows an operation on data (or, as managing a container is, one on the resource itself). */
export function mayDo(
  world: World,
  claims: JWTPayload,
  kind: "actions" | "dataActions",
  action: string,
  scope: string,
): boolean {
  const tenant = findTenant(world.config, textClaim(claims, "tid") ?? "");
  return tenant !== undefined && isAllowed(tenant, textClaim(claims, "oid") ?? "", action, scope, kind);
}
