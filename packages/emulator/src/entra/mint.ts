/** Entra's access tokens. The claims are a pure function; signing and remembering is the rest. */
import { type JWTPayload, SignJWT } from "jose";
import type { TenantConfig } from "../config/types.ts";
import { type Client, type Resource, rolesOf, tenantIssuer } from "../directory.ts";
import type { IssuedToken, Provenance } from "../ledger.ts";
import { randomId } from "../text.ts";
import { exchangeResource } from "../well-known-resources.ts";
import type { World } from "../world.ts";

/** A decision to issue a token to a client. */
export interface Grant {
  readonly tenant: TenantConfig;
  readonly client: Client;
  readonly resource: Resource;
  readonly provenance: Provenance;
  readonly lifetimeMs: number;
  readonly capabilities?: readonly string[] | undefined;
}

/** A token on its way out. */
export interface Issued {
  readonly token: string;
  /** Seconds, as the wire counts: one less than the token's own rest. */
  readonly expiresIn: number;
  /** Epoch seconds. */
  readonly expiresOn: number;
  readonly notBefore: number;
}

/** Times of a token in epoch seconds: valid from five minutes ago, as decoded tokens of the real service are. */
export function tokenTimes(
  now: number,
  lifetimeMs: number,
): { readonly iat: number; readonly nbf: number; readonly exp: number } {
  const seconds = Math.floor(now / 1000);
  return { iat: seconds - 300, nbf: seconds - 300, exp: seconds + Math.floor(lifetimeMs / 1000) };
}

/**
 * Claims of a client's token. `xms_ficinfo` is left out although real tokens have it: which of its bits means what is
 * not known, and nobody should come to rely on it. So is `jti`, which tokens of managed identities do not have.
 */
export function clientClaims(world: World, grant: Grant): JWTPayload {
  const { tenant, client, resource, capabilities = [] } = grant;
  const { version } = resource;
  const issuer = tenantIssuer(world.config, tenant.id, version);
  const roles = rolesOf(tenant, client, resource);
  return {
    aud: resource.audience,
    iss: issuer,
    ...tokenTimes(world.clock.now(), grant.lifetimeMs),
    aio: randomId(),
    ...(version === 1 ? { appid: client.clientId, appidacr: "2", idp: issuer } : { azp: client.clientId, azpacr: "2" }),
    idtyp: "app",
    oid: client.objectId,
    rh: randomId(),
    ...(roles.length > 0 && { roles }),
    sub: client.objectId,
    tid: tenant.id,
    uti: randomId(),
    ver: version === 1 ? "1.0" : "2.0",
    ...(capabilities.length > 0 && { xms_cc: capabilities }),
    // On the exchange token the claim is UNCONFIRMED, elsewhere well reported.
    ...(client.resourceId && resource.key !== exchangeResource && { xms_mirid: client.resourceId }),
  };
}

/** Signs claims with the tenants' current key. */
export async function signEntraToken(world: World, claims: JWTPayload): Promise<string> {
  const { kid, privateKey } = await world.entraKeys.current();
  const header = { typ: "JWT", alg: "RS256", kid, ...(claims.ver === "1.0" && { x5t: kid }) };
  return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
}

/** Issues a token to a client and remembers how the client authenticated. */
export async function issueClientToken(world: World, grant: Grant): Promise<Issued> {
  const claims = clientClaims(world, grant);
  return issue(world, claims, { kind: grant.client.kind, provenance: grant.provenance, tenantId: grant.tenant.id });
}

/** Signs and remembers. */
export async function issue(
  world: World,
  claims: JWTPayload,
  memory: Omit<IssuedToken, "expiresAt" | "number">,
): Promise<Issued> {
  const { exp = 0, nbf = 0, uti } = claims;
  const token = await signEntraToken(world, claims);
  if (typeof uti === "string") world.ledger.remember(uti, { ...memory, expiresAt: exp * 1000 });
  return { token, expiresIn: exp - Math.floor(world.clock.now() / 1000) - 1, expiresOn: exp, notBefore: nbf };
}
