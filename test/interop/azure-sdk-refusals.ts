/** What the Azure SDKs' credential refuses, and how. */
import {
  type AwsCredentials,
  type CredentialProvider,
  defineSource,
  defineTarget,
  federate,
  type Secret,
  secret,
} from "@tokenhop/core";
import { azureSdk } from "@tokenhop/core/interop/azure-sdk";
import { testPlatform, testProvider } from "@tokenhop/core/testing";
import { failureOf } from "../contract/platform.ts";
import { errorOf, failure } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { ONE_RESOURCE, TENANT } from "../targets/entra-support.ts";
import { ARM, atEntra, stage, VAULT } from "./azure-sdk-support.ts";

/** Gives what is no bearer token, to a program that no compiler has seen. */
function giving(made: object): CredentialProvider<never> {
  const getToken = async () => ({ token: secret(canaryToken()) });
  const detect = () => ({ found: true }) as const;
  const from = defineSource({ name: "source", identity: [{}], provenance: "unknown", detect, getToken });
  const exchange = async () => made as AwsCredentials;
  const to = defineTarget({ name: "odd", identity: [{}], audience: "test", produces: "unknown", exchange });
  return federate({ from, to, platform: testPlatform() }) as unknown as CredentialProvider<never>;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("azure-sdk, refusals", () => {
    QUnit.test("joins scopes, and entra refuses two resources without asking", async (assert) => {
      const { credential: joining, target } = stage();
      await joining.getToken([ARM, VAULT, ARM]);
      assert.strictEqual(target.asked[0]?.scope, `${ARM} ${VAULT}`);
      const { credential, requests, forms } = atEntra();
      for (const scopes of [[ARM, VAULT], "https://management.azure.com/user_impersonation"]) {
        const error = await failureOf(() => credential.getToken(scopes));
        assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_INVALID", [`scope: ${ONE_RESOURCE}`]]);
      }
      assert.strictEqual(requests.length, 0);
      await credential.getToken([ARM, ARM]);
      assert.strictEqual((await forms())[0]?.get("scope"), ARM, "the provider's own scope does not matter");
    });

    QUnit.test("refuses a call without a scope", async (assert) => {
      const { credential, requests } = atEntra();
      for (const scopes of ["", [], undefined as never]) {
        const error = await failureOf(() => credential.getToken(scopes));
        assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_INVALID", ["scopes: expected at least one"]]);
      }
      assert.strictEqual(requests.length, 0);
    });

    QUnit.test("lets the errors of the provider through as they are", async (assert) => {
      const { credential: failing, provider, target } = stage({ limits: { attempts: 1 } });
      const refused = failure({ recovery: "stop", errorCodes: [700213], correlationId: "c" });
      target.answer = () => {
        throw refused;
      };
      const error = await errorOf(failing.getToken(ARM));
      assert.ok(error === refused);
      await provider.close();
      assert.strictEqual((await errorOf(failing.getToken(VAULT))).code, "ERR_PROVIDER_CLOSED");
    });

    QUnit.test("fails for what is no bearer token, and shows nothing of it", async (assert) => {
      const secretAccessKey: Secret = secret(canaryToken());
      const expiresAt = Date.now() + 3_600_000;
      const odd: readonly [object, string][] = [
        [{ kind: "aws", secretAccessKey, token: secretAccessKey, expiresAt }, "credentials of kind aws"],
        [{ kind: "bearer", token: secret(`${canaryToken()}\r\nx-evil: 1`), expiresAt }, "a token of these characters"],
        [{ kind: "bearer", token: secret(""), expiresAt }, "a token of these characters"],
      ];
      for (const [made, says] of odd) {
        const error = await errorOf(azureSdk(giving(made), { scope: ARM }).getToken(ARM));
        assert.deepEqual([error.code, error.recovery], ["ERR_DOWNSTREAM_PROVIDER", "stop"]);
        assert.ok(error.message.includes(says), error.message);
      }
    });

    QUnit.test("gives a token whose scope is fixed to nobody who asks for another", async (assert) => {
      const provider = testProvider({ token: canaryToken() });
      const credential = azureSdk(provider, { scope: VAULT });
      const { token } = await credential.getToken([VAULT], { tenantId: TENANT });
      assert.ok(token === (await provider.get()).token.reveal());
      for (const scopes of [ARM, [VAULT, ARM], `${VAULT} `]) {
        const error = await failureOf(() => credential.getToken(scopes));
        assert.deepEqual(
          [error.code, error.problems],
          ["ERR_CONFIG_INVALID", [`scopes: expected ${VAULT}, which is what the token is for`]],
        );
      }
    });

    QUnit.test("names everything that is wrong at once", async (assert) => {
      const wrong = { scope: "", request: "GET /", waitUntil: 5, platform: {}, scopes: [ARM] };
      const error = await failureOf(() => azureSdk({ get: 1 } as never, wrong as never));
      assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
      assert.deepEqual(
        [...(error.problems ?? [])],
        [
          "provider: expected a provider, as federate() gives",
          "scope: expected a text that is not empty",
          "request: expected a Request",
          "waitUntil: expected a function",
          "platform: expected a Platform",
          "scopes: unknown option",
        ],
      );
      const missing = await failureOf(() => azureSdk(undefined as never, {} as never));
      assert.deepEqual([...(missing.problems ?? [])], ["provider: missing, expected a provider, as federate() gives"]);
    });
  });
};
