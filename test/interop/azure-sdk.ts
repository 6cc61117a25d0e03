import { azureSdk } from "@tokenhop/core/interop/azure-sdk";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { testPlatform } from "@tokenhop/core/testing";
import { failureOf } from "../contract/platform.ts";
import { errorOf, fateOf, settle, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canaryToken, record } from "../leak.ts";
import { A_TENANT, OTHER, TENANT } from "../targets/entra-support.ts";
import { ARM, atEntra, CLAIMS, stage, VAULT } from "./azure-sdk-support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("azure-sdk", () => {
    QUnit.test("is what isTokenCredential looks for, and shows nothing", async (assert) => {
      const { credential, provider, target } = stage();
      assert.deepEqual(Object.keys(credential), ["getToken"]);
      assert.ok(credential.getToken.length > 0);
      const { getToken } = credential;
      const { token, tokenType, expiresOnTimestamp } = await getToken(ARM);
      const held = provider.with({ scope: ARM }).peek();
      assert.ok(token === held?.token.reveal(), "also when it is called by itself");
      assert.deepEqual([tokenType, expiresOnTimestamp], ["Bearer", held?.expiresAt]);
      assert.strictEqual(target.calls, 1);
      record("credential", credential);
    });

    QUnit.test("asks for the scope of the call, each with one exchange and all with one identity", async (assert) => {
      const { credential, source, target } = stage();
      const calls = Array.from({ length: 300 }, (_, at) =>
        credential.getToken(at % 3 ? [at % 3 === 1 ? ARM : VAULT] : ARM),
      );
      await Promise.all(calls);
      for (const scopes of [ARM, [VAULT], [ARM]]) await credential.getToken(scopes);
      assert.deepEqual(
        target.asked.map(({ scope }) => scope),
        [ARM, VAULT],
      );
      assert.strictEqual(source.calls, 1);
      const [arm, vault] = [await credential.getToken(ARM), await credential.getToken(VAULT)];
      assert.ok(arm.token !== vault.token, "and each gets its own");
    });

    QUnit.test("remembers a hundred views, and finds its tokens again beyond them", async (assert) => {
      const { provider, target, clock } = world();
      let views = 0;
      const counting = Object.assign(Object.create(provider) as typeof provider, {
        with: (params: { scope?: string }) => {
          views++;
          return provider.with(params);
        },
      });
      const credential = azureSdk(counting, { platform: testPlatform({ clock }) });
      for (let at = 0; at < 1_000; at++) await credential.getToken(`${at % 100}/.default`);
      assert.deepEqual([views, target.calls], [100, 100]);
      await credential.getToken("more/.default");
      for (let at = 1; at < 100; at++) await credential.getToken(`${at}/.default`);
      assert.strictEqual(views, 101, "the first has gone, and no other");
      await credential.getToken("0/.default");
      assert.deepEqual([views, target.calls], [102, 101]);
    });

    QUnit.test("goes to the tenant of the call if the target knows it", async (assert) => {
      const { credential, requests } = atEntra({ tenants: [OTHER] });
      for (const tenantId of [undefined, "", TENANT.toUpperCase(), OTHER, OTHER])
        await credential.getToken(VAULT, { tenantId });
      const tenants = requests.map(({ url }) => new URL(url).pathname.split("/")[1]);
      assert.deepEqual(tenants, [TENANT, OTHER]);
      const stranger = TENANT.replaceAll("1", "9");
      for (const [tenantId, problem] of [
        [stranger, "tenantId: expected one of the option tenants"],
        ["../x", `tenantId: ${A_TENANT}`],
      ] as const) {
        const error = await failureOf(() => credential.getToken(VAULT, { tenantId }));
        assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_INVALID", [problem]]);
      }
      assert.strictEqual(requests.length, 2);
    });

    QUnit.test("gets a new token for claims, once, and gives it to all from then on", async (assert) => {
      const { credential, target } = stage();
      const first = await credential.getToken(ARM);
      const [renewed, again] = await Promise.all(
        [CLAIMS, CLAIMS].map((claims) => credential.getToken(ARM, { claims })),
      );
      const after = await credential.getToken(ARM, { claims: "" });
      assert.ok(renewed?.token !== first.token && again?.token === renewed?.token && after.token === renewed?.token);
      assert.deepEqual(
        target.asked.map(({ claims }) => claims),
        [undefined, CLAIMS],
      );
    });

    QUnit.test("declares cp1 when the target does, whatever the call says", async (assert) => {
      for (const enableCae of [true, false]) {
        const { credential, forms } = atEntra({ enableCae });
        await credential.getToken(ARM, { enableCae: !enableCae });
        await credential.getToken(ARM, { enableCae });
        const sent = (await forms()).map((form) => form.get("claims"));
        assert.deepEqual(sent, [enableCae ? '{"access_token":{"xms_cc":{"values":["cp1"]}}}' : null]);
      }
    });

    QUnit.test("serves the request that it was made for, and keeps its work alive", async (assert) => {
      const work: Promise<unknown>[] = [];
      const from = fromRequest((request) => request.headers.get("x-token"));
      const { provider, target, clock } = world({ from });
      const credentialFor = (token: string) => {
        const request = new Request("https://app.example/", { headers: { "x-token": token } });
        return azureSdk(provider, {
          request,
          waitUntil: (promise) => void work.push(promise),
          platform: testPlatform({ clock }),
        });
      };
      const [ann, bob] = [credentialFor(canaryToken()), credentialFor(canaryToken())];
      const tokens = [await ann.getToken(ARM), await bob.getToken(ARM), await ann.getToken(ARM)].map(
        ({ token }) => token,
      );
      assert.ok(tokens[0] === tokens[2] && tokens[0] !== tokens[1]);
      assert.strictEqual(target.calls, 2);
      assert.ok(work.length > 0);
      assert.strictEqual((await errorOf(azureSdk(provider).getToken(ARM))).code, "ERR_SOURCE_UNAVAILABLE");
    });

    QUnit.test("starts nothing before the first call", async (assert) => {
      const { provider, source, clock } = world();
      const fate = fateOf(Promise.resolve(azureSdk(provider, { platform: testPlatform({ clock }) })));
      await settle(clock);
      assert.deepEqual([fate.state, source.calls], ["given", 0]);
    });
  });
};
