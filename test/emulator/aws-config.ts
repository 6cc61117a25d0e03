/** AWS parts of a config that cannot be played. */
import { createDemoConfig, type EmulatorConfig, EmulatorConfigError, parseConfig } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as aws from "./aws-support.ts";

function problemsOf(config: unknown): readonly string[] {
  try {
    parseConfig(config);
    return [];
  } catch (error) {
    if (error instanceof EmulatorConfigError) return error.problems;
    throw error;
  }
}

const id = "000000000001";
const issuer = "https://issuer.example/path";
const account = {
  id,
  oidcProviders: [{ url: issuer, audiences: ["a"] }],
  roles: [{ name: "role", trust: [{ issuer, audience: "a", subject: "s" }] }],
};
const machine = { roleArn: `arn:aws:iam::${id}:role/role`, region: "eu-west-1" };

const config = (changes: object, ...more: readonly object[]): unknown => ({
  ...createDemoConfig(),
  aws: { accounts: [{ ...account, ...changes }, ...more], machine },
});
const role = (changes: object): unknown => config({ roles: [{ name: "role", ...changes }] });
const provider = (changes: object): unknown =>
  config({ roles: [{ name: "role" }], oidcProviders: [{ url: issuer, audiences: ["a"], ...changes }] });
const withMachine = (changes: object): unknown => ({
  ...createDemoConfig(),
  aws: { accounts: [account], machine: { ...machine, ...changes } },
});
const secondTrust = (changes: object): unknown =>
  role({ trust: [{ issuer, audience: "a", subject: "s", ...changes }] });
const notUrl = "aws.accounts.0.oidcProviders.0.url: must be an https URL without port, query or fragment";

const rows: readonly (readonly [what: string, config: unknown, problem: string])[] = [
  ["an account's id that is too short", config({ id: "1" }), "aws.accounts.0.id: must have 12 digits"],
  ["no account", { ...createDemoConfig(), aws: { accounts: [] } }, "aws.accounts: must hold at least one account"],
  [
    "an account twice",
    config({}, { id }),
    `aws.accounts.1.id: AWS account id "${id}" is already used by aws.accounts.0.id`,
  ],
  ["an unknown option", config({ users: [] }), "aws.accounts.0.users: is not an option"],
  ["a provider on http", provider({ url: "http://issuer.example" }), notUrl],
  ["a provider with a port", provider({ url: "https://issuer.example:8443" }), notUrl],
  ["a provider with a query", provider({ url: "https://issuer.example?a" }), notUrl],
  [
    "a provider's URL that is too long",
    provider({ url: `https://issuer.example/${"a".repeat(250)}` }),
    "aws.accounts.0.oidcProviders.0.url: must have at most 255 characters",
  ],
  [
    "a provider without audiences",
    provider({ audiences: [] }),
    "aws.accounts.0.oidcProviders.0.audiences: must hold at least one audience",
  ],
  [
    "a provider with too many audiences",
    provider({ audiences: Array.from({ length: 101 }, (_, index) => `a${index}`) }),
    "aws.accounts.0.oidcProviders.0.audiences: must hold at most 100 audiences",
  ],
  [
    "an audience that is too long",
    provider({ audiences: ["a".repeat(256)] }),
    "aws.accounts.0.oidcProviders.0.audiences.0: must have at most 255 characters",
  ],
  [
    "a provider twice",
    config({ oidcProviders: [account.oidcProviders[0], account.oidcProviders[0]] }),
    `aws.accounts.0.oidcProviders.1: OIDC provider of an AWS account "${id} ${issuer}" is already used by aws.accounts.0.oidcProviders.0`,
  ],
  [
    "a role twice",
    config({ roles: [{ name: "role" }, { name: "Role" }] }),
    `aws.accounts.0.roles.1: IAM role "${id}/Role" is already used by aws.accounts.0.roles.0`,
  ],
  [
    "a role with a path",
    config({ roles: [{ name: "role" }, { name: "a/b" }] }),
    "aws.accounts.0.roles.1.name: must have only letters, digits and +=,.@_-",
  ],
  [
    "a session that is too short",
    role({ maxSessionMs: 3_599_999 }),
    "aws.accounts.0.roles.0.maxSessionMs: must be 1 to 12 hours",
  ],
  [
    "a session that is too long",
    role({ maxSessionMs: 43_200_001 }),
    "aws.accounts.0.roles.0.maxSessionMs: must be 1 to 12 hours",
  ],
  [
    "trust in an issuer that the account does not know",
    secondTrust({ issuer: "https://issuer.example/path/" }),
    'aws.accounts.0.roles.0.trust.0: the account has no OIDC provider "https://issuer.example/path/"',
  ],
  [
    "trust in an audience that the provider does not take",
    secondTrust({ audience: "b" }),
    'aws.accounts.0.roles.0.trust.0: the OIDC provider does not take the audience "b"',
  ],
  [
    "trust in an empty subject",
    secondTrust({ subject: "" }),
    "aws.accounts.0.roles.0.trust.0.subject: must not be empty",
  ],
  [
    "an action that is none",
    role({ permissions: [{ actions: ["read"], resources: ["*"] }] }),
    "aws.accounts.0.roles.0.permissions.0.actions.0: must be an action such as s3:GetObject",
  ],
  [
    "a resource that is none",
    role({ permissions: [{ actions: ["*"], resources: ["bucket"] }] }),
    "aws.accounts.0.roles.0.permissions.0.resources.0: must be an ARN or *",
  ],
  [
    "a bucket in two accounts",
    config(
      { buckets: [{ name: "abc", region: "eu-west-1" }] },
      { id: "000000000002", buckets: [{ name: "abc", region: "eu-west-1" }] },
    ),
    'aws.accounts.1.buckets.0: S3 bucket "abc" is already used by aws.accounts.0.buckets.0',
  ],
  [
    "a bucket with capitals",
    config({ buckets: [{ name: "Abc", region: "eu-west-1" }] }),
    "aws.accounts.0.buckets.0.name: must be the name of a bucket",
  ],
  [
    "a region that is none",
    config({ stsDisabledRegions: ["Ireland"] }),
    "aws.accounts.0.stsDisabledRegions.0: must be a region such as eu-west-1",
  ],
  [
    "a machine without its role",
    withMachine({ roleArn: `arn:aws:iam::${id}:role/other` }),
    `aws.machine.roleArn: there is no role "arn:aws:iam::${id}:role/other"`,
  ],
  ["a machine of something else", withMachine({ roleArn: "role" }), "aws.machine.roleArn: must be the ARN of a role"],
  [
    "a secret that is too short",
    withMachine({ container: { credentialsId: "a", authorizationToken: "long-enough" } }),
    "aws.machine.container.credentialsId: must have at least 8 characters",
  ],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: a config for AWS with", () => {
    for (const [what, wrong, problem] of rows) {
      QUnit.test(`${what} is refused`, (assert) => {
        const problems = problemsOf(wrong);
        assert.strictEqual(problems[0], problem, problems.join("\n"));
      });
    }

    QUnit.test("nothing wrong is accepted", (assert) => {
      assert.deepEqual(problemsOf(config({})), []);
      assert.deepEqual(problemsOf(JSON.parse(JSON.stringify(aws.awsConfig()))), []);
      const loopback = "http://127.0.0.1:8080/issuer";
      assert.deepEqual(problemsOf(provider({ url: loopback })), []);
    });

    QUnit.test("nothing of AWS in it refuses every token", async (assert) => {
      const without: EmulatorConfig = { ...aws.awsConfig(), aws: undefined };
      const reply = await aws.assume(aws.makeAws({}, without));
      assert.strictEqual(aws.codeOf(reply), "400 InvalidIdentityToken");
    });
  });
};
