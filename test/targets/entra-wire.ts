import type { BearerToken, Target } from "@tokenhop/core";
import { type EntraOptions, type EntraParams, entra } from "@tokenhop/core/targets/entra";
import { failureOf } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { A_TENANT, CLIENT, exchange, FORM, ONE_RESOURCE, OTHER, SCOPE, TENANT } from "./entra-support.ts";

/** Hand-written: cloud → where its tokens come from, and what an assertion must be issued for. */
const clouds = {
  public: ["https://login.microsoftonline.com", "api://AzureADTokenExchange"],
  usgov: ["https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"],
  china: ["https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina"],
  france: ["https://login.sovcloud-identity.fr", "api://AzureADTokenExchangeFrance"],
  germany: ["https://login.sovcloud-identity.de", "api://AzureADTokenExchangeGermany"],
  singapore: ["https://login.sovcloud-identity.sg", "api://AzureADTokenExchange"],
} as const;

/** Hand-written: scope → hosts that may be sent its token. */
const hosts: Readonly<Record<string, readonly string[]>> = {
  "https://graph.microsoft.com/.default": ["graph.microsoft.com"],
  "https://Graph.Microsoft.com/.default": ["graph.microsoft.com"],
  "https://management.azure.com//.default": ["management.azure.com"],
  "https://management.core.windows.net//.default": ["management.azure.com"],
  "https://storage.azure.com/.default": ["*.core.windows.net"],
  "https://vault.azure.net/.default": ["*.vault.azure.net"],
  "https://eventhubs.azure.net//.default": ["eventhubs.azure.net"],
  "https://cognitiveservices.azure.com/.default": ["*.cognitiveservices.azure.com", "*.openai.azure.com"],
  "499b84ac-1321-427f-aa17-267ca6975798/.default": [],
  "https://shop.azurewebsites.net/.default": ["shop.azurewebsites.net"],
  "https://api.example:8443/v1/.default": ["api.example:8443"],
  "api://my-app/.default": [],
  "https://*.example.com/.default": [],
  "https://graph.microsoft.com@evil.example/.default": [],
  "http://localhost:3000/.default": [],
  "__proto__/.default": [],
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target entra, its wire", () => {
    QUnit.test("sends exactly this", async (assert) => {
      const { sent, form, assertion } = await exchange(FORM);
      assert.deepEqual(
        [sent.method, sent.url],
        ["POST", `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`],
      );
      const headers = Object.fromEntries(sent.headers);
      assert.deepEqual(Object.keys(headers).sort(), ["accept", "content-type", "user-agent"]);
      assert.strictEqual(headers.accept, "application/json");
      assert.strictEqual(headers["content-type"], "application/x-www-form-urlencoded;charset=UTF-8");
      assert.deepEqual(Object.fromEntries(form), {
        grant_type: "client_credentials",
        client_id: CLIENT,
        scope: SCOPE,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion,
      });
      assert.strictEqual([...form].length, 5, "no field twice");
    });

    for (const [cloud, [authority, audience]] of Object.entries(clouds)) {
      QUnit.test(`knows the cloud ${cloud}`, async (assert) => {
        const options: EntraOptions = { ...FORM, cloud: cloud as keyof typeof clouds };
        assert.strictEqual(entra(options).audience, audience);
        const { sent } = await exchange(options);
        assert.strictEqual(sent.url, `${authority}/${TENANT}/oauth2/v2.0/token`);
      });
    }

    QUnit.test("takes another authority, with a path and however many slashes", async (assert) => {
      for (const authority of ["https://login.example:8443/emu", "https://login.example:8443/emu//"]) {
        const { sent } = await exchange({ ...FORM, authority });
        assert.strictEqual(sent.url, `https://login.example:8443/emu/${TENANT}/oauth2/v2.0/token`);
      }
    });

    QUnit.test("speaks plain http to loopback only where that is allowed", async (assert) => {
      for (const origin of ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"]) {
        const { sent } = await exchange({ ...FORM, authority: origin, allowHttpLoopback: true });
        assert.strictEqual(sent.url, `${origin}/${TENANT}/oauth2/v2.0/token`);
      }
    });

    QUnit.test("keeps a double slash in the scope", async (assert) => {
      const { form } = await exchange({ ...FORM, scope: "https://eventhubs.azure.net//.default" });
      assert.strictEqual(form.get("scope"), "https://eventhubs.azure.net//.default");
    });

    QUnit.test("takes scope and tenant per call", async (assert) => {
      const scope = "https://vault.azure.net/.default";
      const { sent, form } = await exchange({ ...FORM, tenants: [OTHER] }, { scope, tenantId: OTHER });
      assert.strictEqual(form.get("scope"), scope);
      assert.ok(sent.url.includes(`/${OTHER}/`), sent.url);
    });

    QUnit.test("writes a tenant in lower case", async (assert) => {
      const { sent } = await exchange({ ...FORM, tenantId: "Contoso.OnMicrosoft.com" });
      assert.ok(sent.url.includes("/contoso.onmicrosoft.com/"), sent.url);
    });

    QUnit.test("is asked for another audience than the cloud's where one is given", (assert) => {
      assert.strictEqual(entra({ ...FORM, audience: "api://mine" }).audience, "api://mine");
    });
  });

  QUnit.module("target entra, its parameters", () => {
    const checked = (params: EntraParams, tenants?: readonly string[]) => () =>
      entra({ ...FORM, tenants }).validate?.(params);

    QUnit.test("lets with() name its own tenant and those of the list, in any case", (assert) => {
      for (const tenantId of [TENANT, "contoso.com", "Contoso.com", undefined]) {
        checked({ tenantId }, ["Contoso.com"])();
      }
      assert.ok(true);
    });

    QUnit.test("refuses any other tenant", async (assert) => {
      for (const tenants of [undefined, [OTHER]]) {
        const error = await failureOf(checked({ tenantId: "evil.example" }, tenants));
        assert.deepEqual([...(error.problems ?? [])], ["tenantId: expected one of the option tenants"]);
      }
    });

    QUnit.test("names every wrong parameter", async (assert) => {
      const error = await failureOf(checked({ scope: "", tenantId: "common", user: 1 } as never));
      assert.deepEqual(
        [error.code, ...(error.problems ?? [])],
        ["ERR_CONFIG_INVALID", `scope: ${ONE_RESOURCE}`, `tenantId: ${A_TENANT}`, "user: unknown option"],
      );
    });

    QUnit.test("needs a scope from somewhere", async (assert) => {
      const target = entra({ tenantId: TENANT, clientId: CLIENT });
      const error = await failureOf(() => target.partition?.({}));
      assert.deepEqual([...(error.problems ?? [])], ["scope: missing; give it to entra() or to with()"]);
      assert.deepEqual(target.partition?.({ scope: SCOPE }), [SCOPE, TENANT]);
    });

    QUnit.test("tells credentials apart by scope and tenant", (assert) => {
      const target = entra({ ...FORM, tenants: [OTHER] });
      assert.deepEqual(target.partition?.({}), [SCOPE, TENANT]);
      assert.deepEqual(target.partition?.({ tenantId: OTHER }), [SCOPE, OTHER]);
    });

    QUnit.test("tells targets apart by authority, client and capability", (assert) => {
      const all: Target<BearerToken, EntraParams>[] = [
        entra(FORM),
        entra({ ...FORM, cloud: "usgov" }),
        entra({ ...FORM, clientId: OTHER }),
        entra({ ...FORM, enableCae: true }),
      ];
      assert.strictEqual(new Set(all.map(({ identity }) => JSON.stringify(identity))).size, all.length);
    });

    for (const [scope, expected] of Object.entries(hosts)) {
      QUnit.test(`knows the hosts of ${scope}`, (assert) => {
        assert.deepEqual(entra(FORM).hosts?.({ scope }), expected);
      });
    }

    QUnit.test("adds the hosts that it is given", (assert) => {
      const own = [
        "api.example.com",
        "api.example.com:8443",
        "*.apim.example.com",
        "localhost:3000",
        "http://localhost:3000",
      ];
      assert.deepEqual(entra({ ...FORM, hosts: own }).hosts?.({}), [...own, "graph.microsoft.com"]);
      assert.deepEqual(entra({ tenantId: TENANT, clientId: CLIENT }).hosts?.({}), []);
    });
  });
};
