import type { Fetch } from "@tokenhop/core";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { serviceFabric } from "@tokenhop/core/sources/service-fabric";
import { contextFor, type FakePlatform, failureOf, fakePlatform, json, type Sent } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { appService, body, seconds } from "./managed-identity-cases.ts";

const header = canary("fabric-identity-header-1a2b3c4d");
const env = {
  IDENTITY_ENDPOINT: "https://localhost:2377/metadata/identity/oauth2/token",
  IDENTITY_HEADER: header,
  IDENTITY_SERVER_THUMBPRINT: "0123456789ABCDEF0123456789ABCDEF01234567",
};
const names = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"];

export const suite: Suite = (QUnit: QUnitLike) => {
  /** Takes the request to the platform that the test looks at. */
  let current: FakePlatform = fakePlatform();
  const pinned: Fetch = (input, init) => current.fetch(input, init);

  sourceContract(QUnit, {
    name: "service-fabric",
    provenance: "platform",
    // Whoever asks has a platform whose own fetch must not be used; the contract's is made to be found again.
    create: () => {
      const source = serviceFabric({ fetch: pinned });
      return {
        ...source,
        getToken(wanted, context) {
          current = context.platform as FakePlatform;
          return source.getToken(wanted, context);
        },
      };
    },
    unavailable: [
      { where: "elsewhere", names },
      {
        where: "on App Service",
        env: appService,
        names: ["IDENTITY_SERVER_THUMBPRINT", "IDENTITY_ENDPOINT with an https URL"],
      },
      ...["http://localhost:2377/", "https://a:b@localhost/", "localhost:2377"].map((url) => ({
        where: `with the endpoint ${url}`,
        env: { ...env, IDENTITY_ENDPOINT: url },
        names: ["IDENTITY_ENDPOINT with an https URL"],
      })),
    ],
    mistakes: [
      { what: "no fetch", make: () => serviceFabric({} as never), problems: ["fetch: missing"] },
      { what: "nothing", make: () => serviceFabric(undefined as never), problems: ["missing, expected Object"] },
      {
        what: "an identity to choose",
        make: () => serviceFabric({ fetch: "pinned", clientId: "x" } as never),
        problems: ["fetch: expected a function", "clientId: unknown option"],
      },
    ],
    wire: { env, body, audienceParameter: "resource", secret: header, notFound: "retry" },
  });

  QUnit.module("source service-fabric, its own", () => {
    QUnit.test("asks through the fetch that it is given, and no other", async (assert) => {
      const own = fakePlatform({ respond: () => json({ access_token: freshToken(), expires_on: seconds + 300 }) });
      const platform = fakePlatform({ env, respond: () => json(body(freshToken())) });
      const source = serviceFabric({ fetch: own.fetch });
      await source.getToken({ audience: `${AUDIENCE}/.default` }, contextFor(platform));
      assert.strictEqual(platform.requests.length, 0, "the runtime's fetch looks at no thumbprint");
      const [sent] = own.requests as readonly [Sent];
      assert.strictEqual(
        sent.url.href,
        "https://localhost:2377/metadata/identity/oauth2/token?api-version=2019-07-01-preview&resource=api%3A%2F%2FAzureADTokenExchange",
      );
      assert.ok(sent.headers.get("secret") === header);
      assert.strictEqual(sent.redirect, "manual");
    });

    QUnit.test("another certificate is no answer, and the header is not shown", async (assert) => {
      const platform = fakePlatform({ env });
      const refusing: Fetch = () => Promise.reject(new Error(`another certificate than ${header} expects`));
      const source = serviceFabric({ fetch: refusing });
      const error = await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.strictEqual(error.code, "ERR_HTTP_NETWORK");
      assert.notOk(error.message.includes("certificate"));
    });

    QUnit.test("each fetch is an identity of its own", (assert) => {
      assert.deepEqual(serviceFabric({ fetch: pinned }).identity, ["service-fabric", pinned]);
    });

    QUnit.test("is not taken for App Service, whose variables it sets too", async (assert) => {
      const platform = fakePlatform({ env, respond: () => json(body(freshToken())) });
      const missing = ["no IDENTITY_SERVER_THUMBPRINT (here it is Service Fabric's)"];
      assert.deepEqual(managedIdentity().detect(platform), { found: false, missing });
      const error = await failureOf(() => managedIdentity().getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.strictEqual(error.code, "ERR_SOURCE_UNAVAILABLE");
      assert.strictEqual(platform.requests.length, 0);
    });
  });
};
