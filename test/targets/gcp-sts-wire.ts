import { federate, type SubjectToken } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { type GcpStsOptions, gcpSts } from "@tokenhop/core/targets/gcp-sts";
import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { assertHides, failureOf, json, NOW } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { exchanged, formOf, readAll, refusedBy, saidIn, subjectOf } from "./exchange-support.ts";
import { ACCOUNT, AS_ACCOUNT, CLOUD_PLATFORM, federated, impersonated, POOL, PROVIDER } from "./gcp-sts-support.ts";

const READ = "https://www.googleapis.com/auth/devstorage.read_only";
const EMAIL = "https://www.googleapis.com/auth/userinfo.email";
const GENERATE = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken`;

/** What an exchange as a service account sent to either of the two. */
async function asAccount(options: Partial<GcpStsOptions> = {}, params = {}) {
  const bearer = canaryToken();
  const replies = [json(federated(bearer)), json(impersonated())];
  const { out, sent } = await exchanged(gcpSts({ ...AS_ACCOUNT, ...options }), replies, params);
  const [sts, iam] = sent as [(typeof sent)[0], (typeof sent)[0]];
  return { out, sts, iam, body: JSON.parse(iam.body), bearer };
}

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target gcp-sts, its wire", () => {
    QUnit.test("sends the form of RFC 8693 as Google wants it", async (assert) => {
      const { sent, subject } = await exchanged(gcpSts(POOL), [json(federated())]);
      const [first] = sent as [(typeof sent)[0]];
      assert.deepEqual([sent.length, first.method, first.url], [1, "POST", "https://sts.googleapis.com/v1/token"]);
      assert.strictEqual(first.headers.get("content-type"), "application/x-www-form-urlencoded;charset=UTF-8");
      assert.strictEqual(first.headers.get("accept"), "application/json");
      assert.strictEqual(first.headers.get("authorization"), null, "a workload pool knows no clients");
      assert.deepEqual(formOf(first), {
        audience: PROVIDER,
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
        scope: CLOUD_PLATFORM,
        subject_token: subject,
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      });
    });

    QUnit.test("says id_token, other scopes and another audience where it is told to", async (assert) => {
      const target = gcpSts({
        ...POOL,
        subjectTokenType: "id_token",
        scopes: [READ, EMAIL, READ],
        subjectAudience: "mine",
      });
      assert.strictEqual(target.audience, "mine");
      const { sent } = await exchanged(target, [json(federated())]);
      const form = formOf(sent[0] as (typeof sent)[0]);
      assert.strictEqual(form.subject_token_type, "urn:ietf:params:oauth:token-type:id_token");
      assert.strictEqual(form.scope, `${READ} ${EMAIL}`);
    });

    QUnit.test("asks for the scopes of with(), and tells credentials apart by them in any order", async (assert) => {
      const target = gcpSts({ ...POOL, scopes: [EMAIL] });
      const { sent } = await exchanged(target, [json(federated())], { scopes: [READ] });
      assert.strictEqual(formOf(sent[0] as (typeof sent)[0]).scope, READ);
      assert.deepEqual(target.partition?.({}), [EMAIL]);
      assert.deepEqual(
        target.partition?.({ scopes: [EMAIL, READ] }),
        target.partition?.({ scopes: [READ, EMAIL, EMAIL] }),
      );
    });

    QUnit.test("lets with() change the scopes and nothing else", async (assert) => {
      gcpSts(POOL).validate?.({ scopes: [READ] });
      gcpSts(POOL).validate?.({});
      const error = await failureOf(() => gcpSts(AS_ACCOUNT).validate?.({ scopes: [], serviceAccount: "x" } as never));
      assert.deepEqual(
        [error.code, ...(error.problems ?? [])],
        ["ERR_CONFIG_INVALID", "scopes: expected a list of at least one scope", "serviceAccount: unknown option"],
      );
    });

    QUnit.test("knows universes and emulators", async (assert) => {
      for (const [options, sts, iam, host] of [
        [
          { universe: "apis.example.de" },
          "https://sts.apis.example.de/v1/token",
          "https://iamcredentials.apis.example.de/v1/",
          "*.apis.example.de",
        ],
        [
          { stsEndpoint: "http://127.0.0.1:8080/sts/", iamEndpoint: "http://localhost:8081", allowHttpLoopback: true },
          "http://127.0.0.1:8080/sts/v1/token",
          "http://localhost:8081/v1/",
          "*.googleapis.com",
        ],
      ] as const) {
        const { sts: first, iam: second } = await asAccount(options);
        assert.strictEqual(first.url, sts);
        assert.strictEqual(second.url, `${iam}projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken`);
        assert.deepEqual(gcpSts({ ...AS_ACCOUNT, ...options, hosts: ["api.example.com"] }).hosts?.({}), [
          "api.example.com",
          host,
        ]);
      }
    });

    QUnit.test("tells targets apart by whatever makes another token", (assert) => {
      const all = [
        POOL,
        { ...POOL, audience: PROVIDER.replace("/gh", "/other") },
        { ...POOL, subjectAudience: "mine" },
        { ...POOL, subjectTokenType: "id_token" },
        { ...POOL, scopes: [READ] },
        { ...POOL, universe: "apis.example.de" },
        { ...POOL, stsEndpoint: "https://sts.example" },
        AS_ACCOUNT,
        { ...AS_ACCOUNT, serviceAccount: "123456789012345678901" },
        { ...AS_ACCOUNT, delegates: ["a@b.example"] },
        { ...AS_ACCOUNT, lifetimeMs: 60_000 },
        { ...AS_ACCOUNT, iamEndpoint: "https://iam.example" },
      ] as const;
      const texts = all.map((options) => JSON.stringify(gcpSts(options).identity));
      assert.strictEqual(new Set(texts).size, all.length);
    });
  });

  QUnit.module("target gcp-sts, when it ends", () => {
    const ends = async (more: object, subject?: SubjectToken) =>
      (await exchanged(gcpSts(POOL), [json(federated(canaryToken(), more))], {}, subject ? { subject } : {})).out
        .expiresAt;

    QUnit.test("goes by expires_in, a number or a text of one", async (assert) => {
      assert.strictEqual(await ends({ expires_in: 1_800 }), NOW + 1_800_000);
      assert.strictEqual(await ends({ expires_in: "3599" }), NOW + 3_599_000);
      assert.strictEqual(await ends({ expires_in: -5 }), NOW - 5_000, "the engine refuses that");
    });

    QUnit.test("without expires_in it ends with the identity token", async (assert) => {
      assert.strictEqual(await ends({ expires_in: undefined }), NOW + 300_000);
    });

    QUnit.test("and where that says nothing either, it is an error and no guess", async (assert) => {
      const subject: SubjectToken = { ...subjectOf(canaryToken()), expiresAt: undefined };
      const error = await refusedBy(gcpSts(POOL), [json(federated(canaryToken(), { expires_in: undefined }))], subject);
      assert.deepEqual([error.code, error.recovery], ["ERR_EXCHANGE_REPLY", "stop"]);
      assert.ok(error.message.includes("expires_in"), error.message);
    });

    for (const expires_in of ["9".repeat(400), "12345678901", 1e300, "soon", "", null, {}, [], true]) {
      QUnit.test(`cannot read expires_in ${JSON.stringify(expires_in)}`, async (assert) => {
        const error = await refusedBy(gcpSts(POOL), [json(federated(canaryToken(), { expires_in }))]);
        assert.deepEqual(
          [saidIn(error), error.recovery],
          ["Cannot read the reply at gcp-sts: expires_in: expected a number of seconds", "retry"],
        );
      });
    }
  });

  QUnit.module("target gcp-sts as a service account", () => {
    QUnit.test("asks the one for cloud-platform and the other for the scopes", async (assert) => {
      const { sts, iam, body, bearer } = await asAccount({ scopes: [READ] });
      assert.strictEqual(formOf(sts).scope, CLOUD_PLATFORM);
      assert.deepEqual([iam.method, iam.url], ["POST", GENERATE]);
      assert.ok(iam.headers.get("authorization") === `Bearer ${bearer}`);
      assert.strictEqual(iam.headers.get("content-type"), "application/json");
      assert.deepEqual(body, { scope: [READ] }, "the lifetime is Google's, unless told");
      assert.deepEqual((await asAccount({}, { scopes: [EMAIL] })).body, { scope: [EMAIL] });
    });

    QUnit.test("names delegates and a lifetime in whole seconds", async (assert) => {
      const delegates = ["first@my-project.iam.gserviceaccount.com", "123456789012345678901"];
      const { body } = await asAccount({ delegates, lifetimeMs: 43_199_999 });
      assert.deepEqual(body, {
        scope: [CLOUD_PLATFORM],
        delegates: [
          "projects/-/serviceAccounts/first@my-project.iam.gserviceaccount.com",
          "projects/-/serviceAccounts/123456789012345678901",
        ],
        lifetime: "43199s",
      });
    });

    QUnit.test("gives the account's token, which ends by the server's clock", async (assert) => {
      const token = canaryToken();
      const headers = { date: new Date(NOW - 60_000).toUTCString() };
      const late = json(impersonated(token, { expireTime: "2026-01-01T01:00:00.123456789Z" }), { headers });
      const { out } = await exchanged(gcpSts(AS_ACCOUNT), [
        json(federated(canaryToken(), { expires_in: undefined })),
        late,
      ]);
      assert.ok(out.token.reveal() === token);
      assert.strictEqual(out.expiresAt, NOW + 3_660_123);
      assertHides(assert, out, [token]);
    });

    QUnit.test("gives nothing of the federated token, and makes each renewal of both", async (assert) => {
      const clock = manualClock();
      const [bearer, first, second] = [canaryToken(), canaryToken(), canaryToken()];
      const end = (token: string) => () =>
        json(impersonated(token, { expireTime: new Date(clock.now() + 3_600_000).toISOString() }));
      const fetch = scriptedFetch([json(federated(bearer)), end(first), json(federated(bearer)), end(second)]);
      const provider = federate({
        from: fromFunction(() => canaryToken({ exp: NOW / 1_000 + 7_200 })),
        to: gcpSts(AS_ACCOUNT),
        platform: testPlatform({ clock, fetch }),
      });
      assert.ok((await provider.get()).token.reveal() === first);
      await provider.get();
      assert.strictEqual(fetch.requests.length, 2);
      await clock.advance(3_590_001);
      assert.ok((await provider.get()).token.reveal() === second);
      const sent = await readAll(fetch.requests);
      assert.deepEqual(
        sent.map(({ url }) => new URL(url).hostname),
        ["sts.googleapis.com", "iamcredentials.googleapis.com", "sts.googleapis.com", "iamcredentials.googleapis.com"],
      );
    });

    QUnit.test("stops between the two for a caller who has gone", async (assert) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const replies = [
        () => {
          controller.abort(reason);
          return json(federated());
        },
        json(impersonated()),
      ];
      const asked = exchanged(gcpSts(AS_ACCOUNT), replies, {}, { context: { signal: controller.signal } });
      await assert.rejects(asked, (error) => error === reason);
    });
  });
};
