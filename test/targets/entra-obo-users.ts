/** Whom the target entra-obo acts for, what it sends, and what it keeps apart. */
import { federate, type ParamProvider, problemResponse, type VerifiedUser } from "@tokenhop/core";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { type EntraOboParams, entraObo } from "@tokenhop/core/targets/entra-obo";
import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { assertHides, failureOf, NOW } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { act, OBO, userWith } from "./entra-obo-support.ts";
import { CLIENT, good, OTHER, SCOPE, TENANT } from "./entra-support.ts";

const HOUR = 3_600_000;
const V2 = "https://login.microsoftonline.com";
const READ = "https://graph.microsoft.com/User.Read";
const MAIL = "https://graph.microsoft.com/Mail.Read";

/** Hand-written: what a user's token may say, and whether this API may act for them. */
const fit: Readonly<Record<string, object>> = {
  "a version 2 token, whose audience is the client id": { aud: CLIENT, ver: "2.0" },
  "an audience in other letters": { aud: CLIENT.toUpperCase() },
  "a tenant in other letters": { tid: TENANT.toUpperCase() },
  "a version 1 token, whose audience is a URI": {
    aud: "https://api.example/",
    iss: `https://sts.windows.net/${TENANT}/`,
    ver: "1.0",
  },
  "the optional claim idtyp": { idtyp: "user" },
  "a user with roles": { roles: ["Reader"] },
};

const unfit: readonly (readonly [what: string, claims: object, code: string, why: RegExp])[] = [
  ["an application's token", { idtyp: "app", scp: undefined, roles: ["Reader"] }, "ERR_AUTH_APP_ONLY", /AADSTS7000114/],
  ["a token without anything delegated", { scp: undefined, roles: ["Reader"] }, "ERR_AUTH_APP_ONLY", /AADSTS7000114/],
  ["idtyp app, whatever else it says", { idtyp: "app" }, "ERR_AUTH_APP_ONLY", /call as yourself, by entra\(\)/],
  ["another tenant", { tid: OTHER }, "ERR_AUTH_FORBIDDEN", /neither tenantId nor one of the option tenants/],
  ["no tenant, as of another issuer", { tid: undefined }, "ERR_AUTH_FORBIDDEN", /of a tenant/],
  ["a tenant that is no text", { tid: [TENANT, OTHER] }, "ERR_AUTH_FORBIDDEN", /of a tenant/],
  ["another application", { aud: OTHER }, "ERR_AUTH_FORBIDDEN", /another application than the option clientId/],
  ["a list of audiences", { aud: [CLIENT] }, "ERR_AUTH_FORBIDDEN", /another application than the option clientId/],
  ["no audience", { aud: undefined }, "ERR_AUTH_FORBIDDEN", /another application than the option clientId/],
  ["another issuer that names the tenant", { iss: "https://id.example" }, "ERR_AUTH_FORBIDDEN", /issuer is not Entra/],
  ["no issuer", { iss: undefined }, "ERR_AUTH_FORBIDDEN", /issuer is not Entra/],
  ["Entra's issuer of another tenant", { iss: `${V2}/${OTHER}/v2.0` }, "ERR_AUTH_FORBIDDEN", /issuer is not Entra/],
  ["another cloud's issuer", { iss: `https://login.microsoftonline.us/${TENANT}/v2.0` }, "ERR_AUTH_FORBIDDEN", /cloud/],
  ["an issuer that goes on", { iss: `${V2}/${TENANT}/v2.0/x` }, "ERR_AUTH_FORBIDDEN", /issuer is not Entra/],
  ["an issuer that begins before", { iss: `x${V2}/${TENANT}/v2.0` }, "ERR_AUTH_FORBIDDEN", /issuer is not Entra/],
];

function provider(fetch = scriptedFetch([() => good()]), clock = manualClock()): ParamProvider<never, EntraOboParams> {
  const platform = testPlatform({ clock, fetch });
  return federate({ from: fixedToken(canaryToken()), to: entraObo(OBO), platform }) as never;
}

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target entra-obo, its wire", () => {
    QUnit.test("sends exactly this, to the user's own tenant", async (assert) => {
      const user = await userWith({ tid: OTHER });
      const { sent, form, assertion } = await act({ tenants: [OTHER] }, { user });
      assert.deepEqual(
        [sent.method, sent.url],
        ["POST", `https://login.microsoftonline.com/${OTHER}/oauth2/v2.0/token`],
      );
      assert.deepEqual(form, {
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        requested_token_use: "on_behalf_of",
        client_id: CLIENT,
        scope: SCOPE,
        assertion: user.token.reveal(),
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion,
      });
    });

    QUnit.test("declares that it handles claims challenges where it is told to", async (assert) => {
      const { form } = await act({ enableCae: true }, { user: await userWith() });
      assert.strictEqual(form.claims, '{"access_token":{"xms_cc":{"values":["cp1"]}}}');
    });

    QUnit.test("asks for permissions of one resource in one order, each once", async (assert) => {
      const user = await userWith();
      const { form } = await act({}, { user, scope: `${READ} ${MAIL} ${READ}` });
      assert.strictEqual(form.scope, `${MAIL} ${READ}`);
      const target = entraObo(OBO);
      assert.deepEqual(
        target.partition?.({ user, scope: `${READ} ${MAIL}` }),
        target.partition?.({ user, scope: `${MAIL} ${READ}` }),
      );
      assert.deepEqual(target.hosts?.({ user, scope: `${MAIL} ${READ}` }), ["graph.microsoft.com"]);
      assert.deepEqual(target.hosts?.({ user }), ["graph.microsoft.com"]);
    });
  });

  QUnit.module("target entra-obo, its users", () => {
    for (const [what, claims] of Object.entries(fit)) {
      QUnit.test(`serves ${what}`, async (assert) => {
        const { token } = await act({}, { user: await userWith(claims as never) });
        assert.strictEqual(token.kind, "bearer");
      });
    }

    for (const [what, claims, code, why] of unfit) {
      QUnit.test(`refuses ${what} before any request`, async (assert) => {
        const fetch = scriptedFetch([() => good()]);
        const oid = "44444444-4444-4444-8444-444444444444";
        const user = await userWith({ ...claims, oid, sub: "the-subject", upn: "ann@contoso.com" });
        const error = await failureOf(() => provider(fetch).with({ user }));
        assert.deepEqual([error.code, error.recovery, error.step], [code as never, "stop", "entra-obo"]);
        assert.ok(why.test(error.message), error.message);
        assert.notOk(/4444|the-subject|ann@|3333/.test(JSON.stringify(error)), "nothing of the user is shown");
        assert.strictEqual(problemResponse(error)?.status, 403);
        assert.strictEqual(fetch.requests.length, 0);
      });
    }

    QUnit.test("refuses whatever is not a verified user, when it compiles too", async (assert) => {
      const user = await userWith();
      const copies: readonly unknown[] = [
        user.token.reveal(),
        user.token,
        { ...user },
        Object.create(user),
        structuredClone({ partition: user.partition, claims: user.claims, expiresAt: user.expiresAt }),
        new Proxy(user, {}),
        null,
        5,
        {},
      ];
      for (const copy of copies) {
        const error = await failureOf(() => provider().with({ user: copy } as never));
        assert.deepEqual(
          [error.code, ...(error.problems ?? [])],
          ["ERR_CONFIG_INVALID", "user: expected a user whom bearerAuth verified"],
        );
        assertHides(assert, error, [user.token.reveal()]);
        const target = entraObo(OBO);
        assert.strictEqual(
          (await failureOf(() => target.partition?.({ user: copy } as never))).code,
          "ERR_CONFIG_INVALID",
        );
      }
    });

    QUnit.test("lets a call name the user's own tenant, and no other", async (assert) => {
      const target = entraObo({ ...OBO, tenants: [OTHER] });
      const user = await userWith();
      const key = target.partition?.({ user });
      for (const tenantId of [TENANT, TENANT.toUpperCase(), undefined]) {
        target.validate?.({ user, tenantId });
        assert.deepEqual(target.partition?.({ user, tenantId }), key);
      }
      const error = await failureOf(() => target.partition?.({ user, tenantId: OTHER }));
      assert.deepEqual([...(error.problems ?? [])], ["tenantId: expected the user's own"]);
    });

    QUnit.test("names every wrong parameter", async (assert) => {
      const error = await failureOf(() =>
        provider().with({ user: "x", scope: "User.Read", tenantId: "contoso.com", more: 1 } as never),
      );
      assert.deepEqual(
        [...(error.problems ?? [])].map((problem) => problem.split(":", 1)[0]),
        ["scope", "tenantId", "user", "more"],
      );
    });

    QUnit.test("without a user, or a scope, there is no credential", async (assert) => {
      const me = provider() as never as { get(): Promise<unknown>; with(params: object): { get(): Promise<unknown> } };
      const user = await userWith();
      for (const get of [() => me.get(), () => me.with({ scope: READ }).get()]) {
        const error = await failureOf(get);
        assert.deepEqual([...(error.problems ?? [])], ["user: missing; give it to with()"]);
      }
      const bare = entraObo({ tenantId: TENANT, clientId: CLIENT });
      const error = await failureOf(() => bare.partition?.({ user }));
      assert.deepEqual([...(error.problems ?? [])], ["scope: missing; give it to entraObo() or to with()"]);
    });
  });

  QUnit.module("target entra-obo, its credentials", () => {
    QUnit.test("one for each token of a user, scope and tenant", async (assert) => {
      const target = entraObo({ ...OBO, tenants: [OTHER] });
      const keyOf = (user: VerifiedUser, scope?: string): string => JSON.stringify(target.partition?.({ user, scope }));
      const token = canaryToken();
      const [ann, again, bob, abroad] = [
        await userWith({}, { token }),
        await userWith({}, { token }),
        await userWith(),
        await userWith({ tid: OTHER }, { token }),
      ];
      assert.strictEqual(keyOf(ann), keyOf(again));
      assert.strictEqual(new Set([keyOf(ann), keyOf(bob), keyOf(abroad), keyOf(ann, READ)]).size, 4);
      assertHides(assert, target.partition?.({ user: ann }), [token]);
    });

    QUnit.test("end with the user's own token", async (assert) => {
      const minutes = (count: number): number => count * 60_000;
      // Lifetime of the user's token, of the reply and of its advice, in minutes; what comes of them.
      const rows: readonly (readonly [number, number, number | undefined, number, number | undefined])[] = [
        [60, 60, undefined, 60, undefined],
        [90, 60, undefined, 60, undefined],
        [90, 60, 30, 60, 30],
        [20, 60, undefined, 20, 20],
        [20, 60, 30, 20, 20],
        [20, 60, 10, 20, 10],
      ];
      for (const [own, given, advice, ends, refresh] of rows) {
        const user = await userWith({}, { lifetimeMs: minutes(own) });
        const { token } = await act({}, { user }, { expires_in: given * 60, refresh_in: advice && advice * 60 });
        assert.deepEqual(
          [token.expiresAt, token.refreshAt],
          [NOW + minutes(ends), refresh && NOW + minutes(refresh)],
          `${own} ${given} ${advice}`,
        );
      }
    });

    QUnit.test("cost one exchange for the rest of the user's token, and none beyond it", async (assert) => {
      const clock = manualClock();
      const fetch = scriptedFetch([() => good()]);
      const me = provider(fetch, clock).with({ user: await userWith({}, { lifetimeMs: HOUR / 2 }) });
      for (let minute = 0; minute < 29; minute++) {
        await me.get();
        await clock.advance(60_000);
      }
      assert.strictEqual(fetch.requests.length, 1);
      await clock.advance(60_000);
      const error = await failureOf(() => me.get());
      assert.deepEqual([error.code, fetch.requests.length], ["ERR_AUTH_INVALID", 1]);
      const answer = problemResponse(error);
      assert.deepEqual(
        [answer?.status, answer?.headers.get("www-authenticate")],
        [
          401,
          `Bearer authorization_uri="https://login.microsoftonline.com/${TENANT}/oauth2/authorize", error="invalid_token", error_description="The access token expired"`,
        ],
      );
    });
  });
};
