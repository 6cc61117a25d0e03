/** What the issuer tells the world: discovery and JWKS. Built member by member, so that nothing private can come along. */
import type { IssuerDocuments, IssuerKey } from "./types.ts";

/** Where an issuer's documents are. */
export interface IssuerUrls {
  readonly discovery: string;
  readonly jwks: string;
}

/** Claims that every token has. */
const CLAIMS = ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"] as const;

/**
 * Discovery is where OpenID Connect says (Discovery 1.0, 4.1): behind the issuer without the slash at its end. The JWKS is next
 * to it.
 */
export function urlsOf(issuer: string): IssuerUrls {
  const base = `${issuer.replace(/\/$/, "")}/.well-known`;
  return { discovery: `${base}/openid-configuration`, jwks: `${base}/jwks.json` };
}

/** A key as a JWKS has it. */
function published({ kid, alg, publicJwk: jwk }: Pick<IssuerKey, "kid" | "alg" | "publicJwk">): object {
  const common = { kty: jwk.kty, use: "sig", alg, kid };
  return jwk.kty === "RSA" ? { ...common, n: jwk.n, e: jwk.e } : { ...common, crv: jwk.crv, x: jwk.x, y: jwk.y };
}

/** The documents of an issuer with these keys. */
export function documentsOf(
  issuer: string,
  keys: readonly Pick<IssuerKey, "kid" | "alg" | "publicJwk">[],
  maxAgeMs: number,
): IssuerDocuments {
  return {
    discovery: JSON.stringify({
      issuer,
      jwks_uri: urlsOf(issuer).jwks,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: [...new Set(keys.map(({ alg }) => alg))],
      scopes_supported: ["openid"],
      claims_supported: CLAIMS,
    }),
    jwks: JSON.stringify({ keys: keys.map(published) }),
    maxAgeMs,
  };
}
