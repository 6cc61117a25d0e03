/** A certified OpenID provider as the server of `oidcClient` and of `tokenExchange`. */
import { defaultPlatform, federate, type TokenError } from "@tokenhop/core";
import type { OidcClientOptions } from "@tokenhop/core/sources/oidc-client";
import { entra } from "@tokenhop/core/targets/entra";
import { passThrough } from "@tokenhop/core/targets/pass-through";
import type { TokenExchangeOptions } from "@tokenhop/core/targets/token-exchange";
import { createDemoConfig, createEmulator, demoIds } from "@tokenhop/emulator";
import { failureOf } from "../../contract/platform.ts";
import { armScope, exchange, pooledKey } from "../../emulator/support.ts";
import type { Suite } from "../../harness.ts";
import { canary, record } from "../../leak.ts";
import { anyone, api, deployer } from "./oidc-exchange-server.ts";
import { type Scene, withServer } from "./oidc-exchange-stage.ts";

const discoveryLine = "GET /.well-known/openid-configuration 200";

/** What the server said, by the error that we make of it. */
const told = ({ code, error, status }: TokenError): readonly unknown[] => [code, error, status];

export const suite: Suite = (QUnit) => {
  QUnit.module("oidc-provider: client credentials of ours", () => {
    const platform = defaultPlatform();
    /** Each has a cache of its own, so that one source is asked by each. */
    const provider = (scene: Scene, options?: Partial<OidcClientOptions>, from = scene.client(options)) =>
      federate({
        from,
        to: passThrough({ audience: api }),
        platform,
        limits: { attempts: 1 },
        onEvent: (event) => record("event", event),
      });

    QUnit.test("are given for an assertion that a function signs", (assert) =>
      withServer(async (scene) => {
        const from = scene.client();
        const first = await provider(scene, {}, from).get();
        const claims = await scene.verified(canary(first.token.reveal()));
        assert.deepEqual([claims.sub, claims.client_id, claims.scope], [deployer, deployer, "orders:read"]);
        assert.ok(Math.abs(first.expiresAt - Number(claims.exp) * 1000) < 2000);
        const second = await provider(scene, {}, from).get();
        assert.ok(second.token.reveal() !== first.token.reveal(), "another token");
        const asked = scene.server.log.filter((line) => !line.includes("/jwks"));
        assert.deepEqual(asked, [discoveryLine, "POST /token 200", "POST /token 200"]);
      }),
    );

    QUnit.test("become a token of Entra's", (assert) =>
      withServer(async (scene) => {
        const { origin } = scene.server;
        const demo = createDemoConfig();
        const trust = { name: "server", issuer: origin, subject: deployer, audiences: [exchange] };
        const tenants = demo.tenants.map((tenant) => ({
          ...tenant,
          managedIdentities: (tenant.managedIdentities ?? []).map((one) => ({ ...one, federatedCredentials: [trust] })),
        }));
        const entraDouble = createEmulator(
          { ...demo, tenants },
          { generateKey: pooledKey, allowHttpLoopbackIssuers: true },
        );
        const { fetch, ...platform } = defaultPlatform();
        const arm = federate({
          from: scene.client(),
          to: entra({ tenantId: demoIds.tenantId, clientId: demoIds.uamiClientId, scope: armScope }),
          platform: {
            ...platform,
            fetch: (input, init) =>
              String(input).startsWith(origin) ? fetch(input, init) : entraDouble.fetch(input, init),
          },
          limits: { attempts: 1 },
        });
        const { token } = await arm.get();
        assert.ok(canary(token.reveal()).length > 0);
        assert.strictEqual(entraDouble.log.at(-1)?.subject, deployer);
      }),
    );

    const refusals: readonly (readonly [string, readonly unknown[], (scene: Scene) => Partial<OidcClientOptions>])[] = [
      [
        "an assertion that was used before",
        ["ERR_SOURCE_FAILED", "invalid_client", 401],
        (scene) => {
          const once = scene.assertion(scene.server.origin);
          return { clientAssertion: () => once };
        },
      ],
      [
        "an assertion that has ended",
        ["ERR_SOURCE_FAILED", "invalid_client", 401],
        ({ assertion }) => ({ clientAssertion: ({ audience }) => assertion(audience, { exp: 1_700_000_000 }) }),
      ],
      [
        "another client's assertion",
        ["ERR_SOURCE_FAILED", "invalid_request", 400],
        ({ assertion }) => ({ clientAssertion: ({ audience }) => assertion(audience, { sub: anyone, iss: anyone }) }),
      ],
      [
        "an assertion for somewhere else",
        ["ERR_SOURCE_FAILED", "invalid_client", 401],
        () => ({ clientAssertionAudience: "https://elsewhere.example" }),
      ],
    ];
    for (const [what, expected, options] of refusals) {
      QUnit.test(`are not given for ${what}`, (assert) =>
        withServer(async (scene) => {
          const from = scene.client(options(scene));
          if (what.endsWith("before")) await provider(scene, {}, from).get();
          const error = await failureOf(() => provider(scene, {}, from).get());
          assert.deepEqual(told(error), expected);
        }),
      );
    }

    QUnit.test("are not asked for when the metadata is of another issuer", (assert) =>
      withServer(async (scene) => {
        const error = await failureOf(() => provider(scene, { issuer: `${scene.server.origin}/` }).get());
        assert.strictEqual(error.code, "ERR_SOURCE_REPLY");
        assert.ok(scene.server.log.every((line) => !line.startsWith("POST")));
      }),
    );
  });

  QUnit.module("oidc-provider: token exchange of ours", () => {
    QUnit.test("gives a token for the workload, to a client without a proof", (assert) =>
      withServer(async ({ exchanging, verified }) => {
        const credential = await exchanging().get();
        const claims = await verified(canary(credential.token.reveal()));
        assert.deepEqual(
          [claims.on_behalf, claims.subject_issuer, claims.scope, claims.act],
          [demoIds.oidcSubject, demoIds.oidcIssuer, "orders:read", undefined],
        );
        assert.ok(Math.abs(credential.expiresAt - Date.now() - 600_000) < 10_000);
      }),
    );

    QUnit.test("gives one with an actor, to a client with an assertion, for the scope of with()", (assert) =>
      withServer(async ({ exchanging, verified, assertion, server, emulator }) => {
        const actor = async ({ audience }: { readonly audience: string }) =>
          canary(await emulator.issueExternalToken({ provider: demoIds.oidcProvider, subject: "the-actor", audience }));
        const provider = exchanging({
          clientId: deployer,
          clientAssertion: ({ audience }) => assertion(audience),
          clientAssertionAudience: server.origin,
          requestedTokenType: "access_token",
          actor,
        });
        const { token } = await provider.with({ scope: "orders:read orders:write" }).get();
        const claims = await verified(canary(token.reveal()));
        assert.deepEqual(
          [claims.client_id, claims.act, claims.scope],
          [deployer, { sub: "the-actor" }, "orders:read orders:write"],
        );
      }),
    );

    const refusals: readonly (readonly [string, string, number, Partial<TokenExchangeOptions>])[] = [
      ["the subject's token is for something else", "invalid_grant", 400, { subjectAudience: "https://other.example" }],
      ["the resource is another", "invalid_target", 400, { resource: "https://other.example" }],
      ["the scope is another", "invalid_scope", 400, { scope: "orders:delete" }],
      ["another kind of token is wanted", "invalid_request", 400, { requestedTokenType: "saml2" }],
      ["the client does not prove itself", "invalid_client", 401, { clientId: deployer }],
      ["the client is unknown", "invalid_client", 401, { clientId: "nobody" }],
      ["the grant is another", "unsupported_grant_type", 400, { grantType: "urn:example:other" }],
    ];
    for (const [when, error, status, options] of refusals) {
      QUnit.test(`refuses when ${when}`, (assert) =>
        withServer(async ({ exchanging }) => {
          const failure = await failureOf(() => exchanging(options).get());
          assert.deepEqual(told(failure), ["ERR_EXCHANGE_REFUSED", error, status]);
        }),
      );
    }

    QUnit.test("wants to know what kind of token it was given, unless told otherwise", (assert) =>
      withServer(async ({ exchanging, server }) => {
        server.forgetType();
        const failure = await failureOf(() => exchanging().get());
        assert.strictEqual(failure.code, "ERR_EXCHANGE_REPLY");
        assert.ok((await exchanging({ anyIssuedTokenType: true }).get()).token.reveal().length > 0);
      }),
    );
  });
};
