import { oidcClient } from "@tokenhop/core/sources/oidc-client";
import { failureOf, fakePlatform, json, NOW, type Sent } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import {
  answering,
  ask,
  byAssertion,
  document,
  formOf,
  granted,
  grantedWith,
  issuer,
  options,
  password,
} from "./oidc-client-support.ts";

const seconds = NOW / 1000;
const stored = "expected a function that gets it: a secret in an option is a stored secret";
const wrongParameter =
  "audienceParameter: expected the name of a parameter that the request does not have yet, or false";

export const suite: Suite = (QUnit: QUnitLike) => {
  const wire = {
    env: {},
    method: "POST",
    body: grantedWith,
    audienceOf: (sent: Sent) => formOf(sent).audience,
    secret: password,
    notFound: "stop",
  } as const;
  sourceContract(QUnit, {
    name: "oidc-client",
    variant: "a token endpoint",
    provenance: "external",
    create: () => oidcClient(options),
    opaque: true,
    mistakes: [
      {
        what: "everything wrong",
        make: () =>
          oidcClient({
            issuer: "http://id.example/",
            tokenEndpoint: "id.example",
            clientId: "",
            clientAssertion: "a.b.c",
            clientAssertionAudience: "",
            clientSecretMethod: "none",
            scope: "a  b",
            audienceParameter: "client_id",
            allowHttpLoopback: 1,
            name: "x",
          } as never),
        problems: [
          "issuer: expected an https URL (http: loopback only, with allowHttpLoopback)",
          "tokenEndpoint: expected an https URL (http: loopback only, with allowHttpLoopback)",
          "clientId: expected a text that is not empty",
          "clientAssertion: expected a source, a provider or a function",
          "clientAssertionAudience: expected a text that is not empty",
          "clientSecretMethod: expected client_secret_basic or client_secret_post, with clientSecret",
          "scope: expected scopes with one space between",
          wrongParameter,
          "allowHttpLoopback: expected true or false",
          "name: unknown option",
        ],
      },
      { what: "nothing", make: () => oidcClient(undefined as never), problems: ["missing, expected Object"] },
      {
        what: "a secret in its place",
        make: () => oidcClient({ ...options, clientSecret: password as never }),
        problems: [`clientSecret: ${stored}`],
      },
      {
        what: "a secret that is no text either",
        make: () => oidcClient({ ...options, clientSecret: { value: password } as never }),
        problems: ["clientSecret: expected a function"],
      },
      {
        what: "no proof at all",
        make: () => oidcClient({ issuer, clientId: "x" }),
        problems: ["clientAssertion: expected one, or clientSecret"],
      },
      {
        what: "two proofs",
        make: () => oidcClient({ ...options, clientAssertion: () => "x" }),
        problems: ["clientAssertion: expected only without clientSecret"],
      },
      ...["a b", "", "grant_type", "client_secret", "client_assertion", true].map((audienceParameter) => ({
        what: `the audience in ${JSON.stringify(audienceParameter)}`,
        make: () => oidcClient({ ...options, audienceParameter: audienceParameter as never }),
        problems: [wrongParameter],
      })),
      {
        what: "the audience in the scope, where there is one",
        make: () => oidcClient({ ...options, scope: "x", audienceParameter: "scope" }),
        problems: [wrongParameter],
      },
    ],
    wire,
  });

  sourceContract(QUnit, {
    name: "oidc-client",
    variant: "discovery",
    provenance: "external",
    create: () => oidcClient({ ...options, tokenEndpoint: undefined }),
    mistakes: [],
    wire: { ...wire, prelude: ({ method }) => (method === "GET" ? json(document) : undefined) },
  });

  QUnit.module("source oidc-client, its own", () => {
    for (const [what, more, told] of [
      ["as Auth0 wants it", {}, { audience: AUDIENCE }],
      ["by RFC 8707", { audienceParameter: "resource" }, { resource: AUDIENCE }],
      ["as a scope", { audienceParameter: "scope" }, { scope: AUDIENCE }],
      ["as Okta wants it", { audienceParameter: false, scope: "aws gcp" }, { scope: "aws gcp" }],
      ["with scopes", { scope: "a:b c/d" }, { audience: AUDIENCE, scope: "a:b c/d" }],
    ] as const) {
      QUnit.test(`says what the token is for ${what}`, async (assert) => {
        const platform = answering(granted());
        await ask(platform, more);
        const [sent] = platform.requests as readonly [Sent];
        assert.deepEqual(formOf(sent), { grant_type: "client_credentials", ...told });
        assert.ok(sent.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded"));
        assert.strictEqual(sent.headers.get("accept"), "application/json");
      });
    }

    // Seconds of the reply, those of the token, and what comes of them.
    for (const [expiresIn, life, left] of [
      [120, 300, 120],
      ["120", 300, 120],
      [3_600, 300, 300],
      [undefined, 300, 300],
      [600, undefined, 600],
      [0, 300, 0],
      [-60, undefined, -60],
      [undefined, undefined, undefined],
    ] as const) {
      QUnit.test(
        `of ${JSON.stringify(expiresIn)} s in the reply and ${life} s in the token makes ${left} s`,
        async (assert) => {
          const token = canaryToken({ aud: AUDIENCE, ...(life !== undefined && { exp: seconds + life }) });
          const { expiresAt } = await ask(answering({ ...granted(token), expires_in: expiresIn }));
          assert.strictEqual(expiresAt, left === undefined ? undefined : NOW + left * 1_000);
        },
      );
    }

    QUnit.test("an opaque token lasts as long as the reply says", async (assert) => {
      const token = canary("opaque-access-token-0123456789");
      const { expiresAt } = await ask(answering({ ...granted(token), expires_in: 60 }));
      assert.strictEqual(expiresAt, NOW + 60_000);
    });

    for (const [what, body] of [
      ["a lifetime that is none", { ...granted(), expires_in: "soon" }],
      ["an empty lifetime", { ...granted(), expires_in: "" }],
      ["a token that is bound to a key", { ...granted(), token_type: "DPoP" }],
      ["a list", [granted()]],
      ["a token inside of something", { data: granted() }],
    ] as const) {
      QUnit.test(`cannot read ${what}`, async (assert) => {
        const error = await failureOf(() => ask(answering(body)));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_REPLY", "retry"]);
      });
    }

    QUnit.test("needs no type of token, and takes it in any case", async (assert) => {
      for (const token_type of [undefined, "bearer", "BEARER"]) {
        const token = freshToken();
        assert.ok((await ask(answering({ ...granted(token), token_type }))).token.reveal() === token);
      }
    });

    QUnit.test("where the audience is settled, refuses a token for another, naming both", async (assert) => {
      const settled = { audienceParameter: false, scope: "aws" } as const;
      const token = canaryToken({ aud: "api://default", exp: seconds + 60 });
      const error = await failureOf(() => ask(answering(granted(token)), settled));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
      assert.ok(error.message.includes(`has the audience api://default, wanted is ${AUDIENCE};`), error.message);
      for (const other of [canaryToken({ exp: seconds + 60 }), canary("opaque-access-token-9876543210")]) {
        const given = await ask(answering(granted(other)), settled);
        assert.ok(given.token.reveal() === other, "what does not say is taken");
      }
    });

    QUnit.test("each issuer, client, way and scope is an identity of its own", (assert) => {
      const clientSecret = () => "";
      const issuedBy = () => "";
      const all = [
        {},
        { issuer: "https://other.example" },
        { tokenEndpoint: undefined },
        { clientId: "other" },
        { scope: "x" },
        { audienceParameter: "resource" },
        { audienceParameter: false },
        { ...byAssertion(issuedBy) },
        { ...byAssertion(issuedBy), clientAssertionAudience: "x" },
        { clientSecretMethod: "client_secret_post" },
      ] as const;
      const identities = all.map((more) => JSON.stringify(oidcClient({ ...options, ...more }).identity));
      assert.strictEqual(new Set(identities).size, all.length);
      assert.ok(oidcClient({ ...options, clientSecret }).identity.includes(clientSecret));
      assert.notOk(JSON.stringify(oidcClient(options).identity).includes(password.slice(0, 8)));
    });

    QUnit.test("has no cost where there are no users", (assert) => {
      const { partition, perRequest, detect } = oidcClient(options);
      assert.deepEqual([partition, perRequest, detect(fakePlatform())], [undefined, undefined, { found: true }]);
    });
  });
};
