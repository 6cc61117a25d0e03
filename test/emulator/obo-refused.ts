/** What the emulator refuses of a request on behalf of a user: written by hand. */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as obo from "./obo-support.ts";
import * as world from "./support.ts";

const { tenantId, uamiClientId } = demoIds;
const { ids } = world;
const READ = "https://graph.microsoft.com/User.Read";

type Ask = (emulator: Emulator) => Promise<world.Reply>;

/** The usual request, with other claims in the user's token. */
const claiming =
  (claims: Readonly<Record<string, unknown>>): Ask =>
  async (emulator) =>
    obo.askFor(emulator, await obo.userToken(emulator, claims));
/** The usual request, with other fields. */
const saying =
  (fields: Readonly<Record<string, string | undefined>>): Ask =>
  async (emulator) =>
    obo.askFor(emulator, await obo.userToken(emulator), fields);
/** A signature that is not this token's. */
const swapped = (token: string, other: string): string =>
  [...token.split(".").slice(0, 2), other.split(".")[2]].join(".");

/** Hand-written: AADSTS number, status and `error`, when, how, and what the text has to say. */
const rows: readonly (readonly [code: number, expected: string, when: string, ask: Ask, says?: string])[] = [
  [900144, "400 invalid_request", "assertion is missing", (e) => obo.askFor(e, undefined), "'assertion'"],
  [900144, "400 invalid_request", "requested_token_use is missing", saying({ requested_token_use: undefined })],
  [900144, "400 invalid_request", "requested_token_use is another", saying({ requested_token_use: "x" })],
  [90014, "400 invalid_request", "scope is missing", saying({ scope: undefined })],
  [7000218, "401 invalid_client", "the client proves nothing", saying({ client_assertion: undefined })],
  [7000218, "401 invalid_client", "the client's proof is of another type", saying({ client_assertion_type: "x" })],
  [7000215, "401 invalid_client", "there is a secret", saying({ client_assertion: undefined, client_secret: "s" })],
  [
    700213,
    "401 invalid_client",
    "the client's proof is somebody else's",
    async (e) =>
      obo.askFor(e, await obo.userToken(e), {
        client_id: ids.externalApp,
        client_assertion: await world.externalToken(e, { subject: "repo:other" }),
      }),
  ],
  [70025, "401 invalid_client", "the client trusts nobody", saying({ client_id: ids.bareApp })],
  [
    700231,
    "401 invalid_client",
    "the client's proof came through a federated credential",
    async (e) =>
      obo.askFor(e, await obo.userToken(e), {
        client_assertion: await world.federatedToken(e, uamiClientId, world.exchangeScope),
      }),
  ],
  [50027, "400 invalid_request", "the user's token is none", (e) => obo.askFor(e, "not.a")],
  [50027, "400 invalid_request", "the user's token has no header", (e) => obo.askFor(e, "a.b.c")],
  [
    50013,
    "400 invalid_grant",
    "the signature is another token's",
    async (e) => obo.askFor(e, swapped(await obo.userToken(e), await obo.userToken(e))),
  ],
  [50013, "400 invalid_grant", "somebody else signed it", async (e) => obo.askFor(e, await world.externalToken(e))],
  [
    50013,
    "400 invalid_grant",
    "the key is gone",
    async (e) => {
      const [token, proof] = [await obo.userToken(e), await world.externalToken(e)];
      await e.rotateKeys("entra", { retire: true });
      const fields = { client_id: ids.externalApp, client_assertion: proof };
      return obo.askFor(e, token, fields);
    },
    "The key was not found",
  ],
  [50013, "400 invalid_grant", "it is another tenant's", claiming({ iss: world.entraIssuer(world.otherTenantId) })],
  [50013, "400 invalid_grant", "it is nobody's", claiming({ iss: "https://evil.example/" })],
  [
    7000114,
    "400 invalid_grant",
    "it is an application's",
    async (e) => obo.askFor(e, await world.federatedToken(e, ids.externalApp, `${obo.apiUri}/.default`)),
    obo.api,
  ],
  [7000114, "400 invalid_grant", "it says that it is an application's", claiming({ idtyp: "app" })],
  [
    240002,
    "400 invalid_grant",
    "it is an ID token",
    async (e) => {
      const now = world.startAt / 1000;
      const claims = { iss: world.entraIssuer(tenantId), aud: obo.api, oid: obo.userId, exp: now + 600, nonce: "x" };
      return obo.askFor(e, await e.signEntraToken(claims));
    },
  ],
  [
    500131,
    "400 invalid_grant",
    "it is for another application",
    async (e) => obo.askFor(e, await obo.userToken(e, {}, { audience: obo.otherUri })),
    `'${ids.api}'`,
  ],
  [500131, "400 invalid_grant", "its audience is a list", claiming({ aud: [obo.api, ids.api] })],
  [
    500133,
    "400 invalid_grant",
    "it has expired",
    async (e) => {
      const token = await obo.userToken(e, {}, { lifetimeMs: 1000 });
      e.advanceClock(1000);
      return obo.askFor(e, token);
    },
    "expiry time of assertion 2026-01-15T12:00:01.0000000Z",
  ],
  [500133, "400 invalid_grant", "it is not valid yet", claiming({ nbf: world.startAt / 1000 + 1 })],
  [
    50173,
    "400 invalid_grant",
    "the user was revoked since",
    async (e) => {
      const token = await obo.userToken(e);
      e.revokeSessions(demoIds.user);
      return obo.askFor(e, token);
    },
    "TokensValidFrom date for this user is '2026-01-15T12:00:00.0000000Z'",
  ],
  [50034, "400 invalid_grant", "its user is gone", claiming({ oid: "00000000-0000-4000-8000-000000000000" })],
  [
    65001,
    "400 invalid_grant",
    "a permission was not consented to",
    saying({ scope: `${READ} https://graph.microsoft.com/Files.Read` }),
    obo.api,
  ],
  [65001, "400 invalid_grant", "nothing was", saying({ scope: world.armScope })],
  [
    700022,
    "400 invalid_scope",
    "two resources are asked for",
    saying({ scope: `${READ} ${obo.otherUri}/access_as_user` }),
  ],
  [70011, "400 invalid_scope", "everything and something", saying({ scope: `${READ} ${obo.graphScope}` })],
  [70011, "400 invalid_scope", "no resource is named", saying({ scope: "/.default" })],
  [70011, "400 invalid_scope", "nothing but a refresh token", saying({ scope: "openid offline_access" })],
  [500011, "400 invalid_resource", "the resource does not exist", saying({ scope: "api://none/read" }), "api://none"],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: on behalf of a user, refused", () => {
    for (const [code, expected, when, ask, says = ""] of rows) {
      QUnit.test(`AADSTS${code} when ${when}`, async (assert) => {
        const emulator = world.makeEmulator(obo.oboConfig());
        const { status, body } = await ask(emulator);
        assert.strictEqual(`${status} ${body.error}`, expected);
        assert.deepEqual(body.error_codes, [code]);
        const description = String(body.error_description);
        assert.ok(description.startsWith(`AADSTS${code}: `) && description.includes(says), description);
        assert.notOk(/\{\w*\}|undefined/.test(description), "every value is filled in");
        assert.deepEqual(
          [body.access_token, body.suberror],
          [undefined, code === 65001 ? "consent_required" : undefined],
        );
        const last = emulator.log.at(-1);
        assert.deepEqual([last?.outcome, last?.code], ["refused", code]);
        assert.notOk(JSON.stringify(emulator.log).includes(obo.userId), "the log names no user");
      });
    }
  });
};
