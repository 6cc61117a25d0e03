/** What Microsoft's clients ask of an authority, in which order and how often, to the field. */
import { ClientAssertionCredential } from "@azure/identity";
import { ConfidentialClientApplication, version } from "@azure/msal-node";
import { demoIds } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import { armScope, assertionType, ids, otherTenantId } from "../../emulator/support.ts";
import type { Assert, Suite } from "../../harness.ts";
import { type AssertionClient, assertionClients, type Connected } from "./assertion-clients.ts";
import { type Asked, assertionOf, firstExchange, type Stage, tokenOf, withEmulator } from "./entra.ts";

const { tenantId } = demoIds;
const { externalApp: clientId } = ids;
const graphScope = "https://graph.microsoft.com/.default";
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const connect = (stage: Stage, client: AssertionClient): Connected =>
  client.connect(stage, {
    tenantId,
    clientId,
    assertion: () => assertionOf(stage.emulator),
    otherTenants: [otherTenantId],
  });

async function order(assert: Assert, stage: Stage, client: AssertionClient): Promise<void> {
  const one = connect(stage, client);
  const { token } = await one.getToken([armScope]);
  assert.deepEqual(stage.lines(), firstExchange(), "where, and then the token");
  assert.strictEqual((await one.getToken([armScope])).token, token);
  assert.deepEqual(stage.lines(), [], "the same again: out of the cache");
  await one.getToken([graphScope]);
  assert.deepEqual(stage.lines(), [tokenOf()], "another scope: only the token");
  // Earlier versions asked for the other tenant's metadata too.
  await one.getToken([armScope], otherTenantId);
  assert.deepEqual(stage.lines(), [tokenOf(otherTenantId)], "another tenant: only the token");
  assert.strictEqual((await one.getToken([armScope])).token, token);
  assert.deepEqual(stage.lines(), [], "the tenants are kept apart in the cache");

  await connect(stage, client).getToken([armScope]);
  assert.deepEqual(stage.lines(), firstExchange(), "another instance shares nothing");
}

/** What no cache holds yet, each caller asks for itself: the clients do not join calls. */
async function storm(assert: Assert, stage: Stage, client: AssertionClient): Promise<void> {
  const one = connect(stage, client);
  await one.getToken([armScope]);
  stage.asked();
  await Promise.all([1, 2, 3].map(() => one.getToken([graphScope])));
  assert.deepEqual(stage.lines(), [tokenOf(), tokenOf(), tokenOf()]);
}

/** The form in its order; a text is what the field says, `true` that it says something. */
const fields: readonly (readonly [name: string, value: string | true])[] = [
  ["client_id", clientId],
  ["scope", armScope],
  ["grant_type", "client_credentials"],
  ["x-client-SKU", "msal.js.node"],
  ["x-client-VER", version],
  ["x-client-OS", process.platform],
  ["x-client-CPU", process.arch],
  ["x-ms-lib-capability", "retry-after, h429"],
  ["x-client-current-telemetry", "5|771,2,,,|,"],
  ["x-client-last-telemetry", "5|0|||0,0"],
  ["client-request-id", true],
  ["client_assertion", true],
  ["client_assertion_type", assertionType],
];

const shown = (asked: Asked | undefined, expected: typeof fields): unknown =>
  [...(asked?.form ?? [])].map(([name, value], at) => [name, expected[at]?.[1] === true ? value !== "" : value]);

async function toTheField(assert: Assert, stage: Stage, client: AssertionClient): Promise<void> {
  await connect(stage, client).getToken([armScope]);
  const [configuration, token] = stage.asked();
  assert.deepEqual([...(configuration?.query ?? [])], []);
  assert.deepEqual(shown(token, fields), fields);
  const requestId = token?.form.get("client-request-id") ?? "";
  assert.ok(guid.test(requestId), requestId);
  assert.deepEqual([...(token?.query ?? [])], [["client-request-id", requestId]], "the same id once more");
  assert.strictEqual(token?.headers.get("content-type"), "application/x-www-form-urlencoded;charset=utf-8");
  assert.strictEqual(
    guid.test(token?.headers.get("x-ms-client-request-id") ?? ""),
    client.name === "@azure/identity",
    "the pipeline of @azure/identity counts its own requests",
  );
}

async function continuousAccess(assert: Assert, stage: Stage): Promise<void> {
  const credential = new ClientAssertionCredential(tenantId, clientId, () => assertionOf(stage.emulator), {
    authorityHost: stage.https.url,
    disableInstanceDiscovery: true,
  });
  const plain = await credential.getToken(armScope);
  assert.strictEqual(decodeJwt(plain.token).xms_cc, undefined);
  stage.asked();
  const { token } = await credential.getToken(armScope, { enableCae: true });
  const asked = stage.asked();
  assert.deepEqual(
    asked.map(({ line }) => line),
    firstExchange(),
    "another cache: where, and then the token",
  );
  const claims = asked[1]?.form.get("claims") ?? "";
  assert.deepEqual([...(asked[1]?.form.keys() ?? [])].at(-1), "claims");
  assert.deepEqual((JSON.parse(claims) as { access_token: unknown }).access_token, { xms_cc: { values: ["cp1"] } });
  assert.deepEqual(decodeJwt(token).xms_cc, ["cp1"]);
  await credential.getToken(armScope, { enableCae: true });
  await credential.getToken(armScope);
  assert.deepEqual(stage.lines(), []);
}

/** The callback's arguments, and which of its values went over the wire. */
async function callback(assert: Assert, stage: Stage): Promise<void> {
  const calls: unknown[] = [];
  // The type of the callback takes no argument, but it is given one.
  const assertion = (...given: readonly unknown[]): Promise<string> => {
    calls.push(...given);
    return assertionOf(stage.emulator, { claims: { call: calls.length } });
  };
  const credential = new ClientAssertionCredential(tenantId, clientId, assertion, {
    authorityHost: stage.https.url,
    disableInstanceDiscovery: true,
  });
  await credential.getToken(armScope);
  const tokenEndpoint = `${stage.https.url}/${tenantId}/oauth2/v2.0/token`;
  const both = [
    { clientId, tokenEndpoint: undefined, fmiPath: undefined },
    { clientId, tokenEndpoint, fmiPath: undefined },
  ];
  assert.deepEqual(calls, both);
  const [, token] = stage.asked();
  assert.strictEqual(decodeJwt(token?.form.get("client_assertion") ?? "").call, 1, "the first value is sent");
  await credential.getToken(armScope);
  assert.deepEqual(calls, [...both, ...both], "and twice more for a token out of the cache");
  assert.deepEqual(stage.lines(), []);
}

async function callbackOfMsal(assert: Assert, stage: Stage): Promise<void> {
  const calls: unknown[] = [];
  const application = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority: `${stage.https.url}/${tenantId}`,
      knownAuthorities: [new URL(stage.https.url).host],
      clientAssertion: (given) => {
        calls.push(given);
        return assertionOf(stage.emulator);
      },
    },
  });
  const once = { clientId, tokenEndpoint: `${stage.https.url}/${tenantId}/oauth2/v2.0/token`, fmiPath: undefined };
  await application.acquireTokenByClientCredential({ scopes: [armScope] });
  assert.deepEqual(calls, [once]);
  const again = await application.acquireTokenByClientCredential({ scopes: [armScope] });
  assert.deepEqual([again?.fromCache, calls], [true, [once, once]], "for a token out of the cache too");
  assert.deepEqual(stage.lines(), firstExchange());
}

export const suite: Suite = (QUnit) => {
  QUnit.module("requests", () => {
    for (const client of assertionClients) {
      QUnit.test(`${client.name} asks in the order that was measured`, (assert) =>
        withEmulator((stage) => order(assert, stage, client)),
      );
      QUnit.test(`${client.name} does not join concurrent calls`, (assert) =>
        withEmulator((stage) => storm(assert, stage, client)),
      );
      QUnit.test(`${client.name} sends these fields in this order`, (assert) =>
        withEmulator((stage) => toTheField(assert, stage, client)),
      );
    }
    QUnit.test("@azure/identity with enableCae asks anew and says so", (assert) =>
      withEmulator((stage) => continuousAccess(assert, stage)),
    );
    QUnit.test("@azure/identity calls the assertion callback twice", (assert) =>
      withEmulator((stage) => callback(assert, stage)),
    );
    QUnit.test("msal-node calls the assertion callback once", (assert) =>
      withEmulator((stage) => callbackOfMsal(assert, stage)),
    );
  });
};
