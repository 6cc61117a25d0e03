/** Tokens of the emulator, which shares no code with core, verified by the keys that it publishes. */
import {
  type BearerAuth,
  createBearerAuth,
  type EntraClaims,
  entraIssuer,
  oidcIssuer,
} from "@tokenhop/core/bearer-auth";
import { type ManualClock, manualClock, testPlatform } from "@tokenhop/core/testing";
import { createDemoConfig, demoIds, type Emulator, type EmulatorConfig } from "@tokenhop/emulator";
import * as world from "../emulator/support.ts";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { bearer } from "./bearer-auth-support.ts";
import { errorOf, HOUR, MINUTE } from "./support.ts";

const { tenantId, appClientId, uamiClientId, user } = demoIds;
const OLD_API = "20000000-0000-4000-8000-000000000001";

/** The demo with an API whose registration asks for version 1.0, and with a role that the managed identity has at the demo's app. */
function config(): EmulatorConfig {
  const demo = createDemoConfig();
  const tenants = demo.tenants.map((tenant) => ({
    ...tenant,
    apps: [
      ...(tenant.apps ?? []),
      {
        clientId: OLD_API,
        objectId: OLD_API.replace(/1$/, "2"),
        displayName: "old",
        identifierUris: ["api://old"],
        accessTokenVersion: 1 as const,
      },
    ],
    managedIdentities: (tenant.managedIdentities ?? []).map((identity) => ({
      ...identity,
      permissions: { [`api://${appClientId}`]: ["Jobs.Run"] },
    })),
  }));
  return { ...demo, tenants };
}

interface Start {
  readonly emulator: Emulator;
  readonly clock: ManualClock;
  readonly auth: BearerAuth<EntraClaims>;
  /** How often the keys were asked for. */
  asked(): number;
  token(audience?: string, scopes?: readonly string[]): Promise<string>;
}

function start(): Start {
  const clock = manualClock(world.startAt);
  const emulator = world.makeEmulator(config(), { now: clock.now });
  let asked = 0;
  const platform = testPlatform({
    clock,
    fetch: (input, init) => {
      asked++;
      return emulator.fetch(new Request(input, init));
    },
  });
  const issuers = entraIssuer({ tenantId, audience: [appClientId, "api://old"] });
  return {
    emulator,
    clock,
    auth: createBearerAuth({ issuers, platform }),
    asked: () => asked,
    async token(audience = appClientId, scopes = ["access_as_user"]) {
      return canary(
        await emulator.issueUserToken({ user, clientId: uamiClientId, audience, scopes, lifetimeMs: 24 * HOUR }),
      );
    },
  };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("bearer auth at the emulator", () => {
    QUnit.test("a user's token of version 2.0, and of 1.0, by one read of the keys", async (assert) => {
      const { auth, token, asked } = start();
      const { claims } = await auth.verify(bearer(await token()));
      assert.deepEqual(
        [claims.ver, claims.aud, claims.azp, claims.tid, claims.scp, claims.preferred_username],
        ["2.0", appClientId, uamiClientId, tenantId, "access_as_user", user],
      );
      const old = (await auth.verify(bearer(await token("api://old")))).claims;
      assert.deepEqual([old.ver, old.aud, old.appid, old.upn], ["1.0", "api://old", uamiClientId, user]);
      assert.strictEqual(asked(), 1);
    });

    QUnit.test("an application's own token, obtained as a workload obtains it", async (assert) => {
      const { auth, emulator } = start();
      const token = await world.federatedToken(emulator, uamiClientId, `api://${appClientId}/.default`);
      const { claims } = await auth.verify(bearer(canary(token)));
      assert.deepEqual(
        [claims.idtyp, claims.azp, claims.roles, claims.scp],
        ["app", uamiClientId, ["Jobs.Run"], undefined],
      );
    });

    QUnit.test("tokens for others, and tokens that are over", async (assert) => {
      const { auth, token, clock, emulator } = start();
      const reasons: unknown[] = [];
      const verify = async (text: string): Promise<void> =>
        void reasons.push(...((await errorOf(auth.verify(bearer(text)))).problems ?? []));
      await verify(await token("https://graph.microsoft.com"));
      await verify(await token(OLD_API));
      await verify(await world.externalToken(emulator));
      await verify(
        await emulator.signEntraToken({
          iss: `https://login.microsoftonline.com/${tenantId}/v2.0`,
          exp: world.startAt,
        }),
      );
      const good = await token();
      await clock.advance(24 * HOUR + MINUTE);
      await verify(good);
      assert.deepEqual(reasons, ["wrong-audience", "wrong-audience", "unknown-issuer", "malformed-claims", "expired"]);
    });

    QUnit.test("new keys, and old ones withdrawn", async (assert) => {
      const { auth, emulator, token, clock, asked } = start();
      const before = await token();
      await auth.verify(bearer(before));
      await emulator.rotateKeys("entra");
      await clock.advance(MINUTE);
      assert.ok(await auth.verify(bearer(await token())), "the new key is found");
      assert.ok(await auth.verify(bearer(before)), "the old one is published still");
      assert.strictEqual(asked(), 2);
      await emulator.rotateKeys("entra", { retire: true });
      await clock.advance(MINUTE);
      assert.ok(await auth.verify(bearer(await token())));
      assert.deepEqual((await errorOf(auth.verify(bearer(before)))).problems, ["unknown-key"]);
    });

    QUnit.test("a workload's token of the OIDC provider, found by its discovery document", async (assert) => {
      const { emulator, clock } = start();
      const platform = testPlatform({ clock, fetch: (input, init) => emulator.fetch(new Request(input, init)) });
      const issuers = oidcIssuer({ issuer: demoIds.oidcIssuer, audience: "https://jobs.example" });
      const token = canary(await world.externalToken(emulator, { audience: "https://jobs.example" }));
      const { claims } = await createBearerAuth({ issuers, platform }).verify(bearer(token));
      assert.deepEqual([claims.iss, claims.sub], [demoIds.oidcIssuer, demoIds.oidcSubject]);
    });
  });
};
