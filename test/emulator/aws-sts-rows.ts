/** Requests that STS refuses, with its codes and texts: written by hand. */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import { calculateJwkThumbprint, exportJWK, type JWK, SignJWT, UnsecuredJWT } from "jose";
import * as aws from "./aws-support.ts";
import * as world from "./support.ts";

const now = world.startAt / 1000;
const { oidcProvider, oidcIssuer } = demoIds;

/** What is changed about a good request. */
type Change = (emulator: Emulator) => Promise<aws.Fields>;
export type StsRow = readonly [when: string, change: aws.Fields | Change, code: string, text: string];

const withToken =
  (changes: { readonly [name: string]: unknown }): Change =>
  async (emulator) => ({ WebIdentityToken: await aws.awsToken(emulator, changes) });

/** A token with any claims, signed by the hosted provider's own key. */
const forged =
  (claims: object): Change =>
  async () => {
    const { privateKey, publicKey } = await world.pooledKey(`oidc/${oidcProvider}`, 0);
    const { kty, n, e } = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint({ kty, n, e } as JWK);
    const all = { iss: oidcIssuer, sub: demoIds.oidcSubject, aud: aws.awsAudience, iat: now, exp: now + 60, ...claims };
    const token = await new SignJWT(all).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey);
    return { WebIdentityToken: token };
  };

const unsigned = new UnsecuredJWT({}).encode();
const symmetric: Change = async () => ({
  WebIdentityToken: await new SignJWT({ iss: oidcIssuer })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new Uint8Array(32)),
});
const notJwt = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
const notTrusted = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
const policy = (statement: object): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*", ...statement }] });
const members = (count: number, arn: string): aws.Fields =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`PolicyArns.member.${index + 1}.arn`, arn]));

export const stsRows: readonly StsRow[] = [
  [
    "the token has expired",
    withToken({ lifetimeMs: -1000 }),
    "400 ExpiredTokenException",
    `Token expired: current date/time ${now} must be before the expiration date/time ${now - 1}`,
  ],
  ["the token expires now", withToken({ lifetimeMs: 0 }), "400 ExpiredTokenException", "Token expired"],
  [
    "the token is for somebody else",
    withToken({ audience: "api://AzureADTokenExchange" }),
    "400 InvalidIdentityToken",
    "Incorrect token audience",
  ],
  [
    "the subject is another",
    withToken({ subject: "repo:tokenhop/demo:ref:refs/heads/main2" }),
    "403 AccessDenied",
    notTrusted,
  ],
  ["the role trusts nobody", { RoleArn: aws.arnOf("no-trust") }, "403 AccessDenied", notTrusted],
  ["there is no such role", { RoleArn: aws.arnOf("none") }, "403 AccessDenied", notTrusted],
  ["the role has a path", { RoleArn: aws.arnOf("team/demo-role") }, "403 AccessDenied", notTrusted],
  [
    "there is no such account",
    { RoleArn: aws.arnOf("demo-role", "123456789012") },
    "400 InvalidIdentityToken",
    `No OpenIDConnect provider found in your account for ${oidcIssuer}`,
  ],
  [
    "the account does not know the issuer",
    forged({ iss: `${oidcIssuer}/` }),
    "400 InvalidIdentityToken",
    `No OpenIDConnect provider found in your account for ${oidcIssuer}/`,
  ],
  [
    "the token is of AWS itself",
    forged({ iss: "https://00000000-0000-4000-8000-000011112222.tokens.sts.global.api.aws" }),
    "400 InvalidIdentityToken",
    "Tokens of AWS are not for AWS",
  ],
  ["the token is no JWT", { WebIdentityToken: "opaque" }, "400 InvalidIdentityToken", notJwt],
  ["the token is not signed", { WebIdentityToken: unsigned }, "400 InvalidIdentityToken", notJwt],
  ["the token has a symmetric signature", symmetric, "400 InvalidIdentityToken", "algorithm"],
  ["the token has no exp", forged({ exp: undefined }), "400 InvalidIdentityToken", "Missing a required claim: exp"],
  ["the token has no iat", forged({ iat: undefined }), "400 InvalidIdentityToken", "Missing a required claim: iat"],
  ["the token has no aud", forged({ aud: undefined }), "400 InvalidIdentityToken", "Missing a required claim: aud"],
  ["the token has no sub", forged({ sub: undefined }), "400 InvalidIdentityToken", "Missing a required claim: sub"],
  ["exp has a fraction", forged({ exp: now + 60.5 }), "400 InvalidIdentityToken", "wrong type"],
  ["iat has a fraction", forged({ iat: now - 0.5 }), "400 InvalidIdentityToken", "wrong type"],
  ["exp is a text", forged({ exp: String(now + 60) }), "400 InvalidIdentityToken", "wrong type"],
  ["the token is not valid yet", forged({ nbf: now + 1 }), "400 InvalidIdentityToken", "not yet valid"],
  [
    "the token was issued tomorrow",
    forged({ iat: now + 86_400, nbf: now }),
    "400 InvalidIdentityToken",
    "not yet valid",
  ],
  [
    "the ARN is too short",
    { RoleArn: "arn:aws:iam::1" },
    "400 ValidationError",
    "1 validation error detected: Value 'arn:aws:iam::1' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
  ],
  [
    "the ARN is of something else",
    { RoleArn: `arn:aws:iam::${aws.accountId}:user/demo-role` },
    "400 ValidationError",
    "Request ARN is invalid",
  ],
  [
    "the session's name is too short",
    { RoleSessionName: "x" },
    "400 ValidationError",
    "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
  ],
  [
    "the session's name is too long",
    { RoleSessionName: "x".repeat(65) },
    "400 ValidationError",
    "Member must have length less than or equal to 64",
  ],
  [
    "the session's name has a space",
    { RoleSessionName: "a b" },
    "400 ValidationError",
    "Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
  ],
  [
    "the session has no name",
    { RoleSessionName: undefined },
    "400 ValidationError",
    "Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null",
  ],
  ["there is no token", { WebIdentityToken: undefined }, "400 ValidationError", "Value null at 'webIdentityToken'"],
  [
    "the token is too short",
    { WebIdentityToken: "abc" },
    "400 ValidationError",
    "Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4",
  ],
  [
    "the token is too long",
    { WebIdentityToken: "a".repeat(20_001) },
    "400 ValidationError",
    "Value at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000",
  ],
  [
    "the duration is too short",
    { DurationSeconds: "899" },
    "400 ValidationError",
    "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
  ],
  [
    "the duration is too long",
    { DurationSeconds: "43201" },
    "400 ValidationError",
    "Member must have value less than or equal to 43200",
  ],
  ["the duration is no whole number", { DurationSeconds: "900.5" }, "400 ValidationError", "'durationSeconds'"],
  [
    "the duration is longer than the role's",
    { DurationSeconds: "3601" },
    "400 ValidationError",
    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
  ],
  ["a provider is named", { ProviderId: "www.amazon.com" }, "400 ValidationError", "ProviderId"],
  [
    "the session token is to be too long",
    { MinimumSessionTokenSize: "4097" },
    "400 ValidationError",
    "'minimumSessionTokenSize'",
  ],
  ["the policy is no JSON", { Policy: "{" }, "400 MalformedPolicyDocument", "not in the valid JSON format"],
  [
    "the policy has no statement",
    { Policy: '{"Version":"2012-10-17","Statement":[]}' },
    "400 MalformedPolicyDocument",
    "JSON",
  ],
  [
    "the policy denies, which is not played",
    { Policy: policy({ Effect: "Deny" }) },
    "400 MalformedPolicyDocument",
    "JSON",
  ],
  [
    "the policy has a condition, which is not played",
    { Policy: policy({ Condition: {} }) },
    "400 MalformedPolicyDocument",
    "JSON",
  ],
  [
    "the policy is too long",
    { Policy: "x".repeat(2049) },
    "400 ValidationError",
    "Member must have length less than or equal to 2048",
  ],
  [
    "there are too many policies",
    members(11, aws.policyArn),
    "400 ValidationError",
    "at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10",
  ],
  ["there is no such policy", members(1, `${aws.policyArn}s`), "400 MalformedPolicyDocument", "does not exist"],
  [
    "the policies are too long together",
    { Policy: policy({ Sid: "x".repeat(1900) }), ...members(3, aws.policyArn) },
    "400 PackedPolicyTooLarge",
    "Packed policy consumes 104% of allotted space, please use smaller policy.",
  ],
  [
    "the action is unknown",
    { Action: "AssumeRole" },
    "400 InvalidAction",
    "Could not find operation AssumeRole for version 2011-06-15",
  ],
  ["the action is a name of objects", { Action: "constructor" }, "400 InvalidAction", "constructor"],
  [
    "the version is another",
    { Version: "2010-05-08" },
    "400 InvalidAction",
    "Could not find operation AssumeRoleWithWebIdentity for version 2010-05-08",
  ],
  ["the version is missing", { Version: undefined }, "400 InvalidAction", "NO_VERSION_SPECIFIED"],
  ["the action is missing", { Action: undefined }, "400 MissingAction", "action"],
];
