/** Sessions that are revoked, and how Graph and ARM refuse what is older (continuous access evaluation). */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as obo from "./obo-support.ts";
import * as world from "./support.ts";

const { appClientId, appObjectId, user } = demoIds;
const CP1 = '{"access_token":{"xms_cc":{"values":["CP1"]}}}';
const AT = String(world.startAt / 1000);

/** A token of the application itself, as a client that handles claims challenges or as one that does not. */
async function appToken(emulator: Emulator, claims: string | undefined, scope = obo.graphScope): Promise<string> {
  const fields = { client_id: appClientId, scope, claims, client_assertion: await world.platformToken(emulator) };
  return String((await world.postToken(emulator, fields)).body.access_token);
}

async function delegatedToken(emulator: Emulator, claims: string | undefined): Promise<string> {
  return String((await obo.askFor(emulator, await obo.userToken(emulator), { claims })).body.access_token);
}

const users = (emulator: Emulator, token: string): Promise<world.Reply> =>
  world.ask(emulator, "https://graph.microsoft.com/v1.0/users", world.bearer(token));
const me = (emulator: Emulator, token: string): Promise<world.Reply> =>
  world.ask(emulator, "https://graph.microsoft.com/v1.0/me", world.bearer(token));

function challengeOf({ headers }: world.Reply): readonly [text: string, claims: unknown] {
  const text = headers.get("www-authenticate") ?? "";
  return [text.replace(/claims="[^"]*"/, "claims"), JSON.parse(atob(/claims="([^"]+)"/.exec(text)?.[1] ?? "e30="))];
}

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: revocation", () => {
    QUnit.test("Graph refuses an older token with a claims challenge, and takes a newer one", async (assert) => {
      const emulator = world.makeEmulator();
      const [held, other] = [await appToken(emulator, CP1), await appToken(emulator, CP1)];
      assert.strictEqual((await users(emulator, held)).status, 200);
      emulator.revokeSessions(appClientId);
      for (const token of [held, other]) {
        const reply = await users(emulator, token);
        assert.strictEqual(reply.status, 401);
        assert.deepEqual(challengeOf(reply), [
          'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims',
          { access_token: { nbf: { essential: true, value: AT } } },
        ]);
        const { code, message } = reply.body.error as { code: string; message: string };
        assert.strictEqual(code, "InvalidAuthenticationToken");
        assert.ok(message.endsWith("code: TokenIssuedBeforeRevocationTimestamp"), message);
      }
      // At the same instant: the clock stands still.
      assert.strictEqual((await users(emulator, await appToken(emulator, CP1))).status, 200);
      emulator.revokeSessions(appObjectId);
      assert.strictEqual((await users(emulator, await appToken(emulator, CP1))).status, 200);
    });

    QUnit.test("leaves the tokens of others, and of clients that handle no challenge", async (assert) => {
      const emulator = world.makeEmulator();
      const [plain, handling] = [await appToken(emulator, undefined), await appToken(emulator, CP1)];
      emulator.revokeSessions(world.ids.externalApp);
      assert.strictEqual((await users(emulator, handling)).status, 200);
      emulator.revokeSessions(appClientId);
      assert.deepEqual([(await users(emulator, plain)).status, (await users(emulator, handling)).status], [200, 401]);
    });

    QUnit.test("of a user ends what was issued on their behalf", async (assert) => {
      for (const name of [user, user.toUpperCase(), obo.userId]) {
        const emulator = world.makeEmulator(obo.oboConfig());
        const [plain, handling] = [await delegatedToken(emulator, undefined), await delegatedToken(emulator, CP1)];
        emulator.revokeSessions(name);
        assert.deepEqual([(await me(emulator, plain)).status, (await me(emulator, handling)).status], [200, 401], name);
        assert.strictEqual((await me(emulator, await delegatedToken(emulator, CP1))).status, 200);
      }
    });

    QUnit.test("ARM refuses in the same way, but never a managed identity's", async (assert) => {
      const emulator = world.makeEmulator();
      const ofApp = await appToken(emulator, CP1, world.armScope);
      const fields = {
        client_id: demoIds.uamiClientId,
        claims: CP1,
        client_assertion: await world.externalToken(emulator),
      };
      const ofIdentity = String((await world.postToken(emulator, fields)).body.access_token);
      emulator.revokeSessions(appClientId);
      emulator.revokeSessions(demoIds.uamiClientId);
      const statusOf = async (token: string): Promise<world.Reply> =>
        world.ask(emulator, world.armUrl(`${demoIds.resourceGroup}/resources`), world.bearer(token));
      assert.strictEqual((await statusOf(ofIdentity)).status, 200);
      const refused = await statusOf(ofApp);
      assert.strictEqual(refused.status, 401);
      assert.deepEqual(challengeOf(refused)[1], { access_token: { nbf: { essential: true, value: AT } } });
      assert.strictEqual((await statusOf(await appToken(emulator, CP1, world.armScope))).status, 403, "it is let in");
    });

    QUnit.test(
      "goes by the time that a token says it was issued, where the emulator did not issue it",
      async (assert) => {
        const emulator = world.makeEmulator();
        const now = world.startAt / 1000;
        const claims = {
          iss: world.entraIssuer(demoIds.tenantId),
          aud: "https://graph.microsoft.com",
          tid: demoIds.tenantId,
          oid: appObjectId,
          idtyp: "app",
          roles: ["User.Read.All"],
          xms_cc: ["cp1"],
          exp: now + 600,
        };
        emulator.revokeSessions(appClientId);
        const issuedAt = (iat: number): Promise<string> => emulator.signEntraToken({ ...claims, iat });
        assert.strictEqual((await users(emulator, await issuedAt(now - 300))).status, 401);
        assert.strictEqual((await users(emulator, await issuedAt(now - 299))).status, 200);
      },
    );
  });

  QUnit.module("emulator: admin routes, users", () => {
    const admin = (emulator: Emulator, method: string, path: string, body: unknown): Promise<world.Reply> =>
      world.ask(emulator, `http://127.0.0.1:8080/admin${path}`, {
        method,
        headers: { authorization: "Bearer the-admin-token" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });

    QUnit.test("revoke sessions", async (assert) => {
      const emulator = world.makeEmulator();
      const token = await appToken(emulator, CP1);
      assert.strictEqual((await admin(emulator, "POST", "/sessions/revoke", { principal: appClientId })).status, 204);
      assert.strictEqual((await users(emulator, token)).status, 401);
      assert.strictEqual((await admin(emulator, "POST", "/sessions/revoke", { principal: "nobody" })).status, 404);
      assert.strictEqual((await admin(emulator, "POST", "/sessions/revoke", {})).status, 400);
    });

    QUnit.test("set the policies of conditional access", async (assert) => {
      const emulator = world.makeEmulator();
      const policies = [{ id: "9ab03e19-ed42-4168-b6b7-7001fb3e933a", user }];
      const set = await admin(emulator, "PUT", "/access-policies", policies);
      assert.deepEqual([set.status, set.body], [200, policies as never]);
      assert.deepEqual((await admin(emulator, "GET", "/access-policies", undefined)).body, policies as never);
      const wrong = await admin(emulator, "PUT", "/access-policies", [{ id: "x", other: 1 }]);
      assert.deepEqual(
        [wrong.status, wrong.body.problems],
        [400, ["0.id: must be a GUID", "0.other: is not an option"]],
      );
      assert.deepEqual(emulator.accessPolicies(), policies);
    });
  });
};
