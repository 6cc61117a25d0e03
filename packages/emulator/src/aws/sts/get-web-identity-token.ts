/** `GetWebIdentityToken`: a token for elsewhere (outbound identity federation). Signed, and only in a region. */
import { type JWTPayload, SignJWT } from "jose";
import type { Answer, Call, World } from "../../world.ts";
import { element } from "../../xml.ts";
import { findAccount, outboundIssuer } from "../accounts.ts";
import { isAllowedTo } from "../permissions.ts";
import { awsRefused } from "../refusal.ts";
import { type AwsSession, awsInstant, sessionArn } from "../sessions.ts";
import type { OutboundAlgorithm } from "../state.ts";
import { stsResult } from "./answers.ts";
import { signedBy } from "./authorize.ts";
import { readParameters } from "./parameters.ts";

/** UNCONFIRMED: only that there is such a limit is documented. */
const maxPayloadCharacters = 4096;

interface Wanted {
  readonly audiences: readonly string[];
  readonly algorithm: OutboundAlgorithm;
  readonly durationSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Evidence: the model of the operation in botocore; lengths of audiences and tags are UNCONFIRMED. */
function readWanted(form: URLSearchParams): Wanted {
  const parameters = readParameters(form);
  const audiences = parameters.list("Audience", undefined, { min: 1, max: 10 }, { min: 1, max: 1000 });
  const algorithm = parameters.text("SigningAlgorithm", { min: 1, max: 64 });
  const durationSeconds = parameters.integer("DurationSeconds", 60, 3600) ?? 300;
  const keys = parameters.list("Tags", "Key", { min: 0, max: 50 }, { min: 1, max: 128 });
  const values = parameters.list("Tags", "Value", { min: 0, max: 50 }, { min: 0, max: 256 });
  if (algorithm !== "" && algorithm !== "RS256" && algorithm !== "ES384") {
    const constraint = "Member must satisfy enum value set: [RS256, ES384]";
    parameters.problem(`Value '${algorithm}' at 'signingAlgorithm' failed to satisfy constraint: ${constraint}`);
  }
  parameters.check();
  const tags = Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ""]));
  return { audiences, algorithm: algorithm as OutboundAlgorithm, durationSeconds, tags };
}

/** Answers `GetWebIdentityToken` in a region. */
export async function getWebIdentityToken(
  world: World,
  call: Call,
  form: URLSearchParams,
  region: string,
): Promise<Answer> {
  const session = await signedBy(world, call, region);
  const wanted = readWanted(form);
  if (!isAllowedTo(session, "sts:GetWebIdentityToken", "*")) {
    throw awsRefused(
      403,
      "AccessDenied",
      `User: ${sessionArn(session)} is not authorized to perform: sts:GetWebIdentityToken because no identity-based policy allows the sts:GetWebIdentityToken action`,
    );
  }
  if (!findAccount(world.config, session.accountId)?.outboundFederation) {
    const message = "Outbound web identity federation is not enabled for this account";
    throw awsRefused(403, "OutboundWebIdentityFederationDisabledException", message);
  }
  const issuedAt = Math.floor(world.clock.now() / 1000);
  const expiresAt = issuedAt + wanted.durationSeconds;
  if (expiresAt * 1000 > session.expiresAt) {
    const message = "The requested token duration would extend the session beyond its original expiration time";
    throw awsRefused(403, "SessionDurationEscalationException", message);
  }
  const claims = claimsOf(session, wanted, { region, issuedAt, expiresAt });
  const token = await sign(world, session.accountId, wanted.algorithm, claims);
  const content = element("WebIdentityToken", token) + element("Expiration", awsInstant(expiresAt * 1000));
  return stsResult(world, "GetWebIdentityToken", content, {
    reason: "The role may get tokens for elsewhere",
    client: sessionArn(session),
    issuer: outboundIssuer(session.accountId),
    subject: claims.sub,
    audience: wanted.audiences.join(", "),
  });
}

/** Evidence: "Understanding token claims" in the IAM user guide. Principal tags and organizations are not played. */
function claimsOf(
  { accountId, roleName }: AwsSession,
  { audiences, tags }: Wanted,
  { region, issuedAt, expiresAt }: { readonly region: string; readonly issuedAt: number; readonly expiresAt: number },
): JWTPayload {
  const [audience = "", ...others] = audiences;
  return {
    iss: outboundIssuer(accountId),
    aud: others.length === 0 ? audience : [...audiences],
    sub: `arn:aws:iam::${accountId}:role/${roleName}`,
    iat: issuedAt,
    exp: expiresAt,
    jti: crypto.randomUUID(),
    "https://sts.amazonaws.com/": {
      aws_account: accountId,
      source_region: region,
      ...(Object.keys(tags).length > 0 && { request_tags: tags }),
    },
  };
}

async function sign(world: World, accountId: string, alg: OutboundAlgorithm, claims: JWTPayload): Promise<string> {
  if (JSON.stringify(claims).length > maxPayloadCharacters) {
    throw awsRefused(400, "JWTPayloadSizeExceededException", "The token payload size exceeds the maximum allowed size");
  }
  const { kid, privateKey } = await world.aws.outboundKeys(accountId, alg).current();
  return new SignJWT(claims).setProtectedHeader({ typ: "JWT", alg, kid }).sign(privateKey);
}
