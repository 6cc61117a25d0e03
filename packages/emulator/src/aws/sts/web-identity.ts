/** Looks at the token of a web identity as STS does: its form, its issuer, its signature, its times. */
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from "jose";
import type { World } from "../../world.ts";
import type { AwsAccountConfig, AwsOidcProviderConfig } from "../config-types.ts";
import { type AwsRefused, awsRefused } from "../refusal.ts";

/** A token that may be believed. */
export interface WebIdentity {
  readonly provider: AwsOidcProviderConfig;
  readonly subject: string;
  /** Those of the token's audiences that the provider takes: at least one. */
  readonly audiences: readonly string[];
}

/** Evidence: the model of AssumeRoleWithWebIdentity in botocore. */
const algorithms = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
}

/** Verifies a token for an account, or refuses it. */
export async function verifyWebIdentity(
  world: World,
  account: Pick<AwsAccountConfig, "oidcProviders"> | undefined,
  token: string,
  signal: AbortSignal,
): Promise<WebIdentity> {
  const { header, claims } = readToken(token);
  if (/\.tokens\.sts\.global\.api\.aws$/.test(claims.iss)) throw invalid("Tokens of AWS are not for AWS");
  const provider = account?.oidcProviders?.find(({ url }) => url === claims.iss);
  if (!provider) throw invalid(`No OpenIDConnect provider found in your account for ${claims.iss}`);
  const audiences = claims.aud.filter((candidate) => provider.audiences.includes(candidate));
  if (audiences.length === 0) throw invalid("Incorrect token audience");
  await verifySignature(world, token, header, claims.iss, signal);
  checkTimes(claims, Math.floor(world.clock.now() / 1000));
  return { provider, subject: claims.sub, audiences };
}

function readToken(token: string): { readonly header: Header; readonly claims: Claims } {
  const { header, claims } = decode(token);
  const { iss, sub, aud, exp, iat, nbf = iat } = claims;
  const audiences = typeof aud === "string" ? [aud] : aud;
  if (!algorithms.includes(header.alg)) throw invalid("The token is signed with an algorithm that is not supported");
  const missing = Object.entries({ iss, sub, aud, exp, iat }).find(([, value]) => value === undefined);
  if (missing) throw invalid(`Missing a required claim: ${missing[0]}`);
  const isComplete = typeof iss === "string" && typeof sub === "string" && Array.isArray(audiences);
  const hasTimes = Number.isSafeInteger(exp) && Number.isSafeInteger(iat) && Number.isSafeInteger(nbf);
  if (!isComplete || !hasTimes) throw invalid("A claim of the token has the wrong type");
  return { header, claims: { iss, sub, aud: audiences, exp, iat, nbf } as Claims };
}

interface Header {
  readonly alg: string;
  readonly kid: string;
}

function decode(token: string): { readonly header: Header; readonly claims: Readonly<Record<string, unknown>> } {
  try {
    // Decoding the claims alone would not notice a missing signature.
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new TypeError("Not a signed JWT");
    const { alg, kid } = decodeProtectedHeader(token);
    return { header: { alg: String(alg), kid: String(kid) }, claims: decodeJwt(token) };
  } catch {
    throw notJwt();
  }
}

async function verifySignature(
  world: World,
  token: string,
  { alg, kid }: Header,
  issuer: string,
  signal: AbortSignal,
): Promise<void> {
  const jwk = await publishedKey(world, issuer, kid, signal);
  const isOfItsKind = jwk?.kty === (alg.startsWith("RS") ? "RSA" : "EC") && (jwk.alg ?? alg) === alg;
  if (!isOfItsKind) {
    throw invalid(
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
  try {
    await compactVerify(token, await importJWK(jwk, alg), { algorithms: [alg] });
  } catch {
    throw invalid("The signature of the token is invalid");
  }
}

async function publishedKey(world: World, issuer: string, kid: string, signal: AbortSignal): Promise<JWK | undefined> {
  try {
    return await world.issuerKeys.published(issuer, kid, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw awsRefused(400, "IDPCommunicationError", "The identity provider could not be reached");
  }
}

function checkTimes({ exp, iat, nbf }: Claims, now: number): void {
  if (exp <= now) {
    const message = `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`;
    throw awsRefused(400, "ExpiredTokenException", message);
  }
  if (nbf > now || iat > now) throw invalid("The token is not yet valid");
}

function invalid(message: string): AwsRefused {
  return awsRefused(400, "InvalidIdentityToken", message);
}

function notJwt(): AwsRefused {
  return invalid("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
}
