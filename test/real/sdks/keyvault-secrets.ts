/** `@azure/keyvault-secrets`, as it is installed, with our credential: the vault itself says what to ask Entra for. */
import { SecretClient } from "@azure/keyvault-secrets";
import { azureSdk } from "@tokenhop/core/interop/azure-sdk";
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../../harness.ts";
import { problemOf } from "./problem.ts";
import { type Stage, withStage } from "./stage.ts";

const { vault, tenantId, uamiClientId } = demoIds;
const VAULT = "https://vault.azure.net/.default";

const clientAt = ({ origin, credential }: Pick<Stage, "origin" | "credential">): SecretClient =>
  // Its host is not one of Key Vault's, which the client would refuse; on localhost it has to be told.
  new SecretClient(`${origin}/${vault}.vault.azure.net`, credential, { disableChallengeResourceVerification: true });

const own = (): string => `s-${crypto.randomUUID().slice(0, 8)}`;

/** The requests of the vault and the exchanges so far, as `route status`. */
const wire = async ({ log }: Stage): Promise<string[]> =>
  (await log())
    .filter(({ route }) => route === "key-vault" || route === "token")
    .map(({ route, status, scope = "" }) => `${route} ${status} ${scope}`.trim());

export const suite: Suite = (QUnit) => {
  QUnit.module("@azure/keyvault-secrets", () => {
    QUnit.test("asks without a token first, then with one for the resource of the challenge", (assert) =>
      withStage(async (stage) => {
        const client = clientAt(stage);
        const name = own();
        const made = await client.setSecret(name, "hunter2", { tags: { a: "b" } });
        assert.deepEqual(await wire(stage), ["key-vault 401", `token 200 ${VAULT}`, "key-vault 200"]);
        assert.deepEqual([made.name, made.value, made.properties.tags], [name, "hunter2", { a: "b" }]);
        assert.strictEqual((await client.getSecret(name)).value, "hunter2");
        assert.deepEqual((await wire(stage)).slice(3), ["key-vault 200"], "and at once from then on");
        const granted = (await stage.log()).filter(
          ({ route, outcome }) => route === "key-vault" && outcome === "granted",
        );
        assert.ok(granted.every(({ client: id, tenant }) => id === uamiClientId && tenant === tenantId));
      }),
    );

    QUnit.test("shares one exchange between clients, each with a challenge of its own", (assert) =>
      withStage(async (stage) => {
        const [one, other] = [clientAt(stage), clientAt(stage)];
        const name = own();
        await one.setSecret(name, "1");
        const secrets = await Promise.all([one, other, one, other].map((client) => client.getSecret(name)));
        assert.ok(secrets.every(({ value }) => value === "1"));
        assert.strictEqual((await stage.counts()).token, 1);
      }),
    );

    QUnit.test("lists versions and secrets, page by page", (assert) =>
      withStage(async (stage) => {
        const client = clientAt(stage);
        const name = own();
        for (const value of ["1", "2", "3"]) await client.setSecret(name, value);
        const sizes: number[] = [];
        for await (const page of client.listPropertiesOfSecretVersions(name).byPage({ maxPageSize: 2 }))
          sizes.push(page.length);
        assert.deepEqual(sizes, [2, 1]);
        const names: string[] = [];
        for await (const properties of client.listPropertiesOfSecrets()) names.push(properties.name);
        assert.ok(names.includes(name), names.join());
      }),
    );

    QUnit.test("deletes and purges", (assert) =>
      withStage(async (stage) => {
        const client = clientAt(stage);
        const name = own();
        await client.setSecret(name, "1");
        const poller = await client.beginDeleteSecret(name, { intervalInMs: 10 });
        assert.strictEqual((await poller.pollUntilDone()).name, name);
        const { code, statusCode } = await problemOf(client.getSecret(name));
        assert.deepEqual([code, statusCode], ["SecretNotFound", 404]);
        assert.strictEqual((await client.getDeletedSecret(name)).name, name);
        await client.purgeDeletedSecret(name);
        assert.strictEqual((await problemOf(client.getDeletedSecret(name))).statusCode, 404);
      }),
    );

    QUnit.test("answers a claims challenge with one new exchange", (assert) =>
      withStage(
        async (stage) => {
          const client = clientAt(stage);
          const name = own();
          await client.setSecret(name, "1");
          const nbf = '{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}';
          const challenge = `Bearer authorization="https://login.microsoftonline.com/${tenantId}", error="insufficient_claims", claims="${btoa(nbf)}"`;
          await stage.setFault({
            route: "key-vault",
            kind: "respond",
            status: 401,
            headers: { "www-authenticate": challenge, "content-type": "application/json" },
            body: { error: { code: "Unauthorized", message: "The token was issued before a change." } },
          });
          assert.strictEqual((await client.getSecret(name)).value, "1");
          assert.strictEqual((await stage.counts()).token, 2);
          assert.ok(stage.claims[1]?.includes("1767225600"));
        },
        { enableCae: true },
      ),
    );

    QUnit.test("meets refusals as its own errors, and ours as they are", (assert) =>
      withStage(async (stage) => {
        const { provider, origin, setFault } = stage;
        // A credential whose token is for another resource is not what the challenge asks for.
        const fixed = azureSdk(provider.with({ scope: "https://management.azure.com/.default" }), {
          scope: "https://management.azure.com/.default",
        } as never);
        const wrong = await problemOf(clientAt({ origin, credential: fixed }).getSecret("one"));
        assert.strictEqual(wrong.code, "ERR_CONFIG_INVALID");
        const { code, statusCode } = await problemOf(clientAt(stage).getSecret("no-such-secret"));
        assert.deepEqual([code, statusCode], ["SecretNotFound", 404]);
        const refusal = { code: 500011, error: "invalid_resource", status: 400 } as const;
        await provider.close();
        await setFault({ route: "token", kind: "entra-error", ...refusal });
        assert.strictEqual((await problemOf(clientAt(stage).getSecret("one"))).code, "ERR_PROVIDER_CLOSED");
      }),
    );
  });
};
