/** `@microsoft/microsoft-graph-client`, as it is installed, with our credential. */
import { Client, type PageCollection, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { federate } from "@tokenhop/core";
import { authorizedFetch } from "@tokenhop/core/interop/authorized-fetch";
import { azureSdk } from "@tokenhop/core/interop/azure-sdk";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { entra } from "@tokenhop/core/targets/entra";
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../../harness.ts";
import { problemOf } from "./problem.ts";
import { type Stage, withStage } from "./stage.ts";

const { tenantId, appClientId } = demoIds;
const GRAPH = "https://graph.microsoft.com/.default";
const ALL = ["ada@demo.example", "alan@demo.example", "grace@demo.example"];

/** The application has Graph's permissions, and trusts the managed identity of a host: so this workload runs in Azure. */
function providerAt({ origin }: Stage, clientId: string = appClientId) {
  const query = new URLSearchParams({ "api-version": "2018-02-01", client_id: demoIds.uamiClientId });
  const from = fromFunction(
    async ({ audience }) => {
      query.set("resource", audience);
      const reply = await fetch(`${origin}/metadata/identity/oauth2/token?${query}`, { headers: { metadata: "true" } });
      return ((await reply.json()) as { access_token: string }).access_token;
    },
    { provenance: "platform" },
  );
  const to = entra({ tenantId, clientId, authority: origin, scope: GRAPH, hosts: [new URL(origin).host] });
  return federate({ from, to });
}

function clientAt(stage: Stage, provider = providerAt(stage)): Client {
  const credential = azureSdk(provider, { waitUntil: () => undefined });
  const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: [GRAPH] });
  return Client.initWithMiddleware({
    authProvider,
    baseUrl: `${stage.origin}/`,
    // Without it the client keeps the token to Graph's own hosts.
    customHosts: new Set([new URL(stage.origin).hostname]),
  });
}

const mails = ({ value }: PageCollection): string[] => value.map(({ mail }: { mail: string }) => mail);

export const suite: Suite = (QUnit) => {
  QUnit.module("@microsoft/microsoft-graph-client", () => {
    QUnit.test("lists users with the permission of an application", (assert) =>
      withStage(async (stage) => {
        const client = clientAt(stage);
        assert.deepEqual(mails(await client.api("/users").get()), ALL);
        const ada = await client.api("/users/ada@demo.example").select("displayName").get();
        assert.strictEqual(ada.displayName, "Ada Lovelace");
        const { token, graph } = await stage.counts();
        assert.deepEqual([token, graph], [1, 2]);
      }),
    );

    QUnit.test("turns pages", (assert) =>
      withStage(async (stage) => {
        const client = clientAt(stage);
        const first: PageCollection = await client.api("/users").top(2).get();
        const seen: string[] = [];
        const iterator = new PageIterator(client, first, ({ mail }: { mail: string }) => {
          seen.push(mail);
          return true;
        });
        await iterator.iterate();
        assert.deepEqual(seen, ALL);
        assert.deepEqual([first.value.length, (await stage.counts()).graph], [2, 2]);
      }),
    );

    QUnit.test("meets a refusal of Graph's as its own error", (assert) =>
      withStage(async (stage) => {
        // The managed identity itself has no permission at Graph.
        const provider = stage.provider.with({ scope: GRAPH });
        const { code, statusCode } = await problemOf(
          clientAt(stage, provider as never)
            .api("/users")
            .get(),
        );
        assert.deepEqual([code, statusCode], ["Authorization_RequestDenied", 403]);
        const me = await problemOf(clientAt(stage).api("/me").get());
        assert.deepEqual([me.code, me.statusCode], ["BadRequest", 400]);
      }),
    );

    QUnit.test("works by its fetch alone, which knows where the token may go", (assert) =>
      withStage(async (stage) => {
        const authorized = authorizedFetch(providerAt(stage));
        const users = await authorized(`${stage.origin}/v1.0/users?$top=1`);
        const page = (await users.json()) as PageCollection;
        assert.deepEqual(mails(page), ALL.slice(0, 1));
        const next = await authorized(String(page["@odata.nextLink"]));
        assert.deepEqual(mails((await next.json()) as PageCollection), ALL.slice(1, 2));
        assert.strictEqual(
          (await problemOf(authorized("https://graph.example/v1.0/users"))).code,
          "ERR_DOWNSTREAM_HOST",
        );
      }),
    );
  });
};
