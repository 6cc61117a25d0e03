/** The credentials under the names of `@azure/identity`: what is asked for with an identity token, and where. */
import { ClientAssertionCredential, WorkloadIdentityCredential } from "@tokenhop/core/interop/azure-identity";
import { errorOf, MINUTE } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canaryToken, record } from "../leak.ts";
import { ARM, assertion, CLIENT, FILE, hostWith, OTHER, POD, TENANT, VAULT } from "./azure-identity-support.ts";

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
const PUBLIC = `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`;

export const suite: Suite = (QUnit) => {
  QUnit.module("azure-identity, ClientAssertionCredential", () => {
    QUnit.test("exchanges what the function gives, and asks it once", async (assert) => {
      const { platform, clock, seen } = hostWith();
      const given = assertion(clock);
      let asked = 0;
      const getAssertion = async (): Promise<string> => {
        asked++;
        return given;
      };
      const credential = new ClientAssertionCredential(TENANT, CLIENT, getAssertion, { platform });
      const calls = [ARM, [ARM], ARM].map((scopes) => credential.getToken(scopes));
      const [one, ...others] = await Promise.all(calls);
      assert.ok(others.every(({ token }) => token === one?.token));
      assert.deepEqual([one?.expiresOnTimestamp, one?.tokenType], [clock.now() + 60 * MINUTE, "Bearer"]);
      await credential.getToken(VAULT);
      const requests = await seen();
      assert.deepEqual(
        requests.map(({ url, form }) => [url, form.scope, form.client_id, form.grant_type, form.claims]),
        [ARM, VAULT].map((scope) => [PUBLIC, scope, CLIENT, "client_credentials", undefined]),
      );
      assert.ok(requests.every(({ form }) => form.client_assertion === given));
      assert.strictEqual(asked, 1);
      record("credential", credential);
    });

    QUnit.test("is what an SDK takes for a credential", (assert) => {
      const { platform } = hostWith();
      const credential = new ClientAssertionCredential(TENANT, CLIENT, async () => "x", { platform });
      assert.strictEqual(credential.getToken.length, 2);
      assert.notOk("signRequest" in credential);
      assert.deepEqual(Object.keys(credential), []);
    });

    QUnit.test(
      "declares cp1 for clients that say they can answer challenges, with tokens of their own",
      async (assert) => {
        const { platform, clock, seen } = hostWith();
        let asked = 0;
        const getAssertion = async (): Promise<string> => {
          asked++;
          return assertion(clock);
        };
        const credential = new ClientAssertionCredential(TENANT, CLIENT, getAssertion, { platform });
        const plain = await credential.getToken(ARM, { enableCae: false });
        const capable = await credential.getToken(ARM, { enableCae: true });
        const renewed = await credential.getToken(ARM, { enableCae: true, claims: CLAIMS });
        assert.ok(plain.token !== capable.token && renewed.token !== capable.token);
        assert.ok((await credential.getToken(ARM)).token === plain.token);
        assert.ok((await credential.getToken(ARM, { enableCae: true })).token === renewed.token);
        const cp1 = '"xms_cc":{"values":["cp1"]}';
        assert.deepEqual(
          (await seen()).map(({ form }) => form.claims),
          [undefined, `{"access_token":{${cp1}}}`, CLAIMS.replace("}}}", `},${cp1}}}`)],
        );
        assert.strictEqual(asked, 1, "and one assertion");
      },
    );

    QUnit.test("asks other tenants only where they are named", async (assert) => {
      const { platform, clock, seen } = hostWith();
      const getAssertion = async (): Promise<string> => assertion(clock);
      const closed = new ClientAssertionCredential(TENANT, CLIENT, getAssertion, { platform });
      const error = await errorOf(closed.getToken(ARM, { tenantId: OTHER }));
      assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
      const options = { platform, additionallyAllowedTenants: [OTHER], disableInstanceDiscovery: true };
      const open = new ClientAssertionCredential(TENANT, CLIENT, getAssertion, options);
      await open.getToken(ARM, { tenantId: OTHER });
      await open.getToken(ARM, { tenantId: TENANT });
      assert.deepEqual(
        (await seen()).map(({ url }) => url.split("/")[3]),
        [OTHER, TENANT],
      );
    });

    QUnit.test("goes to the authority of the option, of the variable, or of the public cloud", async (assert) => {
      const variable = { AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us/" };
      const rows = [
        [{}, undefined, "https://login.microsoftonline.com"],
        [variable, undefined, "https://login.microsoftonline.us"],
        [variable, "", "https://login.microsoftonline.us"],
        [variable, "https://login.chinacloudapi.cn", "https://login.chinacloudapi.cn"],
        [{}, "https://localhost:8443/emulator/", "https://localhost:8443/emulator"],
      ] as const;
      for (const [env, authorityHost, authority] of rows) {
        const { platform, clock, seen } = hostWith(env);
        const getAssertion = async (): Promise<string> => assertion(clock);
        await new ClientAssertionCredential(TENANT, CLIENT, getAssertion, { platform, authorityHost }).getToken(ARM);
        assert.strictEqual((await seen())[0]?.url, `${authority}/${TENANT}/oauth2/v2.0/token`);
      }
    });

    QUnit.test(
      "fails with an error of this project when the function does, and shows nothing of it",
      async (assert) => {
        const { platform, clock, seen } = hostWith();
        const getAssertion = async (): Promise<string> => {
          throw new Error(`leaky: ${canaryToken()}`);
        };
        const credential = new ClientAssertionCredential(TENANT, CLIENT, getAssertion, { platform });
        const failed = errorOf(credential.getToken(ARM));
        await clock.advance(2 * MINUTE);
        const error = await failed;
        assert.strictEqual((await seen()).length, 0);
        assert.deepEqual([error.code, error.step], ["ERR_SOURCE_FAILED", "client-assertion"]);
      },
    );
  });

  QUnit.module("azure-identity, WorkloadIdentityCredential", () => {
    QUnit.test("is what the variables say, and the options go before them", async (assert) => {
      const files = new Map<string, string>();
      const { platform, seen, reads } = hostWith(POD, (path, clock) => {
        files.set(path, assertion(clock, path === FILE ? ["api://AzureADTokenExchange"] : undefined));
        return files.get(path) as string;
      });
      await new WorkloadIdentityCredential({ platform }).getToken(ARM);
      const options = { platform, tenantId: "contoso.example", clientId: OTHER, tokenFilePath: "/mine" };
      await new WorkloadIdentityCredential(options).getToken(ARM);
      await new WorkloadIdentityCredential({ platform, tenantId: "", clientId: "", tokenFilePath: "" }).getToken(ARM);
      const requests = await seen();
      assert.deepEqual(
        requests.map(({ url, form }) => [url.split("/")[3], form.client_id]),
        [
          [TENANT, CLIENT],
          ["contoso.example", OTHER],
          [TENANT, CLIENT],
        ],
      );
      assert.deepEqual(
        requests.map(({ form }) => form.client_assertion === files.get("/mine")),
        [false, true, false],
      );
      assert.deepEqual([...reads], [FILE, "/mine", FILE]);
    });

    QUnit.test("reads the file again when its token is about to end, and not before", async (assert) => {
      const { platform, clock, reads } = hostWith(POD);
      const credential = new WorkloadIdentityCredential({ platform });
      for (let minute = 0; minute < 40; minute += 10) {
        await credential.getToken(ARM);
        await credential.getToken(`https://${minute}.example/.default`);
        await clock.advance(10 * MINUTE);
      }
      assert.strictEqual(reads.length, 1);
      await clock.advance(15 * MINUTE);
      await credential.getToken("https://late.example/.default");
      assert.ok(reads.length > 1, `${reads.length} reads`);
    });

    QUnit.test("wants the token to be for the federated credentials of its cloud", async (assert) => {
      const rows = [
        ["https://login.microsoftonline.com", "api://AzureADTokenExchange"],
        ["https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"],
        ["https://login.usgovcloudapi.net", "api://AzureADTokenExchangeUSGov"],
        ["https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina"],
        ["https://login.chinacloudapi.cn", "api://AzureADTokenExchangeChina"],
        ["https://login.sovcloud-identity.fr", "api://AzureADTokenExchangeFrance"],
        ["https://login.sovcloud-identity.de", "api://AzureADTokenExchangeGermany"],
        ["https://localhost:8443", "api://AzureADTokenExchange"],
      ] as const;
      for (const [authorityHost, audience] of rows) {
        const podWith = (aud: string): WorkloadIdentityCredential => {
          const { platform } = hostWith(POD, (_, clock) => assertion(clock, aud));
          return new WorkloadIdentityCredential({ platform, authorityHost });
        };
        assert.ok((await podWith(audience).getToken(ARM)).token);
        const error = await errorOf(podWith("api://other").getToken(ARM));
        assert.ok(error.message.includes(`wanted is ${audience};`), error.message);
      }
    });
  });
};
