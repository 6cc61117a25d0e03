import { type GcpServiceAccountOptions, gcpServiceAccount } from "@tokenhop/core/sources/gcp-service-account";
import { contextFor, failureOf, fakePlatform, json, type Sent } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { ask, bearer, email, providerOfGoogle, scripted } from "./gcp-service-account-support.ts";

const NO_PROVIDER = "from: expected a provider, as federate() gives";
const ENDPOINT = "endpoint: expected an https URL (http: loopback only, with allowHttpLoopback)";
const denied = {
  error: {
    code: 403,
    message: "Permission 'iam.serviceAccounts.getOpenIdToken' denied on resource (or it may not exist).",
    status: "PERMISSION_DENIED",
  },
};

export const suite: Suite = (QUnit: QUnitLike) => {
  const options: GcpServiceAccountOptions = { from: providerOfGoogle(), serviceAccount: email };

  sourceContract(QUnit, {
    name: "gcp-service-account",
    provenance: "external",
    create: () => gcpServiceAccount(options),
    mistakes: [
      {
        what: "everything wrong",
        make: () =>
          gcpServiceAccount({
            from: () => "token",
            serviceAccount: "../secrets",
            delegates: ["a@b.example", "x/y"],
            includeEmail: 1,
            universe: "10.0.0.1",
            endpoint: "http://127.0.0.1:1",
            scope: "x",
          } as never),
        problems: [
          NO_PROVIDER,
          "serviceAccount: expected the e-mail address or unique id of a service account",
          "delegates: expected a list of e-mail addresses or unique ids of service accounts",
          "includeEmail: expected true or false",
          "universe: expected a domain name, in lower case",
          ENDPOINT,
          "scope: unknown option",
        ],
      },
      {
        what: "nothing",
        make: () => gcpServiceAccount(undefined as never),
        problems: ["missing, expected Object"],
      },
      // A provider has all of these: what lacks one is something else, a map or half a mock.
      ...[
        new Map(),
        { ...providerOfGoogle(), identity: undefined },
        { ...providerOfGoogle(), identity: "google" },
        { ...providerOfGoogle(), peek: undefined },
        { ...providerOfGoogle(), with: undefined },
        { ...providerOfGoogle(), get: undefined },
        null,
      ].map((from, index) => ({
        what: `the provider no. ${index} that is none`,
        make: () => gcpServiceAccount({ ...options, from } as never),
        problems: [NO_PROVIDER],
      })),
      ...["a+b@p.example", "12", "a@localhost", "..", "a@b.example/x", "a@b.example?x"].map((serviceAccount) => ({
        what: `the account ${serviceAccount}`,
        make: () => gcpServiceAccount({ ...options, serviceAccount }),
        problems: ["serviceAccount: expected the e-mail address or unique id of a service account"],
      })),
      ...[
        "https://x.example/#v1",
        "https://x.example/?a",
        "https://a:b@x.example",
        "http://x.example",
        "x.example",
      ].map((endpoint) => ({
        what: `the endpoint ${endpoint}`,
        make: () => gcpServiceAccount({ ...options, endpoint, allowHttpLoopback: true }),
        problems: [ENDPOINT],
      })),
    ],
    wire: {
      env: {},
      method: "POST",
      body: (token) => ({ token }),
      audienceOf: ({ body }) => (JSON.parse(body) as { audience: string }).audience,
      secret: bearer,
      notFound: "stop",
    },
  });

  QUnit.module("source gcp-service-account, its own", () => {
    for (const [name, more, url, body] of [
      ["by its e-mail address", {}, `${email}:generateIdToken`, { includeEmail: false }],
      [
        "by its id, through others, with the e-mail address",
        { serviceAccount: "112233445566778899000", delegates: ["a@p.example", "998877"], includeEmail: true },
        "112233445566778899000:generateIdToken",
        {
          includeEmail: true,
          delegates: ["projects/-/serviceAccounts/a@p.example", "projects/-/serviceAccounts/998877"],
        },
      ],
    ] as const) {
      QUnit.test(`asks for an account ${name}`, async (assert) => {
        const platform = fakePlatform({ respond: () => json({ token: freshToken() }) });
        await ask(platform, { ...options, ...more });
        const [sent] = platform.requests as readonly [Sent];
        assert.strictEqual(sent.url.href, `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${url}`);
        assert.ok(sent.headers.get("authorization") === `Bearer ${bearer}`);
        assert.strictEqual(sent.headers.get("content-type"), "application/json");
        assert.deepEqual(JSON.parse(sent.body), { audience: AUDIENCE, ...body });
      });
    }

    for (const [base, more] of [
      ["https://iamcredentials.my-universe.example", { universe: "my-universe.example" }],
      ["https://iam.example/base", { endpoint: "https://iam.example/base/" }],
      ["https://iam.example", { endpoint: "https://iam.example", universe: "my-universe.example" }],
      ["http://127.0.0.1:8080", { endpoint: "http://127.0.0.1:8080", allowHttpLoopback: true }],
    ] as const) {
      QUnit.test(`asks at ${JSON.stringify(more)}`, async (assert) => {
        const platform = fakePlatform({ respond: () => json({ token: freshToken() }) });
        await ask(platform, { ...options, ...more });
        const url = `${base}/v1/projects/-/serviceAccounts/${email}:generateIdToken`;
        assert.strictEqual(platform.requests[0]?.url.href, url);
      });
    }

    QUnit.test("passes through whom it was told, whatever becomes of the list", async (assert) => {
      const delegates = ["a@p.example"];
      const source = gcpServiceAccount({ ...options, delegates });
      const before = JSON.stringify(source.identity);
      delegates.push("evil@p.example");
      assert.strictEqual(JSON.stringify(source.identity), before);
      const platform = fakePlatform({ respond: () => json({ token: freshToken() }) });
      await source.getToken({ audience: AUDIENCE }, contextFor(platform));
      const sent = JSON.parse((platform.requests as readonly [Sent])[0].body);
      assert.deepEqual(sent.delegates, ["projects/-/serviceAccounts/a@p.example"]);
    });

    QUnit.test("says what Google says", async (assert) => {
      const platform = fakePlatform({ respond: () => json(denied, { status: 403 }) });
      const error = await failureOf(() => ask(platform, options));
      assert.deepEqual(
        [error.code, error.status, error.error, error.recovery],
        ["ERR_SOURCE_FAILED", 403, "PERMISSION_DENIED", "propagation"],
      );
      assert.ok(
        error.message.startsWith(
          "Cannot get a token from gcp-service-account: HTTP 403 Permission 'iam.serviceAccounts",
        ),
        error.message,
      );
    });

    QUnit.test("each account, way and caller is an identity of its own", (assert) => {
      const other = scripted({ identity: ["other"] }).provider;
      const all: Partial<GcpServiceAccountOptions>[] = [
        {},
        { serviceAccount: "100000" },
        { delegates: ["100000"] },
        { includeEmail: true },
        { endpoint: "https://x.example" },
        { from: other },
      ];
      const identities = all.map((more) => JSON.stringify(gcpServiceAccount({ ...options, ...more }).identity));
      assert.strictEqual(new Set(identities).size, all.length);
    });
  });
};
