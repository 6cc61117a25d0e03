/** The user's token of an on-behalf-of request: whether it is one, and for whom. The order of the checks is UNCONFIRMED. */
import { compactVerify, decodeProtectedHeader, type JWTPayload } from "jose";
import type { TenantConfig, UserConfig } from "../config/types.ts";
import { type Client, findUser } from "../directory.ts";
import { entraInstant, sameId } from "../text.ts";
import type { World } from "../world.ts";
import { entraIssuerOf } from "./authenticate.ts";
import { refused } from "./refusals.ts";

/** Who is acted for. */
export interface ActedFor {
  readonly user: UserConfig;
  /** Of the user's token. */
  readonly claims: JWTPayload;
}

/** Checks the token and finds its user, or refuses with 50027, 50013, 7000114, 240002, 500131, 500133, 50173 or 50034. */
export async function readUserAssertion(
  world: World,
  tenant: TenantConfig,
  client: Client,
  token: string,
): Promise<ActedFor> {
  const claims = await verify(world, tenant, token);
  if (claims.idtyp === "app") {
    throw refused(7000114, { client: client.clientId }, "The user's token is the token of an application");
  }
  // An access token says what it allows, and for which application it was issued.
  if (!("scp" in claims || "roles" in claims || "azp" in claims || "appid" in claims)) throw refused(240002);
  checkAudience(client, claims.aud);
  checkTime(world, claims);
  checkRevocation(world, claims);
  const user = findUser(tenant, String(claims.oid));
  if (!user) throw refused(50034, { tenant: tenant.displayName ?? tenant.id });
  return { user, claims };
}

async function verify(world: World, tenant: TenantConfig, token: string): Promise<JWTPayload> {
  const key = (await world.entraKeys.published()).find(({ kid }) => kid === kidOf(token));
  if (!key) throw refused(50013, { reason: "The key was not found" });
  let claims: JWTPayload;
  try {
    const { payload } = await compactVerify(token, key.publicKey, { algorithms: ["RS256"] });
    claims = JSON.parse(new TextDecoder().decode(payload)) as JWTPayload;
  } catch {
    throw refused(50013, { reason: "The provided signature value did not match the expected signature value" });
  }
  if (entraIssuerOf(world, claims.iss ?? "")?.tenantId !== tenant.id) {
    throw refused(50013, { reason: "The key was not found" }, "The user's token is another tenant's, or nobody's");
  }
  return claims;
}

function kidOf(token: string): unknown {
  try {
    if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return decodeProtectedHeader(token).kid;
  } catch {
    // Answered below, as whatever else is no JWT.
  }
  throw refused(50027, {}, "The user's token is not a signed JWT");
}

function checkAudience({ clientId, displayName, identifierUris }: Client, aud: unknown): void {
  const audience = String(aud);
  const known = [clientId, ...identifierUris.flatMap((uri) => [uri, `${uri}/`])];
  if (known.some((one) => sameId(one, audience))) return;
  throw refused(500131, { audience, client: clientId, name: displayName });
}

function checkTime(world: World, { exp = 0, nbf = 0 }: JWTPayload): void {
  const now = world.clock.now();
  if (nbf * 1000 <= now && now < exp * 1000) return;
  throw refused(500133, { now: entraInstant(now), expires: entraInstant(exp * 1000) });
}

function checkRevocation(world: World, claims: JWTPayload): void {
  const revokedAt = world.sessions.revokedAt(claims);
  if (revokedAt === undefined) return;
  throw refused(50173, { issued: entraInstant((claims.iat ?? 0) * 1000), revoked: entraInstant(revokedAt) });
}
