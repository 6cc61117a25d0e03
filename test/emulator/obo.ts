/** The on-behalf-of grant of the emulator. */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import type { Suite } from "../harness.ts";
import * as obo from "./obo-support.ts";
import * as world from "./support.ts";

const { tenantId } = demoIds;
const { ids } = world;
const POLICY = "9ab03e19-ed42-4168-b6b7-7001fb3e933a";
const DEMAND = `{"access_token":{"polids":{"essential":true,"values":["${POLICY}"]}}}`;
const READ = "https://graph.microsoft.com/User.Read";

const make = (): Emulator => world.makeEmulator(obo.oboConfig());
/** The usual request, with other claims in the user's token. */
const claiming =
  (claims: Readonly<Record<string, unknown>>) =>
  async (emulator: Emulator): Promise<world.Reply> =>
    obo.askFor(emulator, await obo.userToken(emulator, claims));

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: on behalf of a user, granted", () => {
    QUnit.test("is the user's token for the other resource, and the API's", async (assert) => {
      const emulator = make();
      const { status, body } = await obo.askFor(emulator, await obo.userToken(emulator));
      assert.strictEqual(status, 200);
      assert.deepEqual(
        [body.token_type, body.expires_in, body.scope, body.refresh_token],
        ["Bearer", 3599, `${READ} https://graph.microsoft.com/Mail.Read`, undefined],
      );
      const claims = decodeJwt(String(body.access_token));
      assert.deepEqual(
        [claims.aud, claims.iss, claims.tid, claims.oid, claims.upn, claims.idtyp],
        [
          "https://graph.microsoft.com",
          `https://sts.windows.net/${tenantId}/`,
          tenantId,
          obo.userId,
          demoIds.user,
          "user",
        ],
      );
      assert.deepEqual(
        [claims.scp, claims.appid, claims.appidacr, claims.roles, claims.xms_cc],
        ["User.Read Mail.Read", obo.api, "2", undefined, undefined],
      );
      assert.strictEqual(emulator.log.at(-1)?.outcome, "granted");
      assert.notOk(JSON.stringify(emulator.log).includes(obo.userId), "the log names no user");
      const me = await world.ask(
        emulator,
        "https://graph.microsoft.com/v1.0/me",
        world.bearer(String(body.access_token)),
      );
      assert.deepEqual([me.status, me.body.userPrincipalName], [200, demoIds.user]);
    });

    QUnit.test(
      "has the permissions that were asked for, in any case, Graph's where no resource is named",
      async (assert) => {
        for (const scope of [READ, READ.toLowerCase(), "User.Read", "user.read openid profile"]) {
          const emulator = make();
          const { body } = await obo.askFor(emulator, await obo.userToken(emulator), { scope });
          assert.deepEqual([decodeJwt(String(body.access_token)).scp, body.scope], ["User.Read", READ], scope);
        }
      },
    );

    QUnit.test("is for another API of the tenant", async (assert) => {
      const emulator = make();
      const { body } = await obo.askFor(emulator, await obo.userToken(emulator), { scope: `${obo.otherUri}/.default` });
      const { aud, azp, azpacr, scp } = decodeJwt(String(body.access_token));
      assert.deepEqual([aud, azp, azpacr, scp], [ids.api, obo.api, "2", "access_as_user"]);
    });

    QUnit.test("takes whatever name of the API the user's token was issued for", async (assert) => {
      for (const aud of [obo.api, obo.api.toUpperCase(), obo.apiUri, `${obo.apiUri}/`]) {
        const { status } = await claiming({ aud })(make());
        assert.strictEqual(status, 200, aud);
      }
    });

    QUnit.test(
      "comes with a refresh token for who asks, and says that it handles challenges for who does",
      async (assert) => {
        const emulator = make();
        const { body } = await obo.askFor(emulator, await obo.userToken(emulator), {
          scope: `${READ} openid profile offline_access`,
          claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}',
        });
        assert.ok(typeof body.refresh_token === "string" && body.refresh_token.length > 20);
        assert.deepEqual(decodeJwt(String(body.access_token)).xms_cc, ["cp1"]);
      },
    );

    QUnit.test("is the other tenant's where the user is", async (assert) => {
      const emulator = make();
      // Only the API's own resource is known there, so the token is made by hand.
      const claims = {
        iss: world.entraIssuer(world.otherTenantId),
        aud: obo.api,
        oid: "77777777-7777-4777-8777-777777777777",
        tid: world.otherTenantId,
        scp: "access_as_user",
        exp: world.startAt / 1000 + 600,
      };
      const { status, body } = await obo.askFor(
        emulator,
        await emulator.signEntraToken(claims),
        { scope: READ },
        world.otherTenantId,
      );
      assert.strictEqual(status, 200);
      const { tid, upn } = decodeJwt(String(body.access_token));
      assert.deepEqual([tid, upn], [world.otherTenantId, "ed@other.example"]);
    });

    QUnit.test("on behalf of a user whom another API acted for", async (assert) => {
      const emulator = make();
      // What the API got can be exchanged in turn, by whom it is for: here by itself, as the only one with a credential.
      const token = await obo.userToken(emulator, { azp: ids.api, azpacr: "2" });
      assert.strictEqual((await obo.askFor(emulator, token)).status, 200);
    });
  });

  QUnit.module("emulator: conditional access", () => {
    const attempt = async (emulator: Emulator, claims = {}, more = {}, scope = READ): Promise<world.Reply> =>
      obo.askFor(emulator, await obo.userToken(emulator, claims, more), { scope });

    QUnit.test("demands what its policy names, until the user's token has it", async (assert) => {
      const emulator = make();
      emulator.setAccessPolicies([{ id: POLICY }]);
      const { status, body } = await attempt(emulator);
      assert.deepEqual(
        [status, body.error, body.error_codes, body.suberror, body.claims],
        [400, "interaction_required", [50076], "basic_action", DEMAND],
      );
      assert.strictEqual((await attempt(emulator, { polids: [POLICY] })).status, 200);
      emulator.setAccessPolicies([]);
      assert.strictEqual((await attempt(emulator)).status, 200);
    });

    QUnit.test("demands it of the user and for the resource that it names", async (assert) => {
      const emulator = make();
      const alan = { user: "alan@demo.example" };
      const other = `${obo.otherUri}/access_as_user`;
      const outcomes = async (): Promise<number[]> => [
        (await attempt(emulator)).status,
        (await attempt(emulator, {}, alan)).status,
        (await attempt(emulator, {}, {}, other)).status,
      ];
      emulator.setAccessPolicies([{ id: POLICY, user: obo.userId }]);
      assert.deepEqual(await outcomes(), [400, 200, 400]);
      emulator.setAccessPolicies([{ id: POLICY, user: "ADA@demo.example", resource: "https://graph.microsoft.com" }]);
      assert.deepEqual(await outcomes(), [400, 200, 200]);
      emulator.setAccessPolicies([{ id: POLICY, resource: obo.otherUri }]);
      assert.deepEqual(await outcomes(), [200, 200, 400]);
    });

    QUnit.test("demands nothing of an application that asks as itself", async (assert) => {
      const emulator = make();
      emulator.setAccessPolicies([{ id: POLICY }]);
      const fields = { client_id: obo.api, client_assertion: await world.platformToken(emulator) };
      assert.strictEqual((await world.postToken(emulator, fields)).status, 200);
    });
  });
};
