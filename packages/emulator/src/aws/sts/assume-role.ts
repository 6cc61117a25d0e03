/** `AssumeRoleWithWebIdentity`: credentials of a role for the token of an identity provider. Nobody signs it. */
import type { Answer, Call, World } from "../../world.ts";
import { element } from "../../xml.ts";
import { findAccount, findRole, roleOf } from "../accounts.ts";
import type { AwsRoleConfig } from "../config-types.ts";
import { isLike } from "../permissions.ts";
import { awsRefused } from "../refusal.ts";
import { type AwsSession, awsInstant, roleId, sessionArn } from "../sessions.ts";
import { stsResult } from "./answers.ts";
import { readParameters, validationError } from "./parameters.ts";
import { readSessionPolicies, type SessionPolicies } from "./session-policies.ts";
import { verifyWebIdentity, type WebIdentity } from "./web-identity.ts";

interface Wanted {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly token: string;
  readonly durationSeconds: number | undefined;
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
}

/** Evidence: the model of the operation in botocore. */
function readWanted(form: URLSearchParams): Wanted {
  const parameters = readParameters(form);
  const arn = {
    min: 20,
    max: 2048,
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD]+",
  };
  const wanted = {
    roleArn: parameters.text("RoleArn", arn),
    sessionName: parameters.text("RoleSessionName", { min: 2, max: 64, pattern: "[\\w+=,.@-]*" }),
    token: parameters.text("WebIdentityToken", { min: 4, max: 20_000, isSecret: true }),
    durationSeconds: parameters.integer("DurationSeconds", 900, 43_200),
    policy: parameters.optionalText("Policy", { min: 1, max: 2048 }),
    policyArns: parameters.list("PolicyArns", "arn", { min: 0, max: 10 }, arn),
  };
  parameters.integer("MinimumSessionTokenSize", 0, 4096);
  parameters.check();
  // Only access tokens of Amazon and Facebook have one. What is said to others is UNCONFIRMED.
  if (form.has("ProviderId")) throw validationError("ProviderId is not for OpenID Connect tokens");
  if (!roleOf(wanted.roleArn)) throw validationError("Request ARN is invalid");
  return wanted;
}

/** Answers `AssumeRoleWithWebIdentity` in a region. */
export async function assumeRoleWithWebIdentity(
  world: World,
  { signal }: Call,
  form: URLSearchParams,
  region: string,
): Promise<Answer> {
  const wanted = readWanted(form);
  const account = findAccount(world.config, roleOf(wanted.roleArn)?.accountId ?? "");
  if (account?.stsDisabledRegions?.includes(region)) {
    throw awsRefused(
      403,
      "RegionDisabledException",
      `STS is not activated in this region for account:${account.id}. Your account administrator can activate STS in this region using the IAM Console.`,
    );
  }
  const identity = await verifyWebIdentity(world, account, wanted.token, signal);
  const found = findRole(world.config, wanted.roleArn);
  // A role that does not exist is told from one that does not trust by nobody.
  if (!found || !isTrusted(found.role, identity)) {
    throw awsRefused(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }
  const { maxSessionMs = 3_600_000, name, permissions = [] } = found.role;
  const askedMs = (wanted.durationSeconds ?? 0) * 1000;
  if (askedMs > maxSessionMs) {
    throw validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  const policies = readSessionPolicies(found.account, wanted.policy, wanted.policyArns);
  const session = world.aws.sessions.start(
    {
      accountId: found.account.id,
      roleName: name,
      sessionName: wanted.sessionName,
      allowedBy: policies ? [permissions, policies.statements] : [permissions],
    },
    askedMs || world.lifetimes().awsSessionMs,
  );
  return granted(world, session, identity, policies);
}

function isTrusted({ trust = [] }: AwsRoleConfig, { provider, audiences, subject }: WebIdentity): boolean {
  return trust.some(
    (entry) => entry.issuer === provider.url && audiences.includes(entry.audience) && isLike(subject, entry.subject),
  );
}

function granted(
  world: World,
  session: AwsSession,
  { provider, subject, audiences }: WebIdentity,
  policies: SessionPolicies | undefined,
): Answer {
  const audience = audiences.join(", ");
  const user = [
    element("Arn", sessionArn(session)),
    element("AssumedRoleId", `${roleId(session.roleName)}:${session.sessionName}`),
  ];
  const content = [
    `<Credentials>${credentials(session)}</Credentials>`,
    `<AssumedRoleUser>${user.join("")}</AssumedRoleUser>`,
    element("SubjectFromWebIdentityToken", subject),
    element("Audience", audience),
    element("Provider", providerArn(session.accountId, provider.url)),
    element("PackedPolicySize", policies?.packedSize),
  ];
  return stsResult(world, "AssumeRoleWithWebIdentity", content.join(""), {
    reason: "The role trusts the web identity",
    client: sessionArn(session),
    issuer: provider.url,
    subject,
    audience,
  });
}

function credentials({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: AwsSession): string {
  return [
    element("AccessKeyId", accessKeyId),
    element("SecretAccessKey", secretAccessKey),
    element("SessionToken", sessionToken),
    element("Expiration", awsInstant(expiresAt)),
  ].join("");
}

function providerArn(accountId: string, url: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${url.replace(/^https?:\/\//, "")}`;
}
