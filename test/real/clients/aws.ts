/** `@aws-sdk/client-sts` against the emulator's STS: it reads every answer, and makes each refusal the exception that it has for it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-sts";
import { demoIds } from "@tokenhop/emulator";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { awsToken, credentialsFor, policyArn } from "../../emulator/aws-support.ts";
import type { Suite } from "../../harness.ts";
import { demoRole, forSdk, stsClient, thrownBy, withAws, withVariables } from "./aws-stage.ts";
import type { Stage } from "./entra.ts";

const { awsAccountId, awsRoleArn, awsRegion, oidcSubject, oidcIssuer } = demoIds;
const Assume = sdk.AssumeRoleWithWebIdentityCommand;
type Input = sdk.AssumeRoleWithWebIdentityCommandInput;
type Thrown = new (options: never) => Error;

const arn = (session: string): string => `arn:aws:sts::${awsAccountId}:assumed-role/demo-role/${session}`;
const another = `arn:aws:iam::${awsAccountId}:role/no-trust`;
const ordered =
  (code: string, status: number) =>
  async ({ emulator }: Stage): Promise<Partial<Input>> => {
    emulator.setFault({ route: "aws-sts", kind: "aws-error", code, status });
    return {};
  };
const token =
  (changes: { readonly [name: string]: unknown }) =>
  async ({ emulator }: Stage): Promise<Partial<Input>> => ({ WebIdentityToken: await awsToken(emulator, changes) });

/** Each refusal, and what the SDK makes of it: written by hand. Codes without a class of their own are the exception's name. */
const refusals: readonly (readonly [
  when: string,
  change: Partial<Input> | ((stage: Stage) => Promise<Partial<Input>>),
  type: Thrown,
  name: string,
  status: number,
])[] = [
  ["the token has expired", token({ lifetimeMs: -1000 }), sdk.ExpiredTokenException, "ExpiredTokenException", 400],
  [
    "the audience is another",
    token({ audience: "x" }),
    sdk.InvalidIdentityTokenException,
    "InvalidIdentityTokenException",
    400,
  ],
  [
    "the token is no JWT",
    { WebIdentityToken: "opaque" },
    sdk.InvalidIdentityTokenException,
    "InvalidIdentityTokenException",
    400,
  ],
  [
    "the issuer has revoked a claim",
    ordered("IDPRejectedClaim", 403),
    sdk.IDPRejectedClaimException,
    "IDPRejectedClaimException",
    403,
  ],
  [
    "the issuer cannot be asked",
    ordered("IDPCommunicationError", 400),
    sdk.IDPCommunicationErrorException,
    "IDPCommunicationErrorException",
    400,
  ],
  [
    "the policy is none",
    { Policy: "{}" },
    sdk.MalformedPolicyDocumentException,
    "MalformedPolicyDocumentException",
    400,
  ],
  [
    "the policies are too long",
    {
      Policy: `${" ".repeat(1950)}${JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } })}`,
      PolicyArns: [{ arn: policyArn }],
    },
    sdk.PackedPolicyTooLargeException,
    "PackedPolicyTooLargeException",
    400,
  ],
  ["the role does not trust", { RoleArn: another }, sdk.STSServiceException, "AccessDenied", 403],
  ["a parameter is wrong", { RoleSessionName: "a b" }, sdk.STSServiceException, "ValidationError", 400],
  ["there are too many requests", ordered("Throttling", 400), sdk.STSServiceException, "Throttling", 400],
  ["it is out of order", ordered("InternalFailure", 500), sdk.STSServiceException, "InternalFailure", 500],
];

/** What the SDK's default chain finds its way by. */
const machines: readonly (readonly [
  name: string,
  variables: (stage: Stage, file: string) => Readonly<Record<string, string>>,
  session: string,
])[] = [
  [
    "a container",
    ({ http }) => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${http.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "demo-authorization-token",
    }),
    "machine",
  ],
  [
    "EC2",
    ({ http }) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: http.url, AWS_EC2_METADATA_V1_DISABLED: "true" }),
    "machine",
  ],
  [
    "Kubernetes",
    ({ https }, file) => ({
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: awsRoleArn,
      AWS_ROLE_SESSION_NAME: "pod",
      AWS_REGION: awsRegion,
      AWS_ENDPOINT_URL_STS: `${https.url}/sts.${awsRegion}.amazonaws.com`,
    }),
    "pod",
  ],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("@aws-sdk/client-sts", () => {
    for (const host of [`sts.${awsRegion}`, "sts"]) {
      QUnit.test(`assumes a role at ${host}`, (assert) =>
        withAws(async (stage) => {
          const asked = { ...(await demoRole(stage)), DurationSeconds: 900, PolicyArns: [{ arn: policyArn }] };
          const got = await stsClient(stage, {}, host).send(new Assume(asked));
          const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "", Expiration } = got.Credentials ?? {};
          assert.ok(AccessKeyId.startsWith("ASIA") && SecretAccessKey.length === 40 && SessionToken.length > 300);
          const left = (Expiration?.getTime() ?? 0) - Date.now();
          assert.ok(left > 890_000 && left <= 900_000, String(left));
          assert.deepEqual(
            [
              got.AssumedRoleUser?.Arn,
              got.SubjectFromWebIdentityToken,
              got.Audience,
              got.Provider,
              got.PackedPolicySize,
            ],
            [
              arn("test"),
              oidcSubject,
              "sts.amazonaws.com",
              `arn:aws:iam::${awsAccountId}:oidc-provider/${oidcIssuer.slice(8)}`,
              3,
            ],
          );
          assert.ok(/^[0-9a-f-]{36}$/.test(got.$metadata.requestId ?? ""));
        }),
      );
    }

    for (const [when, change, type, name, status] of refusals) {
      QUnit.test(`throws ${name} when ${when}`, (assert) =>
        withAws(async (stage) => {
          const changes = typeof change === "function" ? await change(stage) : change;
          const input = { ...(await demoRole(stage)), ...changes };
          const error = await thrownBy(stsClient(stage).send(new Assume(input)));
          assert.ok(error instanceof type, error.name);
          const { httpStatusCode, requestId } = error.$metadata;
          assert.deepEqual(
            [error.name, httpStatusCode, error.$fault],
            [name, status, status < 500 ? "client" : "server"],
          );
          assert.ok(requestId !== undefined && error.message !== "" && error.message !== "UnknownError");
        }),
      );
    }

    QUnit.test("throws RegionDisabledException where STS is off", (assert) =>
      withAws(async (stage) => {
        const call = stsClient(stage, {}, "sts.ap-east-1").send(new Assume(await demoRole(stage)));
        assert.ok((await thrownBy(call)) instanceof sdk.RegionDisabledException);
      }),
    );

    QUnit.test("tries again by itself when told to", (assert) =>
      withAws(async (stage) => {
        await ordered("Throttling", 400)(stage);
        await ordered("IDPCommunicationError", 400)(stage);
        const client = stsClient(stage, { maxAttempts: 3 });
        const { $metadata } = await client.send(new Assume(await demoRole(stage)));
        assert.strictEqual($metadata.attempts, 3);
      }),
    );

    QUnit.test("signs what the emulator verifies, and gets a token for elsewhere", (assert) =>
      withAws(async (stage) => {
        const credentials = forSdk(await credentialsFor(stage.emulator));
        const client = stsClient(stage, { credentials });
        const { Arn, Account } = await client.send(new sdk.GetCallerIdentityCommand({}));
        assert.deepEqual([Arn, Account], [arn("test"), awsAccountId]);
        for (const SigningAlgorithm of ["RS256", "ES384"]) {
          const input = { Audience: ["a", "b & c"], SigningAlgorithm, Tags: [{ Key: "k", Value: "v=1" }] };
          const got = await client.send(new sdk.GetWebIdentityTokenCommand(input));
          const { iss = "" } = decodeJwt(got.WebIdentityToken ?? "");
          const below = `${stage.https.url}/${new URL(iss).host}/.well-known/jwks.json`;
          const { payload } = await jwtVerify(got.WebIdentityToken ?? "", createRemoteJWKSet(new URL(below)));
          assert.deepEqual([payload.aud, payload.sub], [["a", "b & c"], awsRoleArn]);
          assert.strictEqual(got.Expiration?.getTime(), (payload.exp ?? 0) * 1000);
        }
      }),
    );

    QUnit.test("throws what it has for tokens for elsewhere", (assert) =>
      withAws(async (stage) => {
        const credentials = forSdk(await credentialsFor(stage.emulator, { DurationSeconds: "900" }));
        const get = (changes: object, host?: string) => {
          const input = { Audience: ["a"], SigningAlgorithm: "RS256", ...changes };
          return thrownBy(stsClient(stage, { credentials }, host).send(new sdk.GetWebIdentityTokenCommand(input)));
        };
        const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: "v".repeat(256) }));
        assert.ok((await get({ DurationSeconds: 3600 })) instanceof sdk.SessionDurationEscalationException);
        assert.ok((await get({ Tags })) instanceof sdk.JWTPayloadSizeExceededException);
        const bad = stsClient(stage, { credentials: { ...credentials, secretAccessKey: "x" } });
        assert.strictEqual(
          (await thrownBy(bad.send(new sdk.GetCallerIdentityCommand({})))).name,
          "SignatureDoesNotMatch",
        );
      }),
    );

    for (const [name, variables, session] of machines) {
      QUnit.test(`finds the credentials of ${name} by its default chain`, (assert) =>
        withAws(async (stage) => {
          const folder = mkdtempSync(join(tmpdir(), "tokenhop-aws-"));
          try {
            const file = join(folder, "token");
            writeFileSync(file, await awsToken(stage.emulator), { mode: 0o600 });
            await withVariables(variables(stage, file), async () => {
              const { Arn } = await stsClient(stage).send(new sdk.GetCallerIdentityCommand({}));
              assert.strictEqual(Arn, arn(session));
            });
          } finally {
            rmSync(folder, { recursive: true });
          }
        }),
      );
    }
  });
};
