/** On behalf of a user, by Microsoft's clients: what they send, what they take, and how they report a refusal. */
import { OnBehalfOfCredential } from "@azure/identity";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { demoIds } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import {
  api,
  graphScope,
  jwtBearer,
  oboConfig,
  client as signedInTo,
  userId,
  userToken,
} from "../../emulator/obo-support.ts";
import { apiUri, assertionType, federatedToken, ids, platformToken } from "../../emulator/support.ts";
import type { Assert, Suite } from "../../harness.ts";
import { type AssertionClient, reportOf } from "./assertion-clients.ts";
import { configurationOf, firstExchange, type Stage, tokenOf, withEmulator } from "./entra.ts";

const { tenantId, user } = demoIds;
const POLICY = "9ab03e19-ed42-4168-b6b7-7001fb3e933a";
const CLAIMS = `{"access_token":{"polids":{"essential":true,"values":["${POLICY}"]}}}`;
const OPENID = "openid profile offline_access";

/** One of Microsoft's clients that acts for users. */
interface UserClient extends Pick<AssertionClient, "name" | "detailsOf"> {
  getToken(stage: Stage, user: string, enableCae?: boolean): Promise<string>;
  /** The scope as it goes over the wire. */
  readonly scope: string;
}

const clients: readonly UserClient[] = [
  {
    name: "@azure/identity",
    async getToken({ emulator, https }, userAssertionToken, enableCae = false) {
      // It takes what its type does not name.
      const options = {
        tenantId,
        clientId: api,
        userAssertionToken,
        getAssertion: () => platformToken(emulator),
        authorityHost: https.url,
        disableInstanceDiscovery: true,
      };
      return (await new OnBehalfOfCredential(options).getToken(graphScope, { enableCae })).token;
    },
    detailsOf: ({ cause }) => cause,
    scope: `${graphScope} ${OPENID}`,
  },
  {
    name: "msal-node",
    async getToken({ emulator, https }, oboAssertion, enableCae = false) {
      const application = new ConfidentialClientApplication({
        auth: {
          clientId: api,
          authority: `${https.url}/${tenantId}`,
          knownAuthorities: [new URL(https.url).host],
          clientAssertion: () => platformToken(emulator),
          ...(enableCae && { clientCapabilities: ["cp1"] }),
        },
      });
      return (await application.acquireTokenOnBehalfOf({ oboAssertion, scopes: [graphScope] }))?.accessToken ?? "";
    },
    detailsOf: (error) => error,
    scope: `${graphScope} ${OPENID}`,
  },
];

async function reachGraph(assert: Assert, stage: Stage, one: UserClient): Promise<void> {
  const assertion = await userToken(stage.emulator);
  const token = await one.getToken(stage, assertion);
  const { appid, oid, scp, xms_cc } = decodeJwt(token);
  assert.deepEqual([appid, oid, scp, xms_cc], [api, userId, "User.Read Mail.Read", undefined]);
  const [configuration, exchange] = stage.asked().filter(({ line }) => !line.includes("metadata/identity"));
  assert.deepEqual([configuration?.line, exchange?.line], firstExchange() as never);
  const form = Object.fromEntries(exchange?.form ?? []);
  assert.deepEqual(
    [form.grant_type, form.requested_token_use, form.client_id, form.scope, form.client_assertion_type],
    [jwtBearer, "on_behalf_of", api, one.scope, assertionType],
  );
  assert.ok(form.assertion === assertion && form.client_assertion !== assertion, "each in its place");
  const me = await fetch(`${stage.https.url}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } });
  assert.strictEqual(((await me.json()) as { userPrincipalName: string }).userPrincipalName, user);
}

async function handleChallenges(assert: Assert, stage: Stage, one: UserClient): Promise<void> {
  const token = await one.getToken(stage, await userToken(stage.emulator), true);
  assert.deepEqual(decodeJwt(token).xms_cc, ["cp1"]);
  const reach = async (): Promise<Response> =>
    fetch(`${stage.https.url}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } });
  assert.strictEqual((await reach()).status, 200);
  stage.emulator.revokeSessions(user);
  const refused = await reach();
  assert.strictEqual(refused.status, 401);
  assert.ok(refused.headers.get("www-authenticate")?.includes('error="insufficient_claims"'));
}

/** Hand-written: AADSTS number, `error`, when, and the user's token. */
const refusals: readonly (readonly [
  code: number,
  error: string,
  when: string,
  make: (stage: Stage) => Promise<string>,
])[] = [
  [
    7000114,
    "invalid_grant",
    "an application's token",
    ({ emulator }) => federatedToken(emulator, ids.externalApp, `api://${api}/.default`),
  ],
  [500131, "invalid_grant", "a token for another API", ({ emulator }) => userToken(emulator, {}, { audience: apiUri })],
  [
    500133,
    "invalid_grant",
    "a token that is over",
    async ({ emulator }) => {
      const token = await userToken(emulator, {}, { lifetimeMs: 1000 });
      emulator.advanceClock(2000);
      return token;
    },
  ],
  [
    50013,
    "invalid_grant",
    "a token of nobody's",
    ({ emulator }) => userToken(emulator, { iss: "https://evil.example/" }),
  ],
  [
    50173,
    "invalid_grant",
    "a user who was revoked",
    async ({ emulator }) => {
      const token = await userToken(emulator);
      emulator.revokeSessions(user);
      return token;
    },
  ],
];

async function refuse(assert: Assert, stage: Stage, one: UserClient, row: (typeof refusals)[number]): Promise<void> {
  const [code, error, , make] = row;
  const assertion = await make(stage);
  stage.asked();
  const { message, details } = await reportOf(one as never, one.getToken(stage, assertion));
  assert.ok(message.startsWith(`${error}: Error(s): ${code} - Timestamp: `), message);
  assert.deepEqual([details.errorCode, details.errorNo], [error, code]);
  const asked = stage.lines().filter((line) => !line.includes("metadata/identity"));
  assert.deepEqual(asked, [configurationOf(), tokenOf()], "it is not tried again");
}

async function interact(assert: Assert, stage: Stage, one: UserClient): Promise<void> {
  stage.emulator.setAccessPolicies([{ id: POLICY }]);
  const assertion = await userToken(stage.emulator);
  const { message, details } = await reportOf(one as never, one.getToken(stage, assertion));
  assert.ok(message.startsWith("interaction_required: "), message);
  assert.deepEqual(
    [details.name, details.claims, details.subError],
    ["InteractionRequiredAuthError", CLAIMS, "basic_action"],
  );
  const token = await one.getToken(stage, await userToken(stage.emulator, { polids: [POLICY] }));
  assert.strictEqual(decodeJwt(token).oid, userId);
}

export const suite: Suite = (QUnit) => {
  QUnit.module("on behalf of a user, by Microsoft's clients", () => {
    for (const one of clients) {
      const staged = (name: string, work: (assert: Assert, stage: Stage, one: UserClient) => Promise<void>): void =>
        QUnit.test(`${one.name}: ${name}`, (assert) => withEmulator((stage) => work(assert, stage, one), oboConfig()));
      staged("Graph answers as to the user", reachGraph);
      staged("declares that it handles challenges, and meets one", handleChallenges);
      staged("reports what a policy demands, and is served once it is met", interact);
      for (const row of refusals) {
        staged(`reports AADSTS${row[0]}, ${row[2]}`, (assert, stage) => refuse(assert, stage, one, row));
      }
    }
    QUnit.test("the user signed in to another application than the API", async (assert) => {
      await withEmulator(async ({ emulator }) => {
        const { azp, aud, scp } = decodeJwt(await userToken(emulator));
        assert.deepEqual([azp, aud, scp], [signedInTo, api, "access_as_user"]);
      }, oboConfig());
    });
  });
};
