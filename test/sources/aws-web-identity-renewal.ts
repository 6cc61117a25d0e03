/** What becomes of keys that AWS calls ended, and of functions for keys that hang or throw. */

import { defineTarget, federate, secret, TokenError } from "@tokenhop/core";
import { type AwsKeysRequest, type AwsOutboundOptions, awsWebIdentity } from "@tokenhop/core/sources/aws-web-identity";
import { manualClock } from "@tokenhop/core/testing";
import { assertHides, contextFor, failureOf, fakePlatform, json, type Sent } from "../contract/platform.ts";
import { fateOf, settle } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { refusal } from "../targets/aws-sts-support.ts";
import { asking, KEY_ID, KEYS, OUTBOUND, SECRET, SESSION } from "./aws-web-identity-support.ts";

const AUDIENCE = "api://AzureADTokenExchange";
const OTHER_ID = "ASIAI44QH8DHBEXAMPLE";
const lambda = { AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: SESSION };
const container = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/0f1e2d3c" };
const isSts = ({ url }: Sent): boolean => url.hostname.startsWith("sts.");
const ended = (): Response => new Response(refusal("ExpiredToken", "It is over."), { status: 403 });
const keysOf = (AccessKeyId: string): Response => json({ AccessKeyId, SecretAccessKey: SECRET, Token: SESSION });

/** A machine that gives keys of these ids in turn, the last one for ever, before an STS that calls every one ended. */
function machine(answers: readonly (() => Response)[], isKeys: (sent: Sent) => boolean = () => true) {
  let at = 0;
  return (sent: Sent): Response => {
    if (isSts(sent)) return ended();
    if (isKeys(sent)) return (answers[Math.min(at++, answers.length - 1)] as () => Response)();
    return new Response(sent.method === "PUT" ? "a-session" : "my-role");
  };
}
const isImdsKeys = ({ url }: Sent): boolean => url.pathname.endsWith("/my-role");
const imds = (...answers: readonly (() => Response)[]) => machine(answers, isImdsKeys);
const one = (): Response => keysOf(KEY_ID);
const other = (): Response => keysOf(OTHER_ID);
const down = (): Response => new Response("", { status: 503 });
const gone = (): Response => new Response("", { status: 404 });

/** The keys of a function, in turn. */
function inTurn(...ids: readonly string[]): AwsOutboundOptions["credentials"] {
  let at = 0;
  return () => ({ ...KEYS, accessKeyId: ids[Math.min(at++, ids.length - 1)] as string });
}

/** What an end comes to. Hand-written. */
const cases = [
  ["Lambda's variables, which stay as they are", "environment", { env: lambda, respond: ended }, "stop"],
  [
    "a container's endpoint that has others",
    "environment",
    { env: container, respond: machine([one, other]) },
    "retry",
  ],
  ["a container's endpoint that has the same", "environment", { env: container, respond: machine([one]) }, "stop"],
  ["a container's endpoint that is down", "environment", { env: container, respond: machine([one, down]) }, "retry"],
  ["a container's endpoint that is gone", "environment", { env: container, respond: machine([one, gone]) }, "stop"],
  ["IMDS that has others", "imds", { respond: imds(one, other) }, "retry"],
  ["IMDS that has the same", "imds", { respond: imds(one) }, "stop"],
  ["a function that has others", inTurn(KEY_ID, OTHER_ID), { respond: ended }, "retry"],
  ["a function that has the same", inTurn(KEY_ID), { respond: ended }, "stop"],
] as const;

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-web-identity outbound, keys that AWS calls ended", () => {
    for (const [what, credentials, world, recovery] of cases) {
      QUnit.test(what, async (assert) => {
        const { platform, run } = asking({ credentials }, world);
        const error = await failureOf(() => run());
        assert.deepEqual([error.code, error.error, error.recovery], ["ERR_SOURCE_FAILED", "ExpiredToken", recovery]);
        assert.strictEqual(platform.requests.filter(isSts).length, 1);
        assertHides(assert, error, [SECRET, SESSION]);
      });
    }

    QUnit.test("of a Lambda function they are presented once, and not with every attempt", async (assert) => {
      const platform = fakePlatform({ env: lambda, respond: ended });
      const to = defineTarget({
        name: "elsewhere",
        identity: ["elsewhere"],
        audience: AUDIENCE,
        produces: "external",
        exchange: async ({ token, expiresAt = 0 }) => ({ kind: "bearer" as const, token, expiresAt }),
      });
      const from = awsWebIdentity({ outbound: { ...OUTBOUND, credentials: "environment" } });
      const error = await failureOf(() => federate({ from, to, platform }).get());
      assert.deepEqual([error.error, platform.requests.length], ["ExpiredToken", 1]);
    });

    QUnit.test("whoever gives up while they are read again hears of that alone", async (assert) => {
      const controller = new AbortController();
      const reason = new Error("given up");
      let calls = 0;
      const credentials = () => {
        if (++calls === 1) return KEYS;
        queueMicrotask(() => controller.abort(reason));
        return new Promise<never>(() => undefined);
      };
      const source = awsWebIdentity({ outbound: { ...OUTBOUND, credentials } });
      const context = contextFor(fakePlatform({ respond: ended }), { signal: controller.signal });
      const thrown: unknown = await source.getToken({ audience: AUDIENCE }, context).catch((error: unknown) => error);
      assert.ok(thrown === reason, String(thrown));
    });
  });

  QUnit.module("aws-web-identity outbound, a function for keys", () => {
    QUnit.test("that takes no notice of the signal holds nobody up", async (assert) => {
      const clock = manualClock();
      const controller = new AbortController();
      const reason = new Error("given up");
      let told: AwsKeysRequest | undefined;
      const credentials = (wanted: AwsKeysRequest) => {
        told = wanted;
        return new Promise<never>(() => undefined);
      };
      const platform = fakePlatform({});
      const source = awsWebIdentity({ outbound: { ...OUTBOUND, credentials } });
      const { signal } = controller;
      const call = fateOf(source.getToken({ audience: AUDIENCE }, contextFor(platform, { signal })));
      await settle(clock);
      assert.deepEqual([call.state, told?.signal === signal], ["waiting", true]);
      controller.abort(reason);
      await settle(clock);
      assert.ok(call.error === reason, String(call.error));
    });

    QUnit.test("that throws, now or later or when it is read, is told by the name of it alone", async (assert) => {
      const leaky = new RangeError(`leaky ${SECRET}`);
      const thrower = (): never => {
        throw leaky;
      };
      for (const [credentials, name] of [
        [thrower, "RangeError"],
        [() => Promise.reject(leaky), "RangeError"],
        [() => Promise.reject(`leaky ${SECRET}`), "string"],
        [() => ({ ...KEYS, secretAccessKey: { reveal: thrower } }), "RangeError"],
        [() => Object.defineProperty({}, "sessionToken", { get: thrower }), "RangeError"],
      ] as const) {
        const { platform, run } = asking({ credentials: credentials as never });
        const error = await failureOf(() => run());
        assert.ok(error instanceof TokenError);
        assert.deepEqual([error.code, platform.requests.length], ["ERR_SOURCE_FAILED", 0]);
        assert.ok(error.message.includes(`the function for credentials threw ${name}`), error.message);
        assertHides(assert, error, [SECRET, SESSION]);
      }
    });

    QUnit.test("whose secrets are others at the second look signs with the first", async (assert) => {
      let looks = 0;
      const sessionToken = { ...secret(SESSION), reveal: () => (++looks === 1 ? SESSION : `${SESSION}\r\nx-evil: 1`) };
      const { platform, run } = asking({ credentials: () => ({ ...KEYS, sessionToken }) });
      await run();
      assert.ok(platform.requests[0]?.headers.get("x-amz-security-token") === SESSION);
    });
  });
};
