/** What the claims of a token must say. They are believed only if the signature holds as well. */
import type { TokenClaims } from "../types.ts";
import type { RefusalReason, TrustedIssuer } from "./issuer.ts";
import type { ParsedToken } from "./token.ts";

const MUST_NOT_BE = ["jwk", "jku", "x5u", "x5c"];

/** What is wrong with a header for tokens of any issuer. */
export function headerFlawOf({ header }: ParsedToken): RefusalReason | undefined {
  // No extension is understood here, and one that must be understood makes a token another one than it seems.
  if ("crit" in header) return "critical-header";
  if ("b64" in header) return "unencoded-payload";
  // A token does not get to say what it is verified with.
  return MUST_NOT_BE.some((name) => name in header) ? "embedded-key" : undefined;
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isWellFormed({ aud, exp, iat, nbf, roles, sub, ...rest }: TokenClaims, texts: readonly string[]): boolean {
  return (
    [sub, ...texts.map((name) => rest[name])].every(isTextOrAbsent) &&
    [exp, iat, nbf].every((time) => time === undefined || Number.isFinite(time)) &&
    (typeof aud === "string" || isListOfTexts(aud)) &&
    (roles === undefined || isListOfTexts(roles))
  );
}

function audienceFlawOf({ aud }: TokenClaims, issuer: TrustedIssuer): RefusalReason | undefined {
  const { audiences, otherAudiences } = issuer;
  const named = [aud].flat();
  if (Array.isArray(aud) && !otherAudiences) return "audience-list";
  if (named.filter((one) => audiences.includes(one)).length !== 1) return "wrong-audience";
  // Whoever else it is for could send it here.
  return named.every((one) => audiences.includes(one) || otherAudiences?.includes(one)) ? undefined : "other-audience";
}

/** What is wrong with a token by what it says, at this time (epoch ms). */
export function claimsFlawOf(
  { header, claims: unchecked }: ParsedToken,
  issuer: TrustedIssuer,
  now: number,
  toleranceMs: number,
): RefusalReason | undefined {
  const { typ = "" } = header;
  const type = typeof typ === "string" ? typ.toLowerCase().replace(/^application\//, "") : undefined;
  if (!issuer.algorithms.includes(header.alg as string)) return "wrong-algorithm";
  if (type === undefined || !issuer.types.includes(type)) return "wrong-type";
  if (typeof header.kid !== "string") return "no-key-id";
  const claims = unchecked as unknown as TokenClaims;
  if (!isWellFormed(claims, issuer.texts)) return "malformed-claims";
  const { exp, nbf = 0, iat = 0, cnf } = claims;
  if (exp === undefined) return "no-expiry";
  if (exp * 1000 <= now - toleranceMs) return "expired";
  if (nbf * 1000 > now + toleranceMs) return "not-yet-valid";
  if (iat * 1000 > now + toleranceMs) return "issued-in-future";
  // Whoever sends it must prove to have the key (RFC 7800), which no bearer does.
  if (cnf !== undefined) return "bound-to-a-key";
  return audienceFlawOf(claims, issuer) ?? issuer.flawOf?.(claims, type);
}

/** Scopes as Entra and RFC 9068 write them, in one text, or as Okta does, in a list. */
function scopesIn(claims: readonly unknown[]): readonly string[] {
  return claims.flat().flatMap((claim) => (typeof claim === "string" ? claim.split(" ").filter(Boolean) : []));
}

/**
 * What a token lacks. Of a user's every scope is required, of an application's every role. Where only roles are asked for, users
 * need them too; where only scopes are, no application passes. Who cannot be told from the other needs whatever is asked for.
 */
export function lackIn(
  claims: TokenClaims,
  { senderOf, scopeClaims, allowUnassigned }: TrustedIssuer,
  scopes: readonly string[],
  roles: readonly string[],
): RefusalReason | undefined {
  const sender = senderOf?.(claims) ?? "unknown";
  const hasScopes = sender === "application" ? [] : scopesIn(scopeClaims.map((name) => claims[name]));
  const hasRoles = ((claims.roles ?? []) as readonly string[]).filter(Boolean);
  const byScopes = sender !== "application" || roles.length === 0;
  const byRoles = sender !== "user" || scopes.length === 0;
  if (byScopes && !scopes.every((one) => hasScopes.includes(one))) return "missing-scope";
  if (byRoles && !roles.every((one) => hasRoles.includes(one))) return "missing-role";
  return allowUnassigned || hasScopes.length > 0 || hasRoles.length > 0 ? undefined : "no-permission";
}
