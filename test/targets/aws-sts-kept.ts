/** What a target was made of stays as it was, whatever becomes of the caller's own objects; and what they may be together. */
import { createCache, federate, secret } from "@tokenhop/core";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { type AwsStsOptions, awsSts } from "@tokenhop/core/targets/aws-sts";
import { scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { contextFor, failureOf, NOW } from "../contract/platform.ts";
import { errorOf } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { OPTIONS, OTHER_ROLE, ROLE, reply } from "./aws-sts-support.ts";

const MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const A_POLICY = "sessionPolicy: expected an IAM policy in JSON, at most 2048 characters of Latin-1";
const bare = Object.create(null) as string;
const inChina = (arn: string): string => arn.replace("arn:aws:", "arn:aws-cn:");

/** What does not go together, with every problem. Hand-written. */
const wrong: readonly (readonly [what: string, options: Partial<AwsStsOptions>, problems: readonly string[]])[] = [
  [
    "values that cannot be made a text, besides others",
    { roleArn: bare, region: bare, roleArns: [bare], policyArns: [bare], sessionPolicy: 5 as never, audience: "" },
    [
      "roleArn: expected the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME",
      "region: expected an AWS region, or one of the options endpoint and global",
      "roleArns: expected a list of ARNs of roles",
      A_POLICY,
      "policyArns: expected a list of ARNs of managed policies",
      "audience: expected a text that is not empty",
    ],
  ],
  [
    "lists of another partition than the role's",
    { roleArns: [OTHER_ROLE, inChina(ROLE)], policyArns: [MANAGED, inChina(MANAGED)] },
    ["roleArns: expected the partition aws in each", "policyArns: expected the partition aws in each"],
  ],
  [
    "lists of another partition than that of a role in China",
    {
      roleArn: inChina(ROLE),
      region: undefined,
      endpoint: "https://sts.example",
      roleArns: [ROLE],
      policyArns: [MANAGED],
    },
    ["roleArns: expected the partition aws-cn in each", "policyArns: expected the partition aws-cn in each"],
  ],
  [
    "lists of another partition than the region's, with no role",
    { roleArn: undefined, region: "us-gov-west-1", roleArns: [ROLE] },
    [
      "roleArn: missing, expected the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME",
      "roleArns: expected the partition aws-us-gov in each",
    ],
  ],
];

/** A target at an STS that is played, and the form that each exchange sends. */
function asking(options: Partial<AwsStsOptions> = {}) {
  const fetch = scriptedFetch([() => new Response(reply())]);
  const platform = testPlatform({ fetch });
  const target = awsSts({ ...OPTIONS, ...options });
  const iat = NOW / 1000;
  const from = fixedToken(canaryToken({ iat, exp: iat + 3_600 }));
  return {
    target,
    provider: federate({ from, to: target, platform }),
    fetch,
    async form(params = {}): Promise<URLSearchParams> {
      await target.exchange({ token: secret(canaryToken()) }, params, contextFor(platform));
      return new URLSearchParams(await (fetch.requests.at(-1) as Request).clone().text());
    },
  };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-sts, what goes together", () => {
    for (const [what, options, problems] of wrong) {
      QUnit.test(`refuses ${what}`, async (assert) => {
        const error = await failureOf(() => awsSts({ ...OPTIONS, ...options }));
        assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_INVALID", problems]);
      });
    }

    QUnit.test("takes lists of the role's partition, wherever that is", async (assert) => {
      const roleArns = [inChina(OTHER_ROLE)];
      const china = { roleArn: inChina(ROLE), region: "cn-north-1", roleArns, policyArns: [inChina(MANAGED)] };
      const form = await asking(china).form({ roleArn: inChina(OTHER_ROLE) });
      assert.deepEqual([form.get("RoleArn"), form.get("PolicyArns.member.1.arn")], [...roleArns, inChina(MANAGED)]);
    });
  });

  QUnit.module("aws-sts, what its caller changes later", () => {
    QUnit.test("a list of policies that is emptied takes nothing off the session's limits", async (assert) => {
      const policyArns = [MANAGED];
      const { target, form } = asking({ policyArns });
      const before = JSON.stringify(target.identity);
      policyArns.length = 0;
      assert.strictEqual((await form()).get("PolicyArns.member.1.arn"), MANAGED);
      assert.strictEqual(JSON.stringify(target.identity), before);
    });

    QUnit.test("a list of roles that grows leads to no other role", async (assert) => {
      const roleArns: string[] = [];
      const { target } = asking({ roleArns });
      roleArns.push(OTHER_ROLE);
      const error = await failureOf(() => target.validate?.({ roleArn: OTHER_ROLE }));
      assert.deepEqual(error.problems, ["roleArn: expected the option roleArn or one of roleArns"]);
    });

    QUnit.test("nobody reaches the lists by its identity", (assert) => {
      const { identity } = asking({ policyArns: [MANAGED] }).target;
      const lists = identity.filter((part) => JSON.stringify(part) === JSON.stringify([MANAGED]));
      assert.deepEqual(lists.map(Object.isFrozen), [true]);
    });

    QUnit.test("a view's policy that becomes none never becomes no policy", async (assert) => {
      for (const spoil of [
        (policy: Record<string, unknown>) => {
          policy.Statement = "x".repeat(2_048);
        },
        (policy: Record<string, unknown>) => {
          policy.self = policy;
        },
        (policy: Record<string, unknown>) => {
          policy.Version = 1n;
        },
      ]) {
        const { provider, target, fetch, form } = asking();
        const sessionPolicy: Record<string, unknown> = { Version: "2012-10-17" };
        const view = provider.with({ sessionPolicy });
        spoil(sessionPolicy);
        for (const error of [
          await errorOf(view.get()),
          await failureOf(() => target.partition?.({ sessionPolicy })),
          await failureOf(() => form({ sessionPolicy })),
        ]) {
          assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_INVALID", [A_POLICY]]);
        }
        assert.strictEqual(fetch.requests.length, 0);
      }
    });

    QUnit.test("what is asked for is what the key said", async (assert) => {
      const { target, form } = asking();
      const sessionPolicy: Record<string, unknown> = { Version: "2012-10-17" };
      const params = { sessionPolicy };
      const key = JSON.stringify(target.partition?.(params));
      sessionPolicy.Version = "2008-10-17";
      assert.strictEqual((await form(params)).get("Policy"), '{"Version":"2012-10-17"}');
      assert.strictEqual(JSON.stringify(target.partition?.(params)), key);
      const anew = (await form({ sessionPolicy })).get("Policy");
      assert.strictEqual(anew, '{"Version":"2008-10-17"}', "another view has it as it is then");
    });

    QUnit.test("a policy that is another each time it is written is never left out", async (assert) => {
      let writes = 0;
      // Each way to write it has one good moment: the second and the third look see none.
      const sessionPolicy = { toJSON: () => (++writes === 1 ? { Version: "2012-10-17" } : "x".repeat(2_048)) };
      const error = await failureOf(() => awsSts({ ...OPTIONS, sessionPolicy }));
      assert.ok(error.problems?.[0]?.endsWith(A_POLICY.slice("sessionPolicy: ".length)), error.message);
    });
  });

  QUnit.module("aws-sts, in a shared cache", () => {
    QUnit.test("credentials for one audience are not given for another", async (assert) => {
      const fetch = scriptedFetch([() => new Response(reply())]);
      const cache = createCache();
      const platform = testPlatform({ fetch });
      const iat = NOW / 1000;
      const from = fixedToken(canaryToken({ iat, exp: iat + 3_600 }));
      const [one, other, same] = ["https://one.example", "https://other.example", "https://one.example"].map(
        (audience) => federate({ from, to: awsSts({ ...OPTIONS, audience }), platform, cache }),
      );
      await one?.get();
      await other?.get();
      await same?.get();
      assert.strictEqual(fetch.requests.length, 2);
    });
  });
};
