/** What STS is asked, and what `with()` may change of it. */
import { federate, secret } from "@tokenhop/core";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { awsSts } from "@tokenhop/core/targets/aws-sts";
import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { failureOf, NOW } from "../contract/platform.ts";
import type { Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { ACTION, exchanged, good, KEY_ID, OPTIONS, OTHER_ROLE, ROLE, reply, sentBy } from "./aws-sts-support.ts";

const POLICY = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] };
const MANAGED = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/a+b"];

/** Where each place is asked. Hand-written. */
const endpoints = [
  [{ region: "eu-central-1" }, "aws", "https://sts.eu-central-1.amazonaws.com/"],
  [{ region: "us-gov-west-1" }, "aws-us-gov", "https://sts.us-gov-west-1.amazonaws.com/"],
  [{ region: "cn-northwest-1" }, "aws-cn", "https://sts.cn-northwest-1.amazonaws.com.cn/"],
  [{ region: "eusc-de-east-1" }, "aws-eusc", "https://sts.eusc-de-east-1.amazonaws.eu/"],
  [{ region: "us-iso-east-1" }, "aws-iso", "https://sts.us-iso-east-1.c2s.ic.gov/"],
  [{ region: "us-isob-east-1" }, "aws-iso-b", "https://sts.us-isob-east-1.sc2s.sgov.gov/"],
  [{ region: "eu-isoe-west-1" }, "aws-iso-e", "https://sts.eu-isoe-west-1.cloud.adc-e.uk/"],
  [{ region: "us-isof-south-1" }, "aws-iso-f", "https://sts.us-isof-south-1.csp.hci.ic.gov/"],
  [{ global: true }, "aws", "https://sts.amazonaws.com/"],
  [
    { endpoint: "https://vpce-1.sts.us-east-1.vpce.amazonaws.com" },
    "aws",
    "https://vpce-1.sts.us-east-1.vpce.amazonaws.com/",
  ],
  [{ endpoint: "http://127.0.0.1:4566/sts", allowHttpLoopback: true }, "aws-cn", "http://127.0.0.1:4566/sts"],
] as const;

/** What `with()` refuses of a target, and why. */
const refused = [
  [{}, { roleArn: OTHER_ROLE }, "roleArn: expected the option roleArn or one of roleArns"],
  [
    { roleArns: [OTHER_ROLE] },
    { roleArn: `${OTHER_ROLE}2` },
    "roleArn: expected the option roleArn or one of roleArns",
  ],
  [{}, { roleSessionName: "a b" }, "roleSessionName: expected 2 to 64 letters, digits or any of _+=,.@-"],
  [{}, { durationMs: 60_000 }, "durationMs: expected whole seconds from 900 to 43200, in ms"],
  [{ durationMs: 1_800_000 }, { durationMs: 1_801_000 }, "durationMs: expected whole seconds from 900 to 1800, in ms"],
  [{}, { sessionPolicy: "*" }, "sessionPolicy: expected an IAM policy in JSON, at most 2048 characters of Latin-1"],
  [
    {},
    { sessionPolicy: undefined },
    "sessionPolicy: missing, expected an IAM policy in JSON, at most 2048 characters of Latin-1",
  ],
  [
    { sessionPolicy: POLICY },
    { sessionPolicy: POLICY },
    "sessionPolicy: expected none, because awsSts() has one: the session may do what either allows",
  ],
  [
    { policyArns: MANAGED },
    { sessionPolicy: POLICY },
    "sessionPolicy: expected none, because awsSts() has one: the session may do what either allows",
  ],
  [{}, { policyArns: MANAGED }, "policyArns: unknown option"],
  [{}, { region: "us-east-1" }, "region: unknown option"],
] as const;

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-sts, what it asks", () => {
    QUnit.test("a form with no signature, and no more in it than was said", async (assert) => {
      const token = canaryToken();
      const { request, form } = await sentBy({ token });
      assert.deepEqual([request.method, request.url], ["POST", "https://sts.eu-central-1.amazonaws.com/"]);
      assert.strictEqual(request.headers.get("content-type"), "application/x-www-form-urlencoded");
      assert.strictEqual(request.headers.get("authorization"), null);
      const { WebIdentityToken, ...rest } = form;
      assert.ok(WebIdentityToken === token);
      assert.deepEqual(rest, { Action: ACTION, Version: "2011-06-15", RoleArn: ROLE, RoleSessionName: "tokenhop" });
    });

    QUnit.test("everything that the options say", async (assert) => {
      const { form } = await sentBy({
        options: { roleSessionName: "o+=,.@-", durationMs: 7_200_000, sessionPolicy: POLICY, policyArns: MANAGED },
      });
      assert.deepEqual(
        [form.RoleSessionName, form.DurationSeconds, form.Policy],
        ["o+=,.@-", "7200", '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'],
      );
      assert.deepEqual([form["PolicyArns.member.1.arn"], form["PolicyArns.member.2.arn"]], MANAGED);
      assert.strictEqual("ProviderId" in form, false);
    });

    QUnit.test("a policy as it was when the target was made", async (assert) => {
      const sessionPolicy = { Version: "2012-10-17" };
      const target = awsSts({ ...OPTIONS, sessionPolicy });
      sessionPolicy.Version = "2008-10-17";
      const fetch = scriptedFetch([new Response(reply())]);
      const context = { platform: testPlatform({ fetch }), signal: new AbortController().signal };
      await target.exchange({ token: secret(canaryToken()) }, {}, context);
      const form = new URLSearchParams(await (fetch.requests[0] as Request).text());
      assert.strictEqual(form.get("Policy"), '{"Version":"2012-10-17"}');
      const text = '{ "Version" : "2012-10-17" }';
      assert.strictEqual((await sentBy({ options: { sessionPolicy: text } })).form.Policy, text);
    });

    for (const [place, partition, url] of endpoints) {
      QUnit.test(`at ${url}`, async (assert) => {
        const roleArn = ROLE.replace("aws", partition);
        const { request } = await sentBy({ options: { region: undefined, roleArn, ...place } });
        assert.strictEqual(request.url, url);
      });
    }

    QUnit.test("nothing with a token that STS could not take", async (assert) => {
      for (const [length, says] of [
        [20_001, "STS takes tokens of 4 to 20000 characters, this one has 20001"],
        [3, "STS takes tokens of 4 to 20000 characters, this one has 3"],
      ] as const) {
        const token = "x".repeat(length);
        const { run, requests } = await exchanged(new Response(reply()), { token });
        const error = await failureOf(run);
        assert.deepEqual([error.code, error.recovery, requests.length], ["ERR_EXCHANGE_FAILED", "stop", 0]);
        assert.ok(error.message.includes(says), error.message);
      }
      assert.strictEqual((await sentBy({ token: canary("long".repeat(5_000)) })).form.WebIdentityToken?.length, 20_000);
    });
  });

  QUnit.module("aws-sts, with()", () => {
    QUnit.test("another role of the list, another name, a shorter session, a policy", async (assert) => {
      const { form } = await sentBy({
        options: { roleArns: [OTHER_ROLE], durationMs: 3_600_000 },
        params: { roleArn: OTHER_ROLE, roleSessionName: "another", durationMs: 900_000, sessionPolicy: POLICY },
      });
      assert.deepEqual(
        [form.RoleArn, form.RoleSessionName, form.DurationSeconds, form.Policy],
        [OTHER_ROLE, "another", "900", JSON.stringify(POLICY)],
      );
    });

    for (const [options, params, problem] of refused) {
      QUnit.test(`${JSON.stringify(options)} refuses ${JSON.stringify(Object.entries(params))}`, async (assert) => {
        const target = awsSts({ ...OPTIONS, ...options });
        const error = await failureOf(() => target.validate?.(params as never));
        assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_INVALID", [problem]]);
      });
    }

    QUnit.test("takes nothing that changes nothing", (assert) => {
      const target = awsSts({ ...OPTIONS, sessionPolicy: POLICY });
      target.validate?.({});
      target.validate?.({ roleArn: ROLE, roleSessionName: undefined, durationMs: undefined });
      assert.deepEqual(target.partition?.({ roleArn: ROLE, durationMs: undefined }), target.partition?.({}));
    });

    QUnit.test("different sessions share no credentials, equal ones do", async (assert) => {
      const clock = manualClock();
      const fetch = scriptedFetch([() => new Response(reply())]);
      const platform = testPlatform({ clock, fetch });
      const iat = NOW / 1000;
      const from = fixedToken(canaryToken({ iat, exp: iat + 3_600 }));
      const to = awsSts({ ...OPTIONS, roleArns: [OTHER_ROLE] });
      const provider = federate({ from, to, platform });
      const views = [
        {},
        { roleArn: OTHER_ROLE },
        { roleSessionName: "one" },
        { roleSessionName: "two" },
        { durationMs: 900_000 },
        { sessionPolicy: POLICY },
        { sessionPolicy: JSON.stringify({ ...POLICY, Version: "2008-10-17" }) },
      ];
      for (const params of views) await provider.with(params).get();
      assert.strictEqual(fetch.requests.length, views.length);
      await provider.with({ sessionPolicy: JSON.stringify(POLICY), roleSessionName: "tokenhop" }).get();
      assert.strictEqual(fetch.requests.length, views.length, "as text or as an object, said or left out");
    });
  });

  QUnit.module("aws-sts, what it gives", () => {
    QUnit.test("the credentials, as they are", async (assert) => {
      const fields = good();
      const { run } = await exchanged(new Response(reply(fields)));
      const { kind, accessKeyId, secretAccessKey, sessionToken, expiresAt } = await run();
      assert.deepEqual([kind, accessKeyId, expiresAt], ["aws", KEY_ID, NOW + 3_600_000]);
      assert.ok(secretAccessKey.reveal() === fields.SecretAccessKey);
      assert.ok(sessionToken.reveal() === fields.SessionToken);
    });

    QUnit.test("an end on our clock, whatever the server's says", async (assert) => {
      for (const [aheadMs, endsAt] of [
        [0, NOW + 3_600_000],
        [600_000, NOW + 3_000_000],
        [-600_000, NOW + 4_200_000],
      ] as const) {
        const headers = { date: new Date(NOW + aheadMs).toUTCString() };
        const { run } = await exchanged(new Response(reply(), { headers }));
        assert.strictEqual((await run()).expiresAt, endsAt);
      }
    });
  });
};
