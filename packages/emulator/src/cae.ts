/** Continuous access evaluation: how a resource refuses a token that was revoked after it was issued. */
import type { JWTPayload } from "jose";
import { authorityHost } from "./directory.ts";
import type { World } from "./world.ts";

/** What Graph says of such a token. */
export const revokedText =
  "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp";

/**
 * The challenge for a token that was revoked: to get one that is newer. Nothing for a token that stands, for a client that did
 * not declare that it handles challenges, whose token serves until its end, and for a managed identity.
 */
export function revocationChallenge(world: World, claims: JWTPayload): string | undefined {
  const revokedAt = world.sessions.revokedAt(claims);
  if (revokedAt === undefined || !handlesChallenges(claims)) return undefined;
  if (world.ledger.recall(String(claims.uti))?.kind === "managed-identity") return undefined;
  const value = String(Math.floor(revokedAt / 1000));
  const demanded = btoa(JSON.stringify({ access_token: { nbf: { essential: true, value } } }));
  const uri = `https://${authorityHost(world.config)}/common/oauth2/authorize`;
  return `Bearer realm="", authorization_uri="${uri}", error="insufficient_claims", claims="${demanded}"`;
}

function handlesChallenges({ xms_cc: capabilities }: JWTPayload): boolean {
  return Array.isArray(capabilities) && capabilities.some((one) => String(one).toLowerCase() === "cp1");
}
