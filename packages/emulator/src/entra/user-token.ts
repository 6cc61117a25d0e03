/** User tokens for tests. The emulator has no sign-in: who may call this may be anybody. */
import type { JWTPayload } from "jose";
import type { TenantConfig, UserConfig } from "../config/types.ts";
import { type Resource, tenantIssuer } from "../directory.ts";
import { randomId } from "../text.ts";
import type { World } from "../world.ts";
import { type Issued, issue, tokenTimes } from "./mint.ts";

/** What a user token says. */
export interface UserGrant {
  readonly tenant: TenantConfig;
  readonly user: UserConfig;
  /** Application that the user signed in to, or that acts for them. */
  readonly clientId: string;
  /** How it proved who it is: `"0"` not at all, `"2"` by an assertion. Default `"0"`. */
  readonly clientAuth?: "0" | "2" | undefined;
  readonly resource: Resource;
  /** Delegated permissions. */
  readonly scopes: readonly string[];
  readonly lifetimeMs: number;
  /** More claims, or other values for the usual ones. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** Issues an access token of a user. */
export async function issueUserToken(world: World, grant: UserGrant): Promise<Issued> {
  const claims = await userClaims(world, grant);
  return issue(world, claims, { kind: "user", provenance: "user", tenantId: grant.tenant.id });
}

async function userClaims(world: World, grant: UserGrant): Promise<JWTPayload> {
  const { tenant, user, clientId, clientAuth = "0", resource } = grant;
  const { version } = resource;
  return {
    aud: resource.audience,
    iss: tenantIssuer(world.config, tenant.id, version),
    ...tokenTimes(world.clock.now(), grant.lifetimeMs),
    aio: randomId(),
    ...(version === 1
      ? { appid: clientId, appidacr: clientAuth, upn: user.userPrincipalName }
      : { azp: clientId, azpacr: clientAuth }),
    idtyp: "user",
    name: user.displayName,
    oid: user.id,
    ...(version === 2 && { preferred_username: user.userPrincipalName }),
    rh: randomId(),
    scp: grant.scopes.join(" "),
    sub: await pairwiseSubject(user.id, resource.key),
    tid: tenant.id,
    uti: randomId(),
    ver: version === 1 ? "1.0" : "2.0",
    ...grant.claims,
  };
}

/** A user has another `sub` at each resource. */
async function pairwiseSubject(userId: string, resource: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${userId}/${resource}`));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
