/** Whether a provider takes a token from outside, and who its mapping says that it is. The order of the checks is UNCONFIRMED. */
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from "jose";
import type { World } from "../world.ts";
import type { GcpPrincipal } from "./access-tokens.ts";
import { oauthRefusal } from "./answers.ts";
import { type KnownProvider, poolNameOf, providerNameOf } from "./directory.ts";
import { type Names, NoSuchValue, readExpression } from "./expressions.ts";

/** What is said about the caller in the log. */
interface Details {
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly audience?: string | undefined;
}

const algorithms = ["RS256", "ES256"];
const maxAgeSeconds = 24 * 3600;
const maxSubjectBytes = 127;
const stale = "is stale to sign-in.";

/** Whoever shows the token, or a refusal. */
export async function principalOf(
  world: World,
  known: KnownProvider,
  token: string,
  signal: AbortSignal,
): Promise<{ readonly principal: GcpPrincipal; readonly details: Details }> {
  const { header, claims } = decode(token);
  const { iss, sub, aud } = claims;
  const details = { issuer: asText(iss), subject: asText(sub), audience: asText(Array.isArray(aud) ? aud[0] : aud) };
  const refuse = (description: string): never => {
    throw oauthRefusal("invalid_grant", description, details);
  };
  if (!algorithms.includes(String(header.alg))) refuse("The ID Token must be signed with RS256 or ES256.");
  if (typeof header.kid !== "string") refuse("The ID Token has no kid in its header.");
  if (typeof iss !== "string" || typeof sub !== "string") refuse("The ID Token must have the claims iss and sub.");
  if (iss !== known.provider.issuer) {
    refuse(`The issuer in ID Token ${iss} does not match the expected ones: ${known.provider.issuer}.`);
  }
  checkAudience(known, aud, refuse);
  const key = await keyOf(world, known, { kid: String(header.kid), alg: String(header.alg) }, signal, refuse);
  try {
    await compactVerify(token, key, { algorithms });
  } catch {
    refuse("The signature of the ID Token is invalid.");
  }
  checkTimes(claims, world.clock.now() / 1000, refuse);
  return { principal: mapped(known, claims, details), details };
}

function decode(token: string): { readonly header: Names; readonly claims: Names } {
  try {
    // Decoding the claims alone would not notice a missing signature.
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new TypeError("Not a signed JWT");
    return { header: decodeProtectedHeader(token) as Names, claims: decodeJwt(token) };
  } catch {
    throw oauthRefusal("invalid_grant", "Unable to parse the ID Token.");
  }
}

type Refuse = (description: string) => never;

function checkAudience({ project, pool, provider }: KnownProvider, aud: unknown, refuse: Refuse): void {
  const given = (Array.isArray(aud) ? aud : [aud]) as readonly unknown[];
  const name = providerNameOf(project, pool, provider);
  const expected = provider.allowedAudiences?.length ? provider.allowedAudiences : [`https:${name}`, name];
  if (given.some((one) => typeof one === "string" && expected.includes(one))) return;
  const list = given.map((one) => asText(one) ?? "").join(", ");
  refuse(`The audience in ID Token [${list}] does not match the expected audience ${expected[0]}.`);
}

async function keyOf(
  world: World,
  { provider }: KnownProvider,
  { kid, alg }: { readonly kid: string; readonly alg: string },
  signal: AbortSignal,
  refuse: Refuse,
): Promise<CryptoKey> {
  const jwk = provider.jwks
    ? (provider.jwks.keys as readonly JWK[]).find((key) => key.kid === kid)
    : await world.issuerKeys
        .published(provider.issuer, kid, signal)
        .catch(() => refuse("Error connecting to the given credential's issuer."));
  if (!jwk) return refuse("No key of the issuer has the kid of the ID Token.");
  const key = await importJWK(jwk, alg).catch(() => undefined);
  // Bytes are a symmetric key, which neither algorithm has.
  if (key === undefined || key instanceof Uint8Array)
    return refuse("The issuer's key does not fit the ID Token's alg.");
  return key;
}

function checkTimes({ iat, exp, nbf }: Names, now: number, refuse: Refuse): void {
  if (!Number.isInteger(iat) || !Number.isInteger(exp)) refuse("The ID Token must have iat and exp as whole numbers.");
  if (Number(iat) > now) refuse("The ID Token was issued in the future.");
  if (Number(exp) <= now || Number(iat) < now - maxAgeSeconds) refuse(`ID Token issued at ${iat} ${stale}`);
  if (typeof nbf === "number" && nbf > now) refuse("The ID Token is not valid yet.");
}

function mapped({ project, pool, provider }: KnownProvider, claims: Names, details: Details): GcpPrincipal {
  const { attributeMapping = { "google.subject": "assertion.sub" }, attributeCondition } = provider;
  const values = Object.entries(attributeMapping).map(
    ([attribute, source]) => [attribute, evaluated(source, { assertion: claims }, attribute, details)] as const,
  );
  const of = new Map<string, unknown>(values);
  const subject = of.get("google.subject");
  if (typeof subject !== "string" || subject === "") {
    throw oauthRefusal("invalid_request", "The mapped attribute google.subject must be a non-empty text.", details);
  }
  if (new TextEncoder().encode(subject).length > maxSubjectBytes) {
    const text = `The size of mapped attribute google.subject exceeds the ${maxSubjectBytes} bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than ${maxSubjectBytes} bytes.`;
    throw oauthRefusal("invalid_request", text, details);
  }
  const within = (prefix: string): Names =>
    Object.fromEntries(
      values.filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]),
    );
  const names = { assertion: claims, google: within("google."), attribute: within("attribute.") };
  if (attributeCondition !== undefined && !holds(attributeCondition, names)) {
    throw oauthRefusal("unauthorized_client", "The given credential is rejected by the attribute condition.", details);
  }

  const base = `iam.googleapis.com/${poolNameOf(project, pool)}`;
  const name = `principal://${base}/subject/${subject}`;
  const groups = of.get("google.groups");
  const sets = [
    "*",
    ...(Array.isArray(groups) ? groups.map((group) => `group/${group}`) : []),
    ...values
      .filter(([attribute]) => attribute.startsWith("attribute."))
      .map(([attribute, is]) => `${attribute}/${is}`),
  ];
  return { kind: "federated", name, members: [name, ...sets.map((set) => `principalSet://${base}/${set}`)] };
}

function evaluated(source: string, names: Names, attribute: string, details: Details): unknown {
  try {
    return readExpression(source)(names);
  } catch (error) {
    if (!(error instanceof NoSuchValue)) throw error;
    // Seen for claims that a token does not have; the text is not Google's: UNCONFIRMED.
    throw oauthRefusal("invalid_request", `The attribute ${attribute} cannot be mapped: ${error.message}.`, details);
  }
}

function holds(condition: string, names: Names): boolean {
  try {
    return readExpression(condition)(names) === true;
  } catch (error) {
    if (error instanceof NoSuchValue) return false;
    throw error;
  }
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
