/** Sessions from the emulator's STS, which checks what the real one checks. */
import { type Platform, type Recovery, secret } from "@tokenhop/core";
import { type AwsStsOptions, type AwsStsParams, awsSts } from "@tokenhop/core/targets/aws-sts";
import { testPlatform } from "@tokenhop/core/testing";
import type { Emulator } from "@tokenhop/emulator";
import { contextFor, failureOf } from "../contract/platform.ts";
import { arnOf, awsToken, makeAws, policyArn, region, roleArn } from "../emulator/aws-support.ts";
import type { Suite } from "../harness.ts";

function platformOf(emulator: Emulator): Platform {
  const { monotonic, sleep } = testPlatform();
  return testPlatform({ clock: { now: () => emulator.now(), monotonic, sleep }, fetch: emulator.fetch });
}

const sessionPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::files/*" }],
};

interface Ask {
  readonly token?: string;
  readonly options?: Partial<AwsStsOptions>;
  readonly params?: AwsStsParams;
}

async function ask(emulator: Emulator, { token, options, params = {} }: Ask = {}) {
  const target = awsSts({ roleArn, region, ...options });
  const subject = { token: secret(token ?? (await awsToken(emulator))) };
  return target.exchange(subject, params, contextFor(platformOf(emulator)));
}

/** What is refused, with what, and what is done about it. Hand-written. */
const refusals: readonly (readonly [
  what: string,
  how: (emulator: Emulator) => Promise<Ask> | Ask,
  code: string,
  recovery: Recovery,
])[] = [
  [
    "a token that has ended",
    async (e) => ({ token: await awsToken(e, { lifetimeMs: -1_000 }) }),
    "ExpiredTokenException",
    "subject",
  ],
  [
    "a token for somebody else",
    async (e) => ({ token: await awsToken(e, { audience: "x" }) }),
    "InvalidIdentityToken",
    "subject",
  ],
  ["what is no token", () => ({ token: "opaque" }), "InvalidIdentityToken", "subject"],
  ["a role that trusts nobody", () => ({ options: { roleArn: arnOf("no-trust") } }), "AccessDenied", "stop"],
  ["a role that is not there", () => ({ options: { roleArn: arnOf("nobody") } }), "AccessDenied", "stop"],
  ["a session longer than the role allows", () => ({ options: { durationMs: 43_200_000 } }), "ValidationError", "stop"],
  [
    "a policy that is none",
    () => ({ options: { sessionPolicy: { Statement: 5 } } }),
    "MalformedPolicyDocument",
    "stop",
  ],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-sts against the emulator", () => {
    QUnit.test("gives a session of an hour, or as long as was said", async (assert) => {
      const emulator = makeAws();
      for (const [options, lastsMs] of [
        [{}, 3_600_000],
        [{ durationMs: 900_000 }, 900_000],
        [{ roleArn: arnOf("long"), durationMs: 43_200_000 }, 43_200_000],
        [{ region: undefined, global: true }, 3_600_000],
        [{ sessionPolicy, policyArns: [policyArn] }, 3_600_000],
      ] as const) {
        const { kind, expiresAt } = await ask(emulator, { options });
        const leftMs = expiresAt - emulator.now();
        assert.ok(kind === "aws" && leftMs > lastsMs - 2_000 && leftMs <= lastsMs, `${leftMs} of ${lastsMs}`);
      }
    });

    for (const [what, how, code, recovery] of refusals) {
      QUnit.test(`is refused for ${what}`, async (assert) => {
        const emulator = makeAws();
        const error = await failureOf(async () => ask(emulator, await how(emulator)));
        assert.deepEqual([error.code, error.error, error.recovery], ["ERR_EXCHANGE_REFUSED", code, recovery]);
        assert.ok(/^[\da-f-]{36}$/.test(error.correlationId ?? ""), error.correlationId ?? "no request id");
      });
    }
  });
};
