/** `GetWebIdentityToken`: a role's token for elsewhere, and its issuer. */
import type { Emulator } from "@tokenhop/emulator";
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import type { Suite } from "../harness.ts";
import * as aws from "./aws-support.ts";
import * as world from "./support.ts";

const issuer = `https://00000000-0000-4000-8000-${aws.accountId}.tokens.sts.global.api.aws`;
const now = world.startAt / 1000;

type Form = Readonly<Record<string, string | undefined>>;

async function stage(fields: aws.Fields = {}, config = aws.awsConfig()) {
  const emulator = aws.makeAws({}, config);
  const credentials = await aws.credentialsFor(emulator, fields);
  return { emulator, credentials, get: (form: Form = {}, url?: string) => outbound(emulator, credentials, form, url) };
}

async function outbound(
  emulator: Emulator,
  credentials: aws.Credentials,
  form: Form,
  url = `https://sts.${aws.region}.amazonaws.com/`,
): Promise<aws.TextReply> {
  const all = {
    Action: "GetWebIdentityToken",
    Version: "2011-06-15",
    "Audience.member.1": "https://api.example",
    SigningAlgorithm: "RS256",
    ...form,
  };
  const fields = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return aws.ask(emulator, credentials, {
    method: "POST",
    url,
    service: "sts",
    at: emulator.now(),
    region: url.includes("://sts.amazonaws") ? "us-east-1" : aws.region,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
}

/** The demo's account with something changed. */
function withAccount(changes: object) {
  const config = aws.awsConfig();
  const [first, ...others] = config.aws?.accounts ?? [];
  if (!config.aws || !first) throw new Error("There is an account");
  return { ...config, aws: { ...config.aws, accounts: [{ ...first, ...changes }, ...others] } };
}

const members = (count: number): Form =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`Audience.member.${index + 1}`, `https://a${index}`]),
  );
const tags = (count: number, value = "v"): Form =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      [`Tags.member.${index + 1}.Key`, `k${index}`],
      [`Tags.member.${index + 1}.Value`, value],
    ]).flat(),
  );

const refusals: readonly (readonly [when: string, form: Form, code: string, text: string])[] = [
  [
    "there is no audience",
    { "Audience.member.1": undefined },
    "400 ValidationError",
    "at 'audience' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    "there are too many audiences",
    members(11),
    "400 ValidationError",
    "Member must have length less than or equal to 10",
  ],
  ["an audience is empty", { "Audience.member.1": "" }, "400 ValidationError", "'audience.1.member'"],
  [
    "the algorithm is missing",
    { SigningAlgorithm: undefined },
    "400 ValidationError",
    "Value null at 'signingAlgorithm'",
  ],
  [
    "the algorithm is another",
    { SigningAlgorithm: "ES256" },
    "400 ValidationError",
    "Value 'ES256' at 'signingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [RS256, ES384]",
  ],
  ["it is to last too briefly", { DurationSeconds: "59" }, "400 ValidationError", "greater than or equal to 60"],
  ["it is to last too long", { DurationSeconds: "3601" }, "400 ValidationError", "less than or equal to 3600"],
  ["there are too many tags", tags(51), "400 ValidationError", "less than or equal to 50"],
  ["the tags are too long together", tags(50, "v".repeat(256)), "400 JWTPayloadSizeExceededException", "size"],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: GetWebIdentityToken", () => {
    for (const alg of ["RS256", "ES384"]) {
      QUnit.test(`gives a token signed with ${alg}, which its issuer's keys verify`, async (assert) => {
        const { emulator, get } = await stage();
        const { status, text } = await get({ SigningAlgorithm: alg, ...tags(1) });
        assert.strictEqual(status, 200, text);
        assert.strictEqual(aws.xmlText(text, "Expiration"), "2026-01-15T12:05:00Z");
        const token = aws.xmlText(text, "WebIdentityToken") ?? "";
        assert.strictEqual(decodeProtectedHeader(token).alg, alg);

        const { body: discovery } = await world.ask(emulator, `${issuer}/.well-known/openid-configuration`);
        assert.deepEqual([discovery.issuer, discovery.jwks_uri], [issuer, `${issuer}/.well-known/jwks.json`]);
        const { body: keys } = await world.ask(emulator, String(discovery.jwks_uri));
        const verified = await jwtVerify(token, createLocalJWKSet(keys as unknown as JSONWebKeySet), {
          currentDate: new Date(world.startAt),
        });
        const { jti, ...claims } = verified.payload;
        assert.ok(typeof jti === "string");
        assert.deepEqual<unknown>(claims, {
          iss: issuer,
          aud: "https://api.example",
          sub: aws.roleArn,
          iat: now,
          exp: now + 300,
          "https://sts.amazonaws.com/": {
            aws_account: aws.accountId,
            source_region: aws.region,
            request_tags: { k0: "v" },
          },
        });
      });
    }

    QUnit.test("gives a token that Entra takes, and AWS does not", async (assert) => {
      const config = aws.awsConfig();
      const [tenant, ...others] = config.tenants;
      if (!tenant) throw new Error("There is a tenant");
      const trust = { name: "aws", issuer, subject: aws.roleArn, audiences: [world.exchange] };
      const apps = (tenant.apps ?? []).map((app) =>
        app.clientId === world.ids.bareApp ? { ...app, federatedCredentials: [trust] } : app,
      );
      const { emulator, get } = await stage({}, { ...config, tenants: [{ ...tenant, apps }, ...others] });
      const token = aws.xmlText((await get({ "Audience.member.1": world.exchange })).text, "WebIdentityToken") ?? "";
      const exchanged = await world.postToken(emulator, { client_id: world.ids.bareApp, client_assertion: token });
      assert.strictEqual(exchanged.status, 200, JSON.stringify(exchanged.body));
      const back = await aws.assume(emulator, { WebIdentityToken: token });
      assert.strictEqual(aws.codeOf(back), "400 InvalidIdentityToken");
    });

    QUnit.test("names several audiences, and its issuer is found on the emulator's own origin", async (assert) => {
      const { emulator, get } = await stage();
      const { text } = await get(members(10));
      const [, payload = ""] = (aws.xmlText(text, "WebIdentityToken") ?? "").split(".");
      assert.strictEqual(JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))).aud.length, 10);
      const below = issuer.replace("https://", "http://localhost:8080/");
      const { body } = await world.ask(emulator, `${below}/.well-known/openid-configuration`);
      assert.deepEqual([body.issuer, body.jwks_uri], [issuer, `${below}/.well-known/jwks.json`]);
    });

    for (const [when, form, code, text] of refusals) {
      QUnit.test(`is refused when ${when}`, async (assert) => {
        const { get } = await stage();
        const reply = await get(form);
        assert.strictEqual(aws.codeOf(reply), code);
        assert.ok(aws.xmlText(reply.text, "Message")?.includes(text), reply.text);
      });
    }

    QUnit.test("is not for the global endpoint, nor for whoever did not sign", async (assert) => {
      const { emulator, get } = await stage();
      assert.strictEqual(aws.codeOf(await get({}, "https://sts.amazonaws.com/")), "400 InvalidAction");
      const unsigned = await aws.assume(emulator, { Action: "GetWebIdentityToken" });
      assert.strictEqual(aws.codeOf(unsigned), "403 MissingAuthenticationToken");
    });

    QUnit.test("needs the permission, the account's consent, and a session that lasts as long", async (assert) => {
      const narrowed = await stage({ "PolicyArns.member.1.arn": aws.policyArn });
      assert.strictEqual(aws.codeOf(await narrowed.get()), "403 AccessDenied");
      const off = await stage({}, withAccount({ outboundFederation: undefined }));
      assert.strictEqual(aws.codeOf(await off.get()), "403 OutboundWebIdentityFederationDisabledException");
      const { status } = await world.ask(off.emulator, `${issuer}/.well-known/openid-configuration`);
      assert.strictEqual(status, 404);

      const { emulator, get } = await stage({ DurationSeconds: "900" });
      assert.strictEqual((await get({ DurationSeconds: "900" })).status, 200);
      assert.strictEqual(aws.codeOf(await get({ DurationSeconds: "901" })), "403 SessionDurationEscalationException");
      emulator.advanceClock(601_000);
      assert.strictEqual(aws.codeOf(await get()), "403 SessionDurationEscalationException");
    });

    QUnit.test("has no issuer elsewhere, and its issuer no other documents", async (assert) => {
      const { emulator } = await stage();
      const ask = async (url: string, init?: RequestInit): Promise<number> =>
        (await world.ask(emulator, url, init)).status;
      assert.deepEqual(
        [
          await ask(`${issuer}/.well-known/other`),
          await ask(`${issuer}/.well-known/openid-configuration`, { method: "POST" }),
          await ask(`${issuer.replace("00000000-0", "10000000-0")}/.well-known/openid-configuration`),
          await ask(`${issuer.replace(aws.accountId, aws.otherAccountId)}/.well-known/openid-configuration`),
        ],
        [404, 404, 404, 404],
      );
    });
  });
};
