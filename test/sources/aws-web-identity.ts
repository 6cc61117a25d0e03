import { awsWebIdentity } from "@tokenhop/core/sources/aws-web-identity";
import { contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { formOf, OUTBOUND, reply, SESSION } from "./aws-web-identity-support.ts";

const path = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";
const env = { AWS_WEB_IDENTITY_TOKEN_FILE: path, AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/x" };
const aPath = "AWS_WEB_IDENTITY_TOKEN_FILE or the option tokenFile";
const A_SOURCE = 'expected a provider of AWS credentials, a function, "environment" or "imds"';

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "aws-web-identity",
    provenance: "external",
    create: () => awsWebIdentity(),
    platform: (token) => fakePlatform({ env, files: { [path]: token } }),
    expired: "retry",
    unavailable: [
      { where: "without path or files", names: [aPath, "a runtime that can read files"] },
      { where: "with the role alone", env: { AWS_ROLE_ARN: env.AWS_ROLE_ARN }, files: {}, names: [aPath] },
      {
        where: "with the variable of another cloud",
        env: { AZURE_FEDERATED_TOKEN_FILE: path },
        files: {},
        names: [aPath],
      },
      { where: "without files", env, names: ["a runtime that can read files"] },
    ],
    mistakes: [
      {
        what: "an empty path and an unknown option",
        make: () => awsWebIdentity({ tokenFile: "", roleArn: "x" } as never),
        problems: ["tokenFile: expected a text that is not empty", "roleArn: unknown option"],
      },
      {
        what: "both a file and a request",
        make: () => awsWebIdentity({ tokenFile: path, outbound: OUTBOUND }),
        problems: ["tokenFile: expected either tokenFile or outbound"],
      },
      {
        what: "no credentials and no region",
        make: () => awsWebIdentity({ outbound: { credentials: undefined, region: undefined } as never }),
        problems: [`outbound.credentials: missing, ${A_SOURCE}`, "outbound.region: missing, expected an AWS region"],
      },
      {
        what: "everything wrong at once",
        make: () =>
          awsWebIdentity({
            outbound: {
              credentials: { accessKeyId: "AKIA", secretAccessKey: "x" },
              region: "aws-global",
              signingAlgorithm: "ES256",
              durationMs: 59_000,
              tags: { "": "x" },
              endpoint: "http://127.0.0.1:4566",
              allowHttpLoopback: "yes",
              audience: "x",
            },
          } as never),
        problems: [
          `outbound.credentials: ${A_SOURCE}`,
          "outbound.region: expected an AWS region",
          'outbound.signingAlgorithm: expected "RS256" or "ES384"',
          "outbound.durationMs: expected whole seconds from 60 to 3600, in ms",
          "outbound.tags: expected at most 50 names of 1 to 128 characters, with texts of at most 256",
          "outbound.endpoint: expected an https URL (http: loopback only, with allowHttpLoopback)",
          "outbound.allowHttpLoopback: expected true or false",
          "outbound.audience: unknown option",
        ],
      },
      ...[3_601_000, 60_500, "300"].map((durationMs) => ({
        what: `a duration of ${durationMs}`,
        make: () => awsWebIdentity({ outbound: { ...OUTBOUND, durationMs } as never }),
        problems: ["outbound.durationMs: expected whole seconds from 60 to 3600, in ms"],
      })),
      ...[
        [],
        "x",
        { a: 5 },
        { ["k".repeat(129)]: "x" },
        { k: "x".repeat(257) },
        Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, "x"])),
      ].map((tags, at) => ({
        what: `tags that are none, ${at}`,
        make: () => awsWebIdentity({ outbound: { ...OUTBOUND, tags } as never }),
        problems: ["outbound.tags: expected at most 50 names of 1 to 128 characters, with texts of at most 256"],
      })),
      ...["https://sts.amazonaws.com", "https://STS.amazonaws.com./x", "https://sts.amazonaws.com:8443/"].map(
        (endpoint) => ({
          what: `the global endpoint, as ${endpoint}`,
          make: () => awsWebIdentity({ outbound: { ...OUTBOUND, endpoint } }),
          problems: ["outbound.endpoint: expected a region's, because the global one has no such tokens"],
        }),
      ),
      {
        what: "an endpoint with a query",
        make: () => awsWebIdentity({ outbound: { ...OUTBOUND, endpoint: "https://sts.example/?a=b" } }),
        problems: ["outbound.endpoint: expected an https URL (http: loopback only, with allowHttpLoopback)"],
      },
    ],
  });

  sourceContract(QUnit, {
    name: "aws-web-identity",
    variant: "outbound",
    provenance: "external",
    create: () => awsWebIdentity({ outbound: OUTBOUND }),
    mistakes: [],
    wire: {
      env: {},
      method: "POST",
      format: "xml",
      body: (token) => reply(token),
      audienceOf: (sent) => formOf(sent)["Audience.member.1"],
      secret: SESSION,
      notFound: "stop",
    },
  });

  QUnit.module("source aws-web-identity, its file", () => {
    QUnit.test("the option goes before the variable", async (assert) => {
      const platform = fakePlatform({ env, files: { "/mine": freshToken() } });
      await awsWebIdentity({ tokenFile: "/mine" }).getToken({ audience: AUDIENCE }, contextFor(platform));
      assert.deepEqual(platform.reads, ["/mine"]);
    });

    QUnit.test("is read anew at each ask, and again at 85 % of the token's life", async (assert) => {
      const files: Record<string, string> = {};
      const source = awsWebIdentity();
      const context = contextFor(fakePlatform({ env, files }));
      const seconds = NOW / 1000;
      for (const [age, life, after] of [
        [0, 86_400, 73_440],
        [80_000, 86_400, 3_200],
      ] as const) {
        const token = canaryToken({ aud: ["sts.amazonaws.com"], iat: seconds - age, exp: seconds - age + life });
        files[path] = token;
        const { token: given, refreshAt = 0 } = await source.getToken({ audience: "sts.amazonaws.com" }, context);
        assert.ok(given.reveal() === token);
        assert.strictEqual(Math.round((refreshAt - NOW) / 1000), after);
      }
    });

    QUnit.test("has one audience, and says what to do for another", async (assert) => {
      const token = canaryToken({ aud: ["sts.amazonaws.com"], exp: NOW / 1000 + 60 });
      const platform = fakePlatform({ env, files: { [path]: token } });
      const error = await failureOf(() => awsWebIdentity().getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
      const says = `the token in ${path} has the audience sts.amazonaws.com, wanted is ${AUDIENCE}; annotate the service account with that (eks.amazonaws.com/audience), or use outbound`;
      assert.ok(error.message.includes(says), error.message);
    });

    QUnit.test("says which file it cannot read", async (assert) => {
      const platform = fakePlatform({ env, files: {} });
      const error = await failureOf(() => awsWebIdentity().getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.strictEqual(error.code, "ERR_SOURCE_UNAVAILABLE");
      assert.ok(
        error.message.includes(`cannot read ${path} (ENOENT); has the pod's service account a role`),
        error.message,
      );
    });
  });
};
