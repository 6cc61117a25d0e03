/** `@azure/arm-resources`, as it is installed, with our credential. */
import type { ResourceManagementClient } from "@azure/arm-resources";
import { isTokenError } from "@tokenhop/core";
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../../harness.ts";
import { problemOf } from "./problem.ts";
import { type Stage, withStage } from "./stage.ts";

const { resourceGroup, forbiddenResourceGroup, subscriptionId, uamiClientId } = demoIds;
const ALL = ["demo-uami", "demostorage"];
const NBF = '{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}';
const SECOND = 1_000;

async function namesIn(
  client: ResourceManagementClient,
  group: string = resourceGroup,
  options = {},
): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of client.resources.listByResourceGroup(group, options)) names.push(String(name));
  return names.sort();
}

/** As ARM demands a token that was issued after an event. */
const challenge = (origin: string, claims: string): string =>
  `Bearer realm="", authorization_uri="${origin}/common", error="insufficient_claims", claims="${btoa(claims)}"`;

const demandsClaims = ({ setFault, origin }: Stage, claims: string, times = 1): Promise<void> =>
  setFault({
    route: "arm",
    kind: "respond",
    status: 401,
    times,
    headers: { "www-authenticate": challenge(origin, claims), "content-type": "application/json" },
    body: { error: { code: "AuthenticationFailed", message: "The token was issued before a change." } },
  });

export const suite: Suite = (QUnit) => {
  QUnit.module("@azure/arm-resources", () => {
    QUnit.test("lists the resources of a group", (assert) =>
      withStage(async ({ client, log }) => {
        assert.deepEqual(await namesIn(client()), ALL);
        // An emulator asks an issuer for its keys once in a while, and this one has a past.
        const asked = (await log()).filter(({ route }) => !/^oidc-(?:discovery|jwks)$/.test(route));
        assert.deepEqual(
          asked.map(({ route, status, client = "", scope = "" }) => [route, status, client, scope].join(" ").trim()),
          [
            "oidc-token 200",
            `token 200 ${uamiClientId} https://management.azure.com/.default`,
            `arm 200 ${uamiClientId}`,
          ],
        );
      }),
    );

    QUnit.test("meets a refusal of the resource's as its own error", (assert) =>
      withStage(async ({ client, counts }) => {
        const { name, code, statusCode } = await problemOf(namesIn(client(), forbiddenResourceGroup));
        assert.deepEqual([name, code, statusCode], ["RestError", "AuthorizationFailed", 403]);
        assert.strictEqual((await counts()).arm, 1);
      }),
    );

    QUnit.test("shares one exchange between 20 concurrent lists of 4 clients", (assert) =>
      withStage(async ({ client, counts }) => {
        const clients = Array.from({ length: 4 }, client);
        const lists = Array.from({ length: 20 }, (_, at) => namesIn(clients[at % 4] as ResourceManagementClient));
        for (const names of await Promise.all(lists)) assert.deepEqual(names, ALL);
        const { token, arm, "oidc-token": identities } = await counts();
        assert.deepEqual([identities, token, arm], [1, 1, 20]);
      }),
    );

    QUnit.test("turns pages with one token", (assert) =>
      withStage(async ({ client, setFault, counts, origin }) => {
        const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/resources`;
        const nextLink = `${origin}${path}?api-version=2021-04-01&%24skiptoken=2`;
        await setFault({ route: "arm", kind: "edit", set: { nextLink } });
        const sizes: number[] = [];
        for await (const page of client().resources.listByResourceGroup(resourceGroup).byPage())
          sizes.push(page.length);
        const { token, arm } = await counts();
        assert.deepEqual([sizes.join(), token, arm], ["2,2", 1, 2]);
      }),
    );

    for (const enableCae of [false, true]) {
      const name = `answers a claims challenge with one new exchange, ${enableCae ? "with" : "without"} cp1`;
      QUnit.test(name, (assert) =>
        withStage(
          async (stage) => {
            const { client, counts, claims, credential } = stage;
            const [one, other] = [client(), client()];
            assert.deepEqual([await namesIn(one), await namesIn(other)], [ALL, ALL]);
            const { token } = await credential.getToken("https://management.azure.com/.default");
            await demandsClaims(stage, NBF);
            assert.deepEqual(await namesIn(one), ALL);
            const renewed = await credential.getToken("https://management.azure.com/.default");
            assert.ok(renewed.token !== token, "it is another token, and everybody's");
            const cp1 = '"xms_cc":{"values":["cp1"]}';
            assert.deepEqual(
              [...claims],
              enableCae ? [`{"access_token":{${cp1}}}`, NBF.replace("}}}", `},${cp1}}}`)] : [null, NBF],
            );
            await demandsClaims(stage, NBF);
            assert.deepEqual(await namesIn(other), ALL, "another client is given the same one");
            const { token: exchanges, arm, "oidc-token": identities } = await counts();
            assert.deepEqual([identities, exchanges, arm], [1, 2, 6]);
          },
          { enableCae },
        ),
      );
    }

    QUnit.test("gives up when the resource demands claims again and again", (assert) =>
      withStage(async (stage) => {
        await demandsClaims(stage, NBF, 10);
        const { statusCode } = await problemOf(namesIn(stage.client()));
        const { token, arm } = await stage.counts();
        assert.deepEqual([statusCode, token, arm], [401, 2, 2]);
      }),
    );

    QUnit.test("lets our errors through as they are", (assert) =>
      withStage(async ({ client, setFault, counts }) => {
        const refusal = { code: 700213, error: "invalid_client", status: 401 } as const;
        await setFault({ route: "token", kind: "entra-error", ...refusal });
        for (let turn = 0; turn < 3; turn++) {
          const error = await problemOf(namesIn(client()));
          assert.ok(isTokenError(error), error.name);
          assert.deepEqual(isTokenError(error) && [error.code, error.errorCodes], ["ERR_EXCHANGE_REFUSED", [700213]]);
        }
        assert.deepEqual((await counts()).token, 1, "and a refusal is not asked for again at once");
      }),
    );

    QUnit.test("an abort ends one request's wait and nobody else's", (assert) =>
      withStage(async ({ client, setFault, counts }) => {
        await setFault({ route: "token", kind: "delay", delayMs: SECOND });
        const controller = new AbortController();
        const aborted = problemOf(namesIn(client(), resourceGroup, { abortSignal: controller.signal }));
        const patient = namesIn(client());
        setTimeout(() => controller.abort(), SECOND / 4);
        assert.strictEqual((await aborted).name, "AbortError");
        assert.strictEqual((await counts()).token, undefined, "before there is an answer");
        assert.deepEqual(await patient, ALL);
        assert.strictEqual((await counts()).token, 1);
      }),
    );

    QUnit.test("comes to the next token again and again, and never with one that has ended", (assert) =>
      withStage(async ({ client, setLifetimes, counts }) => {
        const life = 3 * SECOND;
        await setLifetimes({ federatedIdentityTokenMs: life });
        const one = client();
        const started = Date.now();
        let lists = 0;
        for (; Date.now() - started < 3 * life; lists++) {
          assert.deepEqual(await namesIn(one), ALL);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        const { token = 0, arm } = await counts();
        assert.strictEqual(arm, lists);
        assert.ok(lists > 30 && token >= 3 && token <= 7, `${token} exchanges for ${lists} lists in three lifetimes`);
      }),
    );
  });
};
