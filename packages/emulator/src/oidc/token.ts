/** Makes ID tokens of the hosted OIDC providers. */
import { type JWTPayload, SignJWT } from "jose";
import type { OidcProviderConfig } from "../config/types.ts";
import { issuerOf } from "../directory.ts";
import type { World } from "../world.ts";

/** What an external token says. */
export interface ExternalClaims {
  readonly subject: string;
  /** Several audiences become an array. */
  readonly audience: string | readonly string[];
  /** Default: `externalTokenMs` of the lifetimes. */
  readonly lifetimeMs?: number | undefined;
  /** More claims; registered ones cannot be replaced. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** The claims, apart from `jti`. Pure. */
export function externalClaims(
  provider: OidcProviderConfig,
  wanted: ExternalClaims,
  now: number,
  lifetimeMs: number,
): JWTPayload {
  const { subject, audience, claims = {} } = wanted;
  const iat = Math.floor(now / 1000);
  return {
    ...claims,
    iss: issuerOf(provider),
    sub: subject,
    aud: typeof audience === "string" ? audience : [...audience],
    iat,
    nbf: iat,
    exp: iat + Math.floor(lifetimeMs / 1000),
  };
}

/** Signs an ID token with the provider's current key. */
export async function issueExternalToken(
  world: World,
  provider: OidcProviderConfig,
  wanted: ExternalClaims,
): Promise<string> {
  const { kid, privateKey } = await world.providerKeys(provider.name).current();
  const lifetimeMs = wanted.lifetimeMs ?? world.lifetimes().externalTokenMs;
  const claims = { ...externalClaims(provider, wanted, world.clock.now(), lifetimeMs), jti: crypto.randomUUID() };
  return new SignJWT(claims).setProtectedHeader({ typ: "JWT", alg: "RS256", kid }).sign(privateKey);
}
