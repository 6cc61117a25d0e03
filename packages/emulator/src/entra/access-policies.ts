/** Conditional access, as far as a demand that an application has to pass on to its user. */
import type { JWTPayload } from "jose";
import type { TenantConfig, UserConfig } from "../config/types.ts";
import { findResource, type Resource } from "../directory.ts";
import { sameId } from "../text.ts";
import { refused } from "./refusals.ts";

/** A demand on users. It is met by a token of the user that names the policy in its claim `polids`. */
export interface AccessPolicy {
  /** A GUID: what the claims challenge names. */
  readonly id: string;
  /** Id or user principal name. Default: everybody. */
  readonly user?: string | undefined;
  /** Client id or identifier URI, or one of Microsoft's. Default: every resource. */
  readonly resource?: string | undefined;
}

/** What {@link checkPolicies} looks at. */
export interface Access {
  readonly tenant: TenantConfig;
  readonly user: UserConfig;
  readonly resource: Resource;
  /** Claims of the user's own token. */
  readonly claims: JWTPayload;
}

/** Refuses with 50076 and a claims challenge when a policy is not met. */
export function checkPolicies(policies: readonly AccessPolicy[], { tenant, user, resource, claims }: Access): void {
  const met = Array.isArray(claims.polids) ? (claims.polids as unknown[]) : [];
  const open = policies.filter(
    (policy) =>
      (policy.user === undefined ||
        [user.id, user.userPrincipalName].some((name) => sameId(name, policy.user ?? ""))) &&
      (policy.resource === undefined || findResource(tenant, policy.resource)?.key === resource.key) &&
      !met.includes(policy.id),
  );
  if (open.length === 0) return;
  const polids = { essential: true, values: open.map(({ id }) => id) };
  throw refused(50076, { resource: resource.key }, "A policy demands something of the user", {
    suberror: "basic_action",
    claims: JSON.stringify({ access_token: { polids } }),
  });
}
