/** What may be configured of the verification of tokens: permissions, challenges, where keys are read, and what is refused. */
import { ConfigError } from "@tokenhop/core";
import { accessIssuer, createBearerAuth, entraIssuer, oidcIssuer } from "@tokenhop/core/bearer-auth";
import type { Suite } from "../harness.ts";
import { forges } from "./bearer-auth-forge.ts";
import {
  ACCESS_AUD,
  API,
  assertion,
  authWorld,
  bearer,
  entraV1,
  entraV2,
  OIDC,
  TEAM,
  TENANT,
} from "./bearer-auth-support.ts";
import { errorOf } from "./support.ts";

/** The problems of a configuration, or that there is none. */
function problemsOf(make: () => unknown): readonly string[] | undefined {
  try {
    make();
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** What no compiler would let through. */
const wrong = (value: unknown): never => value as never;

export const suite: Suite = (QUnit) => {
  QUnit.module("bearer auth, options", () => {
    QUnit.test("permissions that a token has", async (assert) => {
      const world = await authWorld();
      const { v2, v1, app, oidc, access } = forges(world);
      const scopes = ["access_as_user", "Files.Read"];
      const roles = ["Jobs.Run"];
      assert.ok(await world.auth({ scopes }).verify(bearer(await v2())), "a user with every scope");
      assert.ok(await world.auth({ scopes: ["access_as_user"] }).verify(bearer(await v1())), "of version 1.0");
      assert.ok(await world.auth({ scopes, roles }).verify(bearer(await v2())), "whom nobody asks for roles");
      assert.ok(await world.auth({ roles }).verify(bearer(await app())), "an application with every role");
      assert.ok(await world.auth({ scopes, roles }).verify(bearer(await app())), "whom nobody asks for scopes");
      const plain = await app({ claims: { idtyp: undefined } });
      assert.ok(
        await world.auth({ scopes, roles }).verify(bearer(plain)),
        "one by its scp, where idtyp is not asked for",
      );
      assert.ok(await world.auth({ roles }).verify(bearer(await v2({ claims: { roles } }))), "a user with the role");
      assert.ok(await world.auth({ scopes: [], roles: [] }).verify(bearer(await v2())), "nothing asked for");
      assert.ok(
        await world.auth({ scopes: ["read:things"] }).verify(bearer(await oidc())),
        "scope, as RFC 9068 has it",
      );
      const okta = await oidc({ claims: { scope: undefined, scp: ["read:things"], roles } });
      assert.ok(await world.auth({ scopes: ["read:things"], roles }).verify(bearer(okta)), "scp, as Okta has it");
      assert.ok(await world.auth().verify(assertion(await access())), "Access knows neither");
    });

    QUnit.test("a token without scopes and roles, where the program looks for itself who calls", async (assert) => {
      const world = await authWorld();
      const { app } = forges(world);
      const issuers = entraIssuer({ tenantId: TENANT, audience: API, allowUnassigned: true });
      const token = await app({ claims: { roles: undefined } });
      const { claims } = await world.auth({ issuers }).verify(bearer(token));
      assert.strictEqual(claims.roles, undefined);
      const asked = await errorOf(world.auth({ issuers, roles: ["Jobs.Run"] }).verify(bearer(token)));
      assert.deepEqual(asked.problems, ["missing-role"], "and what is asked for is asked for still");
    });

    QUnit.test("a challenge says where it is, what is needed, and how to get it", async (assert) => {
      const world = await authWorld();
      const { v2 } = forges(world);
      const resourceMetadata = "https://app.example/.well-known/oauth-protected-resource";
      const auth = world.auth({ realm: "the API", scopes: ["a", "b"], resourceMetadata });
      const none = await errorOf(auth.verify({ headers: new Headers() }));
      assert.strictEqual(none.challenge, `Bearer realm="the API", resource_metadata="${resourceMetadata}"`);
      const few = await errorOf(auth.verify(bearer(await v2())));
      assert.strictEqual(
        few.challenge,
        `Bearer realm="the API", error="insufficient_scope", scope="a b", resource_metadata="${resourceMetadata}"`,
      );
      const plain = await errorOf(world.auth().verify({ headers: new Headers() }));
      assert.strictEqual(plain.challenge, 'Bearer realm="api"');
    });

    QUnit.test("who issues in each cloud", (assert) => {
      const issuersOf = (cloud: "public" | "usgov" | "china" | "france" | "germany" | "singapore"): string[] =>
        entraIssuer({ tenantId: TENANT.toUpperCase(), audience: API, cloud }).trusted.map(({ iss }) => iss);
      assert.deepEqual(issuersOf("public"), [entraV1(TENANT), entraV2(TENANT)]);
      assert.deepEqual(issuersOf("usgov"), [entraV1(TENANT), `https://login.microsoftonline.us/${TENANT}/v2.0`]);
      assert.deepEqual(issuersOf("china"), [
        `https://sts.chinacloudapi.cn/${TENANT}/`,
        `https://login.partner.microsoftonline.cn/${TENANT}/v2.0`,
      ]);
      assert.deepEqual(issuersOf("france"), [`https://login.sovcloud-identity.fr/${TENANT}/v2.0`]);
      assert.deepEqual(issuersOf("germany"), [`https://login.sovcloud-identity.de/${TENANT}/v2.0`]);
    });

    const GUID = "expected a tenant's GUID";
    const URL_EXPECTED = "expected an https URL (http: loopback only, with allowHttpLoopback)";
    const AUDIENCE = "expected an audience, or a list of them";
    // biome-ignore format: a table
    const configs: readonly (readonly [string, () => unknown, readonly string[]])[] = [
      ["Entra with nothing", () => entraIssuer(wrong({})), ["tenantId: missing", "audience: missing"]],
      [
        "Entra without a tenant",
        () => entraIssuer({ tenantId: undefined, audience: API }),
        [`tenantId: missing, ${GUID}`],
      ],
      [
        "Entra with a domain, no audience and a misspelt option",
        () => entraIssuer(wrong({ tenantId: "contoso.com", audience: [], version: "2.0" })),
        [`tenantId: ${GUID}`, `audience: ${AUDIENCE}`, "version: unknown option"],
      ],
      ["Entra with the tenant common", () => entraIssuer({ tenantId: "common", audience: API }), [`tenantId: ${GUID}`]],
      ["Entra with every tenant", () => entraIssuer({ tenantId: TENANT, tenants: ["*"], audience: API }), ["tenants: expected a list of GUIDs"]],
      [
        "Entra with a version that there is not",
        () => entraIssuer({ tenantId: TENANT, audience: API, versions: wrong(["3.0"]) }),
        ["versions: expected versions of which the issuer is known: 1.0,2.0"],
      ],
      [
        "Entra with version 1.0 where nobody knows who issues it",
        () => entraIssuer({ tenantId: TENANT, audience: API, cloud: "france", versions: ["1.0"] }),
        ["versions: expected versions of which the issuer is known: 2.0"],
      ],
      [
        "Entra with an authority by plain http",
        () => entraIssuer({ tenantId: TENANT, audience: API, authority: "http://127.0.0.1" }),
        [`authority: ${URL_EXPECTED}`],
      ],
      [
        "Entra with an authority that has a query",
        () => entraIssuer({ tenantId: TENANT, audience: API, authority: "https://x.example/?y=" }),
        [`authority: ${URL_EXPECTED}`],
      ],
      [
        "Access with a URL",
        () => accessIssuer({ teamDomain: `https://${TEAM}`, audience: undefined }),
        ["teamDomain: expected a host name like acme.cloudflareaccess.com", `audience: missing, ${AUDIENCE}`],
      ],
      [
        "Access with a path",
        () => accessIssuer({ teamDomain: `${TEAM}/x`, audience: "" }),
        ["teamDomain: expected a host name like acme.cloudflareaccess.com", `audience: ${AUDIENCE}`],
      ],
      [
        "OIDC by plain http",
        () => oidcIssuer({ issuer: "http://id.example", audience: "x" }),
        [`issuer: ${URL_EXPECTED}`],
      ],
      [
        "OIDC on this machine",
        () => oidcIssuer({ issuer: "http://localhost", audience: "x", jwksUri: "http://localhost" }),
        [`issuer: ${URL_EXPECTED}`, `jwksUri: ${URL_EXPECTED}`],
      ],
      [
        "OIDC with algorithms that share a secret",
        () => oidcIssuer({ issuer: OIDC, audience: "x", algorithms: wrong(["RS256", "HS256", "none"]) }),
        ["algorithms: expected some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519"],
      ],
      ["nobody", () => createBearerAuth({ issuers: [] }), ["issuers: expected at least one, and each only once"]],
      [
        "somebody else",
        () => createBearerAuth(wrong({ issuers: ["https://id.example"] })),
        ["issuers: expected what entraIssuer(), accessIssuer() or oidcIssuer() gives"],
      ],
      [
        "one issuer twice",
        () =>
          createBearerAuth({
            issuers: [
              entraIssuer({ tenantId: TENANT, audience: API }),
              oidcIssuer({ issuer: entraV2(TENANT), audience: API }),
            ],
          }),
        ["issuers: expected at least one, and each only once"],
      ],
      [
        "everything wrong",
        () =>
          createBearerAuth(
            wrong({
              issuers: [accessIssuer({ teamDomain: TEAM, audience: ACCESS_AUD })],
              scopes: ['a"b'],
              roles: [""],
              realm: 'x"',
              resourceMetadata: "http://x.example",
              clockToleranceMs: 300_001,
              reloadEveryMs: 29_999,
              timeoutMs: -1,
              platform: {},
              onEvent: 1,
              extra: 1,
            }),
          ),
        [
          "scopes: expected a list of scopes",
          "roles: expected a list of roles",
          "realm: expected a text without quotes",
          "resourceMetadata: expected an https URL (http: loopback only)",
          "clockToleranceMs: expected 0 to 300000 ms",
          "reloadEveryMs: expected 30000 to 86400000 ms",
          "timeoutMs: expected 0 to 86400000 ms",
          "platform: expected a Platform",
          "onEvent: expected a function",
          "extra: unknown option",
        ],
      ],
    ];
    for (const [what, make, problems] of configs) {
      QUnit.test(`refused at once: ${what}`, (assert) => assert.deepEqual(problemsOf(make), problems));
    }
  });
};
