import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { contextFor, failureOf, fakePlatform, json, NOW, type Sent } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import {
  appService,
  body,
  endpoints,
  header,
  id,
  lifetimes,
  local,
  refusals,
  requests,
  resourceId,
  seconds,
} from "./managed-identity-cases.ts";

export const suite: Suite = (QUnit: QUnitLike) => {
  const mistakes = [
    {
      what: "three selectors",
      make: () => managedIdentity({ clientId: id, objectId: id, resourceId }),
      problems: [
        "objectId: expected a GUID, and not together with clientId",
        "resourceId: expected the ARM id of a user-assigned identity, and not together with clientId",
      ],
    },
    {
      what: "everything wrong",
      make: () => managedIdentity({ clientId: "my-app", resourceId: "/uami", endpoint: "arc", tenantId: id } as never),
      problems: [
        "clientId: expected a GUID",
        "resourceId: expected the ARM id of a user-assigned identity, and not together with clientId",
        'endpoint: expected "app-service" or "imds"',
        "tenantId: unknown option",
      ],
    },
    {
      what: "a resource id that is none",
      make: () => managedIdentity({ resourceId: `${resourceId}/extra` }),
      problems: ["resourceId: expected the ARM id of a user-assigned identity"],
    },
    { what: "null", make: () => managedIdentity(null as never), problems: ["expected Object"] },
  ];

  sourceContract(QUnit, {
    name: "managed-identity",
    variant: "App Service",
    provenance: "platform",
    create: () => managedIdentity({ clientId: id }),
    unavailable: [
      { where: "without the header", env: { ...appService, IDENTITY_HEADER: "" }, names: ["IDENTITY_HEADER"] },
      { where: "without the endpoint", env: { ...appService, IDENTITY_ENDPOINT: "" }, names: ["IDENTITY_ENDPOINT"] },
      {
        where: "with an endpoint elsewhere and no header",
        env: { IDENTITY_ENDPOINT: "https://evil.example/" },
        names: [`IDENTITY_ENDPOINT ${local} (the header must not go anywhere else)`, "IDENTITY_HEADER"],
      },
    ],
    mistakes,
    wire: { env: appService, body, audienceParameter: "resource", secret: header, notFound: "retry" },
  });

  sourceContract(QUnit, {
    name: "managed-identity",
    variant: "IMDS",
    provenance: "platform",
    create: () => managedIdentity({ endpoint: "imds" }),
    unavailable: [
      {
        where: "with an IMDS elsewhere",
        env: { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://imds.example" },
        names: [`AZURE_POD_IDENTITY_AUTHORITY_HOST ${local}`],
      },
    ],
    mistakes: [],
    wire: { env: {}, body, audienceParameter: "resource", notFound: "retry" },
  });

  QUnit.module("source managed-identity, its own", () => {
    for (const [name, { options, env = {}, audience = AUDIENCE, url }] of Object.entries(requests)) {
      QUnit.test(`asks ${name}`, async (assert) => {
        const platform = fakePlatform({ env, respond: () => json(body(freshToken())) });
        await managedIdentity(options).getToken({ audience }, contextFor(platform));
        const [sent] = platform.requests as readonly [Sent];
        assert.strictEqual(sent.url.href, url);
        const imds = url.includes("/metadata/identity/");
        assert.strictEqual(sent.headers.get("metadata"), imds ? "true" : null);
        assert.ok(
          sent.headers.get("x-identity-header") === (imds ? null : header),
          "the header goes with App Service only",
        );
      });
    }

    for (const [url, allowed] of endpoints) {
      QUnit.test(`${allowed ? "takes" : "refuses"} IDENTITY_ENDPOINT ${url}`, async (assert) => {
        const platform = fakePlatform({
          env: { ...appService, IDENTITY_ENDPOINT: url },
          respond: () => json(body(freshToken())),
        });
        assert.strictEqual(managedIdentity().detect(platform).found, allowed);
        const asked = managedIdentity().getToken({ audience: AUDIENCE }, contextFor(platform));
        if (allowed) await asked;
        else assert.strictEqual((await failureOf(() => asked)).code, "ERR_SOURCE_UNAVAILABLE");
        assert.strictEqual(platform.requests.length, allowed ? 1 : 0);
      });
    }

    for (const [name, { fields, expiresInMs = 300_000, refreshInMs }] of Object.entries(lifetimes)) {
      QUnit.test(`reads ${name}`, async (assert) => {
        const access_token = canaryToken({ exp: seconds + 300 });
        const platform = fakePlatform({ respond: () => json({ access_token, ...fields }) });
        const given = await managedIdentity().getToken({ audience: AUDIENCE }, contextFor(platform));
        assert.strictEqual(given.expiresAt, NOW + expiresInMs);
        assert.strictEqual(given.refreshAt, refreshInMs === undefined ? undefined : NOW + refreshInMs);
      });
    }

    QUnit.test("an opaque token without any end is used once", async (assert) => {
      const platform = fakePlatform({ respond: () => json({ access_token: canary("an-opaque-token-9876543210") }) });
      const given = await managedIdentity().getToken({ audience: AUDIENCE }, contextFor(platform));
      assert.strictEqual(given.expiresAt, undefined);
    });

    QUnit.test("expires_in does not depend on any clock", async (assert) => {
      const headers = { date: new Date(NOW - 3_600_000).toUTCString() };
      const platform = fakePlatform({
        respond: () => json({ access_token: freshToken(), expires_in: "300" }, { headers }),
      });
      const given = await managedIdentity().getToken({ audience: AUDIENCE }, contextFor(platform));
      assert.strictEqual(given.expiresAt, NOW + 300_000);
    });

    for (const [field, value] of [
      ["expires_on", "soon"],
      ["expires_on", ""],
      ["expires_on", {}],
      ["expires_on", 1e300],
      ["expires_in", "a while"],
      ["expires_in", 1e11],
      ["expires_in", "-1e300"],
    ] as const) {
      QUnit.test(`cannot read ${field} ${JSON.stringify(value)}`, async (assert) => {
        const platform = fakePlatform({ respond: () => json({ access_token: freshToken(), [field]: value }) });
        const error = await failureOf(() => managedIdentity().getToken({ audience: AUDIENCE }, contextFor(platform)));
        assert.strictEqual(error.code, "ERR_SOURCE_REPLY");
        assert.ok(error.message.includes(`${field}: expected `), error.message);
      });
    }

    for (const [name, { status, body: text, says, code = "ERR_SOURCE_FAILED", ...fields }] of Object.entries(
      refusals,
    )) {
      QUnit.test(`answers ${name}`, async (assert) => {
        const headers = { "retry-after": "1" };
        const platform = fakePlatform({ respond: () => new Response(text, { status, headers }) });
        const error = await failureOf(() => managedIdentity().getToken({ audience: AUDIENCE }, contextFor(platform)));
        assert.deepEqual([error.code, error.recovery], [code, fields.recovery]);
        assert.ok(error.message.includes(says), error.message);
        assert.strictEqual(error.retryAfterMs, fields.retryAfterMs);
      });
    }

    QUnit.test("says what IMDS says", async (assert) => {
      const reply = { error: "invalid_request", error_description: "Identity not found", correlationId: "c-1" };
      const platform = fakePlatform({ respond: () => json(reply, { status: 400 }) });
      const error = await failureOf(() => managedIdentity().getToken({ audience: AUDIENCE }, contextFor(platform)));
      const said = "Cannot get a token from managed-identity: HTTP 400 invalid_request Identity not found (ERR_";
      assert.ok(error.message.startsWith(said), error.message);
      assert.strictEqual(error.correlationId, "c-1");
    });

    QUnit.test("detect() takes a machine for one in Azure only when it is told so", (assert) => {
      const nowhere = fakePlatform();
      assert.deepEqual(managedIdentity().detect(nowhere), {
        found: false,
        missing: ['IDENTITY_ENDPOINT and IDENTITY_HEADER, or endpoint: "imds" on a virtual machine'],
      });
      assert.deepEqual(managedIdentity({ endpoint: "app-service" }).detect(nowhere), {
        found: false,
        missing: ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"],
      });
      assert.deepEqual(managedIdentity({ endpoint: "imds" }).detect(nowhere), { found: true });
      const told = fakePlatform({ env: { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:2579" } });
      assert.deepEqual(managedIdentity().detect(told), { found: true });
    });

    QUnit.test("each selector is an identity of its own", (assert) => {
      const all = [{}, { clientId: id }, { objectId: id }, { resourceId }, { endpoint: "imds" }] as const;
      const identities = all.map((options) => JSON.stringify(managedIdentity(options).identity));
      assert.strictEqual(new Set(identities).size, all.length);
    });
  });
};
