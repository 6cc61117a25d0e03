import type { Rule } from "../evidence-kind.ts";

/** What the doubles of AWS do, and what each rule is believed on. */
export const awsRules: readonly Rule[] = [
  {
    id: "aws-sts-protocol",
    kind: "client code",
    note: "Query protocol, version 2011-06-15, XML with text/xml: as AWS's SDKs send and read it. GET is in the examples of the API reference.",
  },
  {
    id: "aws-sts-errors",
    kind: "field report",
    note: "ErrorResponse with Type, Code, Message and RequestId, from printed answers. Codes and statuses are those of the service's model, where it has them.",
  },
  {
    id: "aws-sts-parameters",
    kind: "documentation",
    note: "Every limit of AssumeRoleWithWebIdentity and GetWebIdentityToken that the service's model has; the text of a broken one is from printed answers.",
  },
  {
    id: "aws-sts-unknown-action",
    kind: "UNCONFIRMED",
    note: "InvalidAction for another action or version, MissingAction without one.",
  },
  {
    id: "aws-role-arn",
    kind: "field report",
    note: "ValidationError, Request ARN is invalid, for what is not the ARN of a role. Roles have no paths here.",
  },
  {
    id: "aws-provider-id",
    kind: "UNCONFIRMED",
    note: "ProviderId is not for OpenID Connect tokens (documentation); that it is refused with ValidationError is a guess.",
  },
  {
    id: "aws-check-order",
    kind: "UNCONFIRMED",
    note: "Parameters, region, the token's form, provider, audience, signature, time, the role's trust, duration, policies.",
  },
  {
    id: "aws-oidc-provider",
    kind: "field report",
    note: "InvalidIdentityToken: No OpenIDConnect provider found in your account for the issuer, also when there is no such account (UNCONFIRMED).",
  },
  {
    id: "aws-token-audience",
    kind: "field report",
    note: "InvalidIdentityToken: Incorrect token audience, when the provider takes none of the token's. azp is not looked at.",
  },
  {
    id: "aws-token-form",
    kind: "documentation",
    note: "RS256, RS384, RS512, ES256, ES384 or ES512; times are whole numbers. What is said of others is UNCONFIRMED.",
  },
  {
    id: "aws-token-expired",
    kind: "field report",
    note: "ExpiredTokenException with both times in seconds. That nothing is tolerated is UNCONFIRMED; a token that is too old is not refused here.",
  },
  {
    id: "aws-token-keys",
    kind: "field report",
    note: "InvalidIdentityToken: Couldn't retrieve verification key, when the issuer publishes none with the kid (the text is from an outage).",
  },
  {
    id: "aws-issuer-unreachable",
    kind: "documentation",
    note: "IDPCommunicationError; after the report of an outage, InvalidIdentityToken is possible too.",
  },
  {
    id: "aws-trust",
    kind: "documentation",
    note: "aud as StringEquals, sub as StringLike, of a provider of the account. A role that does not exist is refused like one that does not trust.",
  },
  {
    id: "aws-trust-refused",
    kind: "field report",
    note: "403 AccessDenied, Not authorized to perform sts:AssumeRoleWithWebIdentity.",
  },
  {
    id: "aws-max-session",
    kind: "field report",
    note: "ValidationError when the duration exceeds the role's maximum.",
  },
  {
    id: "aws-region-disabled",
    kind: "documentation",
    note: "403 RegionDisabledException; the config says in which regions STS is off.",
  },
  {
    id: "aws-session-policies",
    kind: "documentation",
    note: "The role and any one of the session's policies must allow. Only plain Allow statements are played, anything else is MalformedPolicyDocument.",
  },
  {
    id: "aws-packed-policy",
    kind: "UNCONFIRMED",
    note: "PackedPolicyTooLarge beyond 2048 characters together (documentation); here a managed policy counts as its ARN.",
  },
  {
    id: "aws-idp-rejected-claim",
    kind: "documentation",
    note: "When an issuer revokes a claim, nothing here says so: order IDPRejectedClaim as a fault, Throttling too.",
  },
  {
    id: "aws-credentials",
    kind: "field report",
    note: "ASIA and 16 letters, 40 characters, a session token of some 340 with slashes and plus signs; Expiration in whole seconds.",
  },
  {
    id: "aws-date",
    kind: "client code",
    note: "Every answer of STS and S3 has a Date by the emulator's clock: SDKs sign by it from then on.",
  },
  {
    id: "aws-signature",
    kind: "documentation",
    note: "Signature version 4 in the Authorization header: scope, time, signed headers (host and all x-amz-), payload. Presigned URLs are not played.",
  },
  {
    id: "aws-signature-origin",
    kind: "UNCONFIRMED",
    note: "The emulator's own: below its origin a request may be signed for the real host that its path names.",
  },
  {
    id: "aws-signature-order",
    kind: "UNCONFIRMED",
    note: "Header, time, scope, key, token, expiry, signed headers, signature.",
  },
  {
    id: "aws-sts-signature-errors",
    kind: "documentation",
    note: "SignatureDoesNotMatch with the texts of the troubleshooting page, 5 minutes either way; statuses are UNCONFIRMED.",
  },
  {
    id: "aws-sts-token-errors",
    kind: "field report",
    note: "403 InvalidClientTokenId for an unknown key or a wrong session token, 403 ExpiredToken.",
  },
  {
    id: "aws-caller-identity",
    kind: "documentation",
    note: "GetCallerIdentity needs no permission.",
  },
  {
    id: "aws-outbound",
    kind: "documentation",
    note: "GetWebIdentityToken at regional endpoints only; sub is the role's ARN, all of AWS's own in one claim. At the global endpoint: InvalidAction (UNCONFIRMED).",
  },
  {
    id: "aws-outbound-errors",
    kind: "documentation",
    note: "403 when the account did not enable it, 403 when the token would outlive the session, 400 when it is too large; the size and the texts are UNCONFIRMED.",
  },
  {
    id: "aws-outbound-issuer",
    kind: "documentation",
    note: "A host of its own for each account, with discovery and keys. Here its first label is made of the account's number.",
  },
  {
    id: "aws-outbound-inbound",
    kind: "documentation",
    note: "AssumeRoleWithWebIdentity takes no tokens of AWS's own; InvalidIdentityToken for them is UNCONFIRMED.",
  },
  {
    id: "aws-s3-errors",
    kind: "documentation",
    note: "Codes and statuses of the error list; RequestTimeTooSkewed after 15 minutes, with both times. SignatureDoesNotMatch leaves out the canonical request, which has the session token in it.",
  },
  {
    id: "aws-s3-payload",
    kind: "documentation",
    note: "x-amz-content-sha256 and CRC32, CRC32C, SHA-1 and SHA-256 checksums, in headers or behind an unsigned stream. Signed chunks get 501. Content-MD5 is not looked at.",
  },
  {
    id: "aws-s3-missing-key",
    kind: "documentation",
    note: "404 NoSuchKey for whoever may list the bucket, else 403.",
  },
  {
    id: "aws-s3-region",
    kind: "documentation",
    note: "A bucket is answered for by its own region; 301 PermanentRedirect elsewhere. s3.amazonaws.com is us-east-1.",
  },
  { id: "aws-s3-etag", kind: "UNCONFIRMED", note: "Not the MD5 that the real one often is: nobody may rely on it." },
  {
    id: "aws-imds",
    kind: "documentation",
    note: "Version 2: a session token by PUT, 1 to 21600 seconds, none for what was forwarded (403), 401 without one. The bodies of errors are UNCONFIRMED.",
  },
  {
    id: "aws-containers",
    kind: "client code",
    note: "ECS by a secret path, EKS Pod Identity by a token in Authorization; answers as SDKs read them. What is refused, and how, is UNCONFIRMED.",
  },
  {
    id: "aws-machine-credentials",
    kind: "field report",
    note: "Six hours, the same until a quarter of an hour before the end; new ones at least five minutes before are documented.",
  },
];
