/** What the log says, and what it must never say. */
import { demoIds } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import type { Suite } from "../harness.ts";
import { canary, canaryToken, record } from "../leak.ts";
import * as world from "./support.ts";

const { uamiClientId, tenantId, oidcSubject, oidcIssuer } = demoIds;

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: the log", () => {
    QUnit.test("says who was granted what, and why", async (assert) => {
      const emulator = world.makeEmulator();
      await world.federatedToken(emulator, uamiClientId);
      assert.deepEqual(emulator.log.at(-1), {
        sequence: 3,
        at: world.startAt,
        route: "token",
        status: 200,
        tenant: tenantId,
        client: uamiClientId,
        scope: world.armScope,
        issuer: oidcIssuer,
        audience: world.exchange,
        subject: oidcSubject,
        outcome: "granted",
        reason: "The assertion matches a federated credential",
        provenance: "federated-external",
      });
    });

    QUnit.test("says of a managed identity that the platform vouches for it", async (assert) => {
      const emulator = world.makeEmulator();
      await world.platformToken(emulator);
      const { route, provenance, client, scope, reason } = emulator.log[0] ?? {};
      assert.deepEqual([route, provenance, client, scope], ["imds", "platform", uamiClientId, world.exchange]);
      assert.strictEqual(reason, "The host carries the managed identity demo-uami");
    });

    QUnit.test("holds no part of a token, wherever a caller put it", async (assert) => {
      const emulator = world.makeEmulator();
      const external = canary(await world.externalToken(emulator));
      const granted = await world.postToken(emulator, { client_id: uamiClientId, client_assertion: external });
      const access = canary(String(granted.body.access_token));
      const platform = canary(await world.platformToken(emulator));
      const stray = canaryToken();
      for (const token of [external, access, platform, stray]) {
        await world.postToken(emulator, { client_id: token, client_assertion: token });
        await world.postToken(emulator, { client_id: uamiClientId, client_assertion: external, scope: token });
        await world.postToken(emulator, { client_id: demoIds.appClientId, client_assertion: token, grant_type: token });
        await world.postToken(
          emulator,
          { client_id: demoIds.appClientId, client_assertion: token },
          token.slice(0, 40),
        );
        await world.ask(emulator, world.armUrl("demo-rg/resources"), world.bearer(token));
        await world.ask(emulator, world.armUrl(`${token}/resources`), world.bearer(access));
        await world.ask(emulator, "https://graph.microsoft.com/v1.0/users", world.bearer(token));
        await world.ask(
          emulator,
          `https://localhost/oidc/workload/token?audience=${token}`,
          world.bearer(demoIds.oidcRequestToken),
        );
        await world.ask(
          emulator,
          `http://localhost/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${token}`,
          {
            headers: { metadata: "true" },
          },
        );
      }
      const signed = await world.externalToken(emulator, { subject: `s ${stray}`, audience: stray });
      await world.postToken(emulator, { client_id: uamiClientId, client_assertion: signed });
      const text = JSON.stringify(emulator.log);
      record("emulator log", text);
      assert.ok(emulator.log.length > 35, `${emulator.log.length} records`);
      assert.notOk(text.includes("eyJ"), "no JWT");
      for (const token of [external, access, platform, stray]) {
        assert.notOk(
          token.split(".").some((part) => text.includes(part.slice(0, 12))),
          "no segment of a token",
        );
      }
    });

    QUnit.test("holds no claim of a user, also when a user's token is the assertion", async (assert) => {
      const emulator = world.makeEmulator();
      const request = { user: demoIds.user, clientId: demoIds.appClientId };
      const audiences = [world.exchange, "https://management.azure.com", "https://graph.microsoft.com"];
      const seen: string[] = [];
      for (const audience of audiences) {
        const token = await emulator.issueUserToken({ ...request, audience, scopes: ["s"] });
        const { oid, sub, name } = decodeJwt(token);
        seen.push(String(oid), String(sub), String(name), demoIds.user);
        await world.postToken(emulator, { client_id: world.ids.trustsApp, client_assertion: token });
        await world.ask(emulator, world.armUrl("demo-rg/resources"), world.bearer(token));
        await world.ask(emulator, "https://graph.microsoft.com/v1.0/users", world.bearer(token));
      }
      const text = JSON.stringify(emulator.log);
      assert.strictEqual(emulator.log.length, 9);
      for (const value of seen) assert.notOk(text.includes(value), value);
    });

    QUnit.test("strips control characters and cuts long texts", async (assert) => {
      const emulator = world.makeEmulator();
      const subject = `a\u001b[31m\r\nb\u202e${"c".repeat(2000)}`;
      const token = await world.externalToken(emulator, { subject });
      await world.postToken(emulator, { client_id: uamiClientId, client_assertion: token });
      const { subject: logged = "", reason = "" } = emulator.log.at(-1) ?? {};
      assert.ok(logged.startsWith("a[31mbccc"), logged.slice(0, 20));
      assert.strictEqual(logged.length, 600);
      assert.notOk(/[\p{Cc}\p{Cf}]/u.test(reason));
    });

    QUnit.test("keeps the last thousand records", async (assert) => {
      const emulator = world.makeEmulator();
      for (let index = 0; index < 1010; index += 1) await emulator.fetch("https://localhost/v1.0/users");
      assert.deepEqual(
        [emulator.log.length, emulator.log[0]?.sequence, emulator.log.at(-1)?.sequence],
        [1000, 11, 1010],
      );
    });

    QUnit.test("given out is a copy", async (assert) => {
      const emulator = world.makeEmulator();
      const before = emulator.log;
      await emulator.fetch("https://localhost/v1.0/users");
      assert.deepEqual([before.length, emulator.log.length], [0, 1]);
    });
  });
};
