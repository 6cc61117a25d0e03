/** What no single field of the AWS part can tell: names of things that do not exist. Names used twice are told by the caller. */
import type { EmulatorConfig } from "../config/types.ts";
import { awsAccounts, findRole } from "./accounts.ts";
import type { AwsAccountConfig, AwsTrustConfig } from "./config-types.ts";

interface Named {
  readonly path: string;
  readonly value: string;
}

/** What must be unique, by what it is called. */
export function awsNames(config: EmulatorConfig): Readonly<Record<string, readonly Named[]>> {
  return {
    "AWS account id": awsAccounts(config).map(({ id }, index) => ({ path: `aws.accounts.${index}.id`, value: id })),
    "S3 bucket": named(config, "buckets", ({ name }) => name),
    "IAM role": named(config, "roles", ({ name }, { id }) => `${id}/${name}`),
    "IAM policy": named(config, "policies", ({ name }, { id }) => `${id}/${name}`),
    "OIDC provider of an AWS account": named(config, "oidcProviders", ({ url }, { id }) => `${id} ${url}`),
  };
}

type Lists = Required<Pick<AwsAccountConfig, "buckets" | "roles" | "policies" | "oidcProviders">>;
type Entry<K extends keyof Lists> = NonNullable<Lists[K]>[number];

function named<K extends keyof Lists>(
  config: EmulatorConfig,
  list: K,
  nameOf: (entry: Entry<K>, account: AwsAccountConfig) => string,
): readonly Named[] {
  return awsAccounts(config).flatMap((account, index) =>
    ((account[list] ?? []) as readonly Entry<K>[]).map((entry, at) => ({
      path: `aws.accounts.${index}.${list}.${at}`,
      value: nameOf(entry, account),
    })),
  );
}

/** Every trust in what the account does not take, and a machine without its role. */
export function awsProblems(config: EmulatorConfig): readonly string[] {
  const machine = config.aws?.machine;
  const isDangling = machine !== undefined && !findRole(config, machine.roleArn);
  return [
    ...awsAccounts(config).flatMap((account, index) => trustProblems(account, `aws.accounts.${index}`)),
    ...(isDangling ? [`aws.machine.roleArn: there is no role "${machine.roleArn}"`] : []),
  ];
}

function trustProblems(account: AwsAccountConfig, path: string): readonly string[] {
  return (account.roles ?? []).flatMap(({ trust = [] }, role) =>
    trust.flatMap((entry, at) => {
      const problem = trustProblem(account, entry);
      return problem === undefined ? [] : [`${path}.roles.${role}.trust.${at}: ${problem}`];
    }),
  );
}

function trustProblem({ oidcProviders = [] }: AwsAccountConfig, trust: AwsTrustConfig): string | undefined {
  const provider = oidcProviders.find(({ url }) => url === trust.issuer);
  if (!provider) return `the account has no OIDC provider "${trust.issuer}"`;
  return provider.audiences.includes(trust.audience)
    ? undefined
    : `the OIDC provider does not take the audience "${trust.audience}"`;
}
