/** The policies by which a caller narrows the session that it asks for. */
import { findPolicy } from "../accounts.ts";
import type { AwsAccountConfig, AwsStatementConfig } from "../config-types.ts";
import { parsePolicy } from "../permissions.ts";
import { awsRefused } from "../refusal.ts";

/** All policies of a session together, as plain text. Evidence: the model of AssumeRoleWithWebIdentity in botocore. */
const maxCharacters = 2048;

/** What the policies allow, and how much of the room for them they take. */
export interface SessionPolicies {
  readonly statements: readonly AwsStatementConfig[];
  /** Percent. */
  readonly packedSize: number;
}

/** Reads them, or refuses them; undefined without any. */
export function readSessionPolicies(
  account: AwsAccountConfig,
  policy: string | undefined,
  arns: readonly string[],
): SessionPolicies | undefined {
  if (policy === undefined && arns.length === 0) return undefined;
  const inline = policy === undefined ? [] : parsePolicy(policy);
  if (!inline) throw malformed("The policy is not in the valid JSON format.");
  const managed = arns.flatMap((arn) => {
    const found = findPolicy(account, arn);
    if (!found) throw malformed(`The policy ${arn} does not exist.`);
    return found.permissions;
  });
  // What a managed policy counts for is UNCONFIRMED; here it is its ARN.
  const characters = [policy ?? "", ...arns].join("").length;
  const packedSize = Math.ceil((characters / maxCharacters) * 100);
  if (packedSize > 100) {
    throw awsRefused(
      400,
      "PackedPolicyTooLarge",
      `Packed policy consumes ${packedSize}% of allotted space, please use smaller policy.`,
    );
  }
  return { statements: [...inline, ...managed], packedSize };
}

function malformed(message: string) {
  return awsRefused(400, "MalformedPolicyDocument", message);
}
