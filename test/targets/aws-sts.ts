import type { AwsCredentials } from "@tokenhop/core";
import { type AwsStsParams, awsSts } from "@tokenhop/core/targets/aws-sts";
import { targetContract } from "../contract/target.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { good, OPTIONS, ROLE, refusal, reply } from "./aws-sts-support.ts";

const A_ROLE = "expected the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME";
const A_NAME = "expected 2 to 64 letters, digits or any of _+=,.@-";
const A_REGION = "expected an AWS region, or one of the options endpoint and global";
const A_DURATION = "expected whole seconds from 900 to 43200, in ms";
const A_POLICY = "expected an IAM policy in JSON, at most 2048 characters of Latin-1";
const AN_ENDPOINT = "expected an https URL (http: loopback only, with allowHttpLoopback)";
const MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const with_ = (more: object) => awsSts({ ...OPTIONS, ...more });
const circle: Record<string, unknown> = {};
circle.self = circle;

const mistakes = [
  { what: "no options", make: () => awsSts(undefined as never), problems: ["missing, expected Object"] },
  { what: "empty options", make: () => awsSts({} as never), problems: ["roleArn: missing", "region: missing"] },
  {
    what: "variables that are not set",
    make: () => awsSts({ roleArn: undefined, region: undefined }),
    problems: [`roleArn: missing, ${A_ROLE}`, `region: missing, ${A_REGION}`],
  },
  {
    what: "everything wrong at once",
    make: () =>
      awsSts({
        roleArn: "deploy",
        region: "Frankfurt",
        allowHttpLoopback: 1,
        roleArns: [ROLE, "x"],
        roleSessionName: "my session",
        durationMs: 60_000,
        sessionPolicy: "allow everything",
        policyArns: ["ReadOnlyAccess"],
        audience: "",
        providerId: "www.amazon.com",
      } as never),
    problems: [
      `roleArn: ${A_ROLE}`,
      `region: ${A_REGION}`,
      "allowHttpLoopback: expected true or false",
      "roleArns: expected a list of ARNs of roles",
      `roleSessionName: ${A_NAME}`,
      `durationMs: ${A_DURATION}`,
      `sessionPolicy: ${A_POLICY}`,
      "policyArns: expected a list of ARNs of managed policies",
      "audience: expected a text that is not empty",
      "providerId: unknown option",
    ],
  },
  {
    what: "three endpoints",
    make: () => with_({ endpoint: "https://sts.example/", global: true }),
    problems: ["endpoint: expected either region or endpoint", "global: expected either region or global"],
  },
  {
    what: "an endpoint and the global one",
    make: () => awsSts({ roleArn: ROLE, endpoint: "https://sts.example/", global: true }),
    problems: ["global: expected either endpoint or global"],
  },
  {
    what: "no global endpoint",
    make: () => awsSts({ roleArn: ROLE, global: false } as never),
    problems: ["global: expected true"],
  },
  ...[
    "eu-central-1.evil.example",
    "evil.example/eu-central-1",
    "us-east-1#",
    "eu_central_1",
    "EU-CENTRAL-1",
    "eu-central-1\n",
    "aws-global",
    "",
  ].map((region) => ({
    what: `region ${JSON.stringify(region)}`,
    make: () => with_({ region }),
    problems: [`region: ${A_REGION}`],
  })),
  ...(
    [
      ["arn:aws:iam::123456789012:role/deploy", "cn-north-1"],
      ["arn:aws-cn:iam::123456789012:role/deploy", "eu-central-1"],
      ["arn:aws-us-gov:iam::123456789012:role/deploy", "us-east-1"],
      ["arn:aws:iam::123456789012:role/deploy", "eusc-de-east-1"],
    ] as const
  ).map(([roleArn, region]) => ({
    what: `${roleArn} in ${region}`,
    make: () => awsSts({ roleArn, region }),
    problems: [`region: ${A_REGION}`],
  })),
  {
    what: "a role of China at the global endpoint",
    make: () => awsSts({ roleArn: "arn:aws-cn:iam::123456789012:role/deploy", global: true }),
    problems: ["global: expected a role of the partition aws"],
  },
  ...[
    "http://127.0.0.1:4566",
    "https://user@sts.example",
    "https://sts.example/#",
    " https://sts.example",
    "sts.example",
    "ftp://sts.example",
  ].map((endpoint) => ({
    what: `endpoint ${endpoint}`,
    make: () => awsSts({ roleArn: ROLE, endpoint }),
    problems: [`endpoint: ${AN_ENDPOINT}`],
  })),
  ...[
    "arn:aws:iam::12345678901:role/deploy",
    "arn:aws:iam::123456789012:user/deploy",
    "arn:aws:iam::123456789012:role/",
    "arn:aws:iam::123456789012:role/a b",
    "arn:aws:sts::123456789012:assumed-role/deploy/x",
    "arn:azure:iam::123456789012:role/deploy",
    `${ROLE}\n`,
    `arn:aws:iam::123456789012:role/${"r".repeat(2_018)}`,
  ].map((roleArn) => ({
    what: `role ${JSON.stringify(roleArn.slice(0, 60))} of ${roleArn.length}`,
    make: () => awsSts({ roleArn, region: "eu-central-1" }),
    problems: [`roleArn: ${A_ROLE}`],
  })),
  ...["x", "", "a b", "a/b", "é".repeat(3), "n".repeat(65), "name\n"].map((roleSessionName) => ({
    what: `session name ${JSON.stringify(roleSessionName.slice(0, 9))} of ${roleSessionName.length}`,
    make: () => with_({ roleSessionName }),
    problems: [`roleSessionName: ${A_NAME}`],
  })),
  ...[899_000, 43_201_000, 900_500, 0, -3_600_000, Number.NaN, Number.POSITIVE_INFINITY, "3600"].map((durationMs) => ({
    what: `a duration of ${JSON.stringify(durationMs)} (${typeof durationMs})${Number.isNaN(durationMs) ? ", NaN" : ""}`,
    make: () => with_({ durationMs }),
    problems: [`durationMs: ${A_DURATION}`],
  })),
  ...(
    [
      ["an empty text", ""],
      ["text that is no JSON", "{"],
      ["a list", []],
      ["a list as text", "[]"],
      ["null as text", "null"],
      ["a number", 5],
      ["an instance", new Date(0)],
      ["a circle", circle],
      ["a big number", { Version: 1n }],
      ["a character that IAM does not know", { Version: "…" }],
      ["a control character", '{"Version":"2012-10-17"}\u0007'],
      ["one character too many", { a: "x".repeat(2_041) }],
    ] as const
  ).map(([what, sessionPolicy]) => ({
    what: `a session policy that is ${what}`,
    make: () => with_({ sessionPolicy }),
    problems: [`sessionPolicy: ${A_POLICY}`],
  })),
  {
    what: "eleven managed policies",
    make: () => with_({ policyArns: Array.from({ length: 11 }, () => MANAGED) }),
    problems: ["policyArns: expected at most 10"],
  },
  {
    what: "policies that are too long together",
    make: () => with_({ sessionPolicy: { a: "x".repeat(2_003) }, policyArns: [MANAGED] }),
    problems: ["policyArns: expected at most 2048 characters, together with sessionPolicy"],
  },
  {
    what: "a list of policies that is none",
    make: () => with_({ policyArns: MANAGED }),
    problems: ["policyArns: expected a list of ARNs of managed policies"],
  },
];

export const suite: Suite = (QUnit: QUnitLike) => {
  targetContract<AwsCredentials, AwsStsParams>(QUnit, {
    name: "aws-sts",
    kind: "aws",
    audience: "sts.amazonaws.com",
    produces: "external",
    refused: [],
    create: () => awsSts(OPTIONS),
    params: {},
    body: (SessionToken) => reply({ ...good(), SessionToken: SessionToken as string | undefined }),
    encode: String,
    refusal: (text) => refusal(text, text),
    mistakes,
  });

  QUnit.module("awsSts(), its limits", () => {
    QUnit.test("takes what just fits", (assert) => {
      const fitting: readonly object[] = [
        { roleArn: `arn:aws:iam::123456789012:role/${"r".repeat(2_017)}` },
        { roleSessionName: "ab" },
        { roleSessionName: "n".repeat(64) },
        { roleSessionName: "A_z0+=,.@-" },
        { durationMs: 900_000 },
        { durationMs: 43_200_000 },
        { sessionPolicy: { a: "x".repeat(2_040) } },
        { sessionPolicy: '{\t"Version":\r\n"2012-10-17","ÿ":"~"}' },
        { sessionPolicy: Object.assign(Object.create(null), { Version: "2012-10-17" }) },
        { policyArns: Array.from({ length: 10 }, () => MANAGED) },
        { sessionPolicy: { a: "x".repeat(2_002) }, policyArns: [MANAGED] },
        { policyArns: ["arn:aws:iam::123456789012:policy/path/of/mine"] },
      ];
      for (const more of fitting) assert.strictEqual(with_(more).name, "aws-sts", JSON.stringify(more).slice(0, 60));
    });

    QUnit.test("says nothing of hosts: its credentials are no bearer token", (assert) => {
      assert.strictEqual(awsSts(OPTIONS).hosts, undefined);
    });
  });

  QUnit.module("awsSts(), its identity", () => {
    QUnit.test("what asks for other credentials is another target", (assert) => {
      const others: readonly object[] = [
        {},
        { region: "us-east-1" },
        { region: undefined, global: true },
        { roleArn: "arn:aws:iam::123456789012:role/other" },
        { roleSessionName: "other" },
        { durationMs: 900_000 },
        { sessionPolicy: { Version: "2012-10-17" } },
        { policyArns: [MANAGED] },
        { audience: "https://sts.example" },
      ];
      const identityOf = (more: object): string => JSON.stringify(with_(more).identity);
      assert.strictEqual(identityOf({}), identityOf({ roleSessionName: "tokenhop", audience: "sts.amazonaws.com" }));
      assert.strictEqual(new Set(others.map(identityOf)).size, others.length);
    });
  });
};
