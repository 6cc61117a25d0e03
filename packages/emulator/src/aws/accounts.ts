/** Finds what the AWS part of a config has. Pure. */
import type { EmulatorConfig } from "../config/types.ts";
import type { AwsAccountConfig, AwsBucketConfig, AwsPolicyConfig, AwsRoleConfig } from "./config-types.ts";

/** A role and the account that it is of. */
export interface FoundRole {
  readonly account: AwsAccountConfig;
  readonly role: AwsRoleConfig;
}

/** A bucket and the account that owns it. */
export interface FoundBucket {
  readonly account: AwsAccountConfig;
  readonly bucket: AwsBucketConfig;
}

/** All accounts. */
export function awsAccounts({ aws }: EmulatorConfig): readonly AwsAccountConfig[] {
  return aws?.accounts ?? [];
}

/** Finds an account by its twelve digits. */
export function findAccount(config: EmulatorConfig, id: string): AwsAccountConfig | undefined {
  return awsAccounts(config).find((account) => account.id === id);
}

/** Finds a role by its ARN. */
export function findRole(config: EmulatorConfig, arn: string): FoundRole | undefined {
  const { accountId, name } = roleOf(arn) ?? {};
  const account = accountId === undefined ? undefined : findAccount(config, accountId);
  const role = account?.roles?.find((candidate) => candidate.name === name);
  return account && role && { account, role };
}

/** Reads a role's ARN. Paths, which real roles may have, the emulator's have not. */
export function roleOf(arn: string): { readonly accountId: string; readonly name: string } | undefined {
  const [, accountId, name] = /^arn:aws:iam::(\d{12}):role\/([\w+=,.@/-]+)$/.exec(arn) ?? [];
  return accountId === undefined || name === undefined ? undefined : { accountId, name };
}

/** ARN of a role. */
export function roleArn({ account, role }: FoundRole): string {
  return `arn:aws:iam::${account.id}:role/${role.name}`;
}

/** Finds a customer managed policy of an account by its ARN. */
export function findPolicy({ id, policies }: AwsAccountConfig, arn: string): AwsPolicyConfig | undefined {
  return policies?.find(({ name }) => arn === `arn:aws:iam::${id}:policy/${name}`);
}

/** Finds a bucket, whose names are unique in all accounts. */
export function findBucket(config: EmulatorConfig, name: string): FoundBucket | undefined {
  for (const account of awsAccounts(config)) {
    const bucket = account.buckets?.find((candidate) => candidate.name === name);
    if (bucket) return { account, bucket };
  }
  return undefined;
}

/** The issuer of the tokens that an account's roles get for elsewhere. The real one's first label tells nobody the account. */
export function outboundIssuer(accountId: string): string {
  return `https://00000000-0000-4000-8000-${accountId}.tokens.sts.global.api.aws`;
}
