/** Tokens for elsewhere from the emulator's STS, which verifies every signature, with the credentials of the emulator's machine. */
import { federate, type Platform } from "@tokenhop/core";
import { type AwsOutboundOptions, awsWebIdentity } from "@tokenhop/core/sources/aws-web-identity";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { awsSts } from "@tokenhop/core/targets/aws-sts";
import { testPlatform } from "@tokenhop/core/testing";
import type { Emulator } from "@tokenhop/emulator";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { contextFor, failureOf } from "../contract/platform.ts";
import { accountId, awsConfig, awsToken, makeAws, region, roleArn } from "../emulator/aws-support.ts";
import type { Suite } from "../harness.ts";

const AUDIENCE = "api://AzureADTokenExchange";

/** The emulator as everything that is outside, and a clock that goes by its own. */
function platformOf(emulator: Emulator, env: Platform["env"] = {}, behindMs = 0): Platform {
  const now = (): number => emulator.now() - behindMs;
  const { monotonic, sleep } = testPlatform();
  return testPlatform({ clock: { now, monotonic, sleep }, fetch: emulator.fetch, env });
}

const ask = (platform: Platform, outbound: Partial<AwsOutboundOptions>) =>
  awsWebIdentity({ outbound: { credentials: "imds", region, ...outbound } }).getToken(
    { audience: AUDIENCE },
    contextFor(platform),
  );

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-web-identity outbound against the emulator", () => {
    for (const [what, credentials, env] of [
      ["an instance", "imds", {}],
      [
        "a task of ECS",
        "environment",
        { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/demo-credentials-id" },
      ],
      [
        "a pod of EKS",
        "environment",
        {
          AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
          AWS_CONTAINER_AUTHORIZATION_TOKEN: "demo-authorization-token",
        },
      ],
    ] as const) {
      QUnit.test(`${what} gets a token about its role`, async (assert) => {
        const emulator = makeAws();
        const options = { credentials, durationMs: 600_000, tags: { team: "orders & co" } } as const;
        const { token, expiresAt = 0 } = await ask(platformOf(emulator, env), options);
        const { sub, aud, exp = 0, ...claims } = decodeJwt(token.reveal());
        assert.deepEqual([sub, aud, exp * 1000], [roleArn, AUDIENCE, expiresAt]);
        assert.ok(expiresAt - emulator.now() > 599_000 && expiresAt - emulator.now() <= 600_000);
        assert.strictEqual(decodeProtectedHeader(token.reveal()).alg, "RS256");
        assert.deepEqual(claims["https://sts.amazonaws.com/"], {
          aws_account: accountId,
          source_region: region,
          request_tags: { team: "orders & co" },
        });
      });
    }

    QUnit.test("a role that was got by a provider gets one too", async (assert) => {
      const emulator = makeAws();
      const platform = platformOf(emulator);
      const from = fixedToken(await awsToken(emulator));
      const credentials = federate({ from, to: awsSts({ roleArn, region }), platform });
      const { token } = await ask(platform, { credentials, signingAlgorithm: "ES384" });
      assert.strictEqual(decodeJwt(token.reveal()).sub, roleArn);
      assert.strictEqual(decodeProtectedHeader(token.reveal()).alg, "ES384");
    });

    QUnit.test("an account that has it switched off says how to switch it on", async (assert) => {
      const { aws, ...rest } = awsConfig();
      const accounts = aws?.accounts.map((account) => ({ ...account, outboundFederation: false })) ?? [];
      const emulator = makeAws({}, { ...rest, aws: { ...aws, accounts } });
      const error = await failureOf(() => ask(platformOf(emulator), {}));
      assert.deepEqual([error.status, error.recovery], [403, "stop"]);
      assert.strictEqual(error.error, "OutboundWebIdentityFederationDisabledException");
      assert.ok(error.message.includes("iam:EnableOutboundWebIdentityFederation"), error.message);
    });

    QUnit.test("a clock that is an hour behind is told of", async (assert) => {
      const error = await failureOf(() => ask(platformOf(makeAws(), {}, 3_600_000), {}));
      assert.deepEqual([error.status, error.recovery, error.error], [403, "stop", "SignatureDoesNotMatch"]);
      assert.ok(error.message.includes("is the clock of this machine right?"), error.message);
    });

    QUnit.test("another region has none, and the global endpoint is not asked", async (assert) => {
      const platform = platformOf(makeAws());
      const other = await failureOf(() => ask(platform, { endpoint: `https://sts.us-west-2.amazonaws.com/` }));
      assert.strictEqual(other.code, "ERR_SOURCE_FAILED", "whose region the signature does not name");
      const global = await failureOf(() => ask(platform, { endpoint: "https://sts.amazonaws.com/" }));
      assert.strictEqual(global.code, "ERR_CONFIG_INVALID");
    });
  });
};
