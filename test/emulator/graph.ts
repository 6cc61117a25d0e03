/** The double of Graph: who may list what, and how it says no. */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as world from "./support.ts";

const { uamiClientId, appClientId, tenantId } = demoIds;

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: Graph", () => {
    const graphScope = "https://graph.microsoft.com/.default";
    const appToken = async (emulator: Emulator): Promise<string> => {
      const client_assertion = await world.platformToken(emulator);
      const { body } = await world.postToken(emulator, { client_id: appClientId, scope: graphScope, client_assertion });
      return String(body.access_token);
    };

    QUnit.test("lists users and organization to an application with the permissions", async (assert) => {
      const emulator = world.makeEmulator();
      const init = world.bearer(await appToken(emulator));
      const users = await world.ask(emulator, "https://graph.microsoft.com/v1.0/users", init);
      assert.deepEqual(
        (users.body.value as { mail: string }[]).map(({ mail }) => mail),
        ["ada@demo.example", "alan@demo.example", "grace@demo.example"],
      );
      const one = await world.ask(emulator, "https://graph.microsoft.com/v1.0/users/alan@demo.example", init);
      assert.strictEqual(one.body.displayName, "Alan Turing");
      assert.strictEqual(
        (await world.ask(emulator, "https://graph.microsoft.com/v1.0/users/nobody", init)).status,
        404,
      );
      const organization = await world.ask(emulator, "https://graph.microsoft.com/v1.0/organization", init);
      assert.strictEqual((organization.body.value as { id: string }[])[0]?.id, tenantId);
    });

    QUnit.test("turns pages by a link to where it was asked", async (assert) => {
      const emulator = world.makeEmulator();
      const init = world.bearer(await appToken(emulator));
      const seen: string[][] = [];
      for (let url = "https://localhost:8443/v1.0/users?$top=2&$select=mail"; url; ) {
        assert.ok(url.startsWith("https://localhost:8443/v1.0/users?") && seen.length < 2, url);
        const { body } = await world.ask(emulator, url, init);
        seen.push((body.value as { mail: string }[]).map(({ mail }) => mail.replace("@demo.example", "")));
        url = String(body["@odata.nextLink"] ?? "");
      }
      assert.deepEqual(seen, [["ada", "alan"], ["grace"]]);
      const exact = await world.ask(emulator, "https://graph.microsoft.com/v1.0/users?$top=3", init);
      assert.strictEqual(exact.body["@odata.nextLink"], undefined, "the last page is the last");
    });

    QUnit.test("knows the user that a token speaks for, and none behind an application's", async (assert) => {
      const emulator = world.makeEmulator();
      const url = "https://graph.microsoft.com/v1.0/me";
      const asUser = async (scopes: readonly string[]): Promise<world.Reply> => {
        const audience = "https://graph.microsoft.com";
        const token = await emulator.issueUserToken({ user: demoIds.user, clientId: appClientId, audience, scopes });
        return world.ask(emulator, url, world.bearer(token));
      };
      const me = await asUser(["openid", "User.Read"]);
      assert.deepEqual([me.status, me.body.displayName, me.body.mail], [200, "Ada Lovelace", demoIds.user]);
      const { status, body } = await asUser(["Mail.Read"]);
      assert.deepEqual([status, (body.error as world.Json).code], [403, "Authorization_RequestDenied"]);
      const app = await world.ask(emulator, url, world.bearer(await appToken(emulator)));
      assert.deepEqual([app.status, (app.body.error as world.Json).code], [400, "BadRequest"]);
      assert.strictEqual((await world.ask(emulator, url)).status, 401);
      assert.ok(!JSON.stringify(emulator.log).includes(demoIds.user), "the log knows no user");
    });

    QUnit.test("denies who lacks the permission", async (assert) => {
      const emulator = world.makeEmulator();
      const identity = await world.federatedToken(emulator, uamiClientId, graphScope);
      const external = await world.federatedToken(emulator, world.ids.externalApp, graphScope);
      const users = await world.ask(emulator, "https://graph.microsoft.com/v1.0/users", world.bearer(identity));
      const organization = await world.ask(
        emulator,
        "https://graph.microsoft.com/v1.0/organization",
        world.bearer(external),
      );
      for (const { status, body } of [users, organization]) {
        const { code, message, innerError } = body.error as world.Json;
        assert.deepEqual(
          [status, code, message],
          [403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."],
        );
        assert.deepEqual(Object.keys(innerError as object), ["date", "request-id", "client-request-id"]);
      }
    });

    QUnit.test("refuses no token, an ARM token and an expired one", async (assert) => {
      const emulator = world.makeEmulator();
      const url = "https://graph.microsoft.com/v1.0/users";
      const [forArm, token] = [await world.federatedToken(emulator, uamiClientId), await appToken(emulator)];
      const replies = [await world.ask(emulator, url), await world.ask(emulator, url, world.bearer(forArm))];
      emulator.advanceClock(3_600_000);
      replies.push(await world.ask(emulator, url, world.bearer(token)));
      for (const { status, body, headers } of replies) {
        assert.deepEqual([status, (body.error as world.Json).code], [401, "InvalidAuthenticationToken"]);
        assert.ok(headers.get("www-authenticate")?.startsWith("Bearer "));
      }
    });

    QUnit.test("does not take delegated scopes for application permissions", async (assert) => {
      const emulator = world.makeEmulator();
      const token = await emulator.issueUserToken({
        user: demoIds.user,
        clientId: appClientId,
        audience: "https://graph.microsoft.com",
        scopes: ["User.Read.All"],
      });
      const { status } = await world.ask(emulator, "https://graph.microsoft.com/v1.0/users", world.bearer(token));
      assert.strictEqual(status, 403);
    });
  });
};
