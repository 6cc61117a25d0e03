/** Our credentials under the names of `@azure/identity`, with clients that know those names: by type, and in use. */
import { ResourceManagementClient } from "@azure/arm-resources";
import type * as theirs from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { BlobServiceClient } from "@azure/storage-blob";
import { defaultPlatform, type Platform } from "@tokenhop/core";
import * as ours from "@tokenhop/core/interop/azure-identity";
import { demoEnvironment, demoIds } from "@tokenhop/emulator";
import type { Suite } from "../../harness.ts";
import { canary } from "../../leak.ts";
import { type Stage, withStage } from "./stage.ts";

const {
  tenantId,
  uamiClientId,
  uamiPrincipalId,
  uamiResourceId,
  subscriptionId,
  resourceGroup,
  storageAccount,
  vault,
} = demoIds;

/** Options of theirs that ours do not take. */
const refused = [
  "httpClient",
  "additionalPolicies",
  "proxyOptions",
  "agent",
  "tlsOptions",
  "allowInsecureConnection",
  "redirectOptions",
  "retryOptions",
  "userAgentOptions",
  "telemetryOptions",
  "loggingOptions",
  "tokenCachePersistenceOptions",
  "enableAzureProxy",
] as const;

type Nothing<T extends never> = T;
/** What is neither taken nor refused by name: a new version of theirs may bring some. */
export type Forgotten = Nothing<
  | Exclude<
      keyof theirs.ClientAssertionCredentialOptions,
      keyof ours.ClientAssertionCredentialOptions | (typeof refused)[number]
    >
  | Exclude<
      keyof theirs.WorkloadIdentityCredentialOptions,
      keyof ours.WorkloadIdentityCredentialOptions | (typeof refused)[number]
    >
  | Exclude<
      keyof theirs.ManagedIdentityCredentialClientIdOptions,
      keyof ours.ManagedIdentityCredentialClientIdOptions | (typeof refused)[number]
    >
>;

/** Options that both take, as theirs are declared. */
type Shared<Theirs, Ours> = Pick<Theirs, keyof Theirs & keyof Ours>;

/** Their constructors, which ours can stand in for. */
export const constructors: {
  readonly ClientAssertionCredential: new (
    tenantId: string,
    clientId: string,
    getAssertion: () => Promise<string>,
    options?: Shared<theirs.ClientAssertionCredentialOptions, ours.ClientAssertionCredentialOptions>,
  ) => theirs.TokenCredential;
  readonly WorkloadIdentityCredential: new (
    options?: Shared<theirs.WorkloadIdentityCredentialOptions, ours.WorkloadIdentityCredentialOptions>,
  ) => theirs.TokenCredential;
  readonly ManagedIdentityCredential: {
    new (
      clientId: string,
      options?: Shared<theirs.TokenCredentialOptions, ours.TokenCredentialOptions>,
    ): theirs.TokenCredential;
    new (
      options?:
        | Shared<theirs.ManagedIdentityCredentialClientIdOptions, ours.ManagedIdentityCredentialClientIdOptions>
        | Shared<theirs.ManagedIdentityCredentialResourceIdOptions, ours.ManagedIdentityCredentialResourceIdOptions>
        | Shared<theirs.ManagedIdentityCredentialObjectIdOptions, ours.ManagedIdentityCredentialObjectIdOptions>,
    ): theirs.TokenCredential;
  };
} = ours;

/** A workload's token, as its platform gives it. */
async function assertionAt({ origin }: Stage): Promise<string> {
  const path = new URL(demoEnvironment.ACTIONS_ID_TOKEN_REQUEST_URL);
  const url = `${origin}${path.pathname}${path.search}&audience=api://AzureADTokenExchange`;
  const reply = await fetch(url, { headers: { authorization: `Bearer ${demoIds.oidcRequestToken}` } });
  return canary(((await reply.json()) as { value: string }).value);
}

const platformWith = (env: Platform["env"], file = ""): Platform => ({
  ...defaultPlatform(),
  env,
  readTextFile: async () => file,
});

/** One call of each of three clients, which name three resources. */
async function useEverywhere(credential: theirs.TokenCredential, { origin }: Stage): Promise<readonly string[]> {
  const arm = new ResourceManagementClient(credential, subscriptionId, { endpoint: origin });
  const names: string[] = [];
  for await (const { name } of arm.resources.listByResourceGroup(resourceGroup)) names.push(String(name));
  const blobs = new BlobServiceClient(`${origin}/${storageAccount}.blob.core.windows.net`, credential);
  for await (const { name } of blobs.listContainers({ prefix: "none" })) names.push(name);
  const options = { disableChallengeResourceVerification: true };
  const secrets = new SecretClient(`${origin}/${vault}.vault.azure.net`, credential, options);
  for await (const { name } of secrets.listPropertiesOfSecrets()) if (name === "none") names.push(name);
  return names.sort();
}

export const suite: Suite = (QUnit) => {
  QUnit.module("@azure/identity, by name", () => {
    QUnit.test("ClientAssertionCredential serves every client with one assertion", (assert) =>
      withStage(async (stage) => {
        const given = await assertionAt(stage);
        let asked = 0;
        const getAssertion = async (): Promise<string> => {
          asked++;
          return given;
        };
        const options = { authorityHost: stage.origin, disableInstanceDiscovery: true };
        const credential = new ours.ClientAssertionCredential(tenantId, uamiClientId, getAssertion, options);
        assert.deepEqual(await useEverywhere(credential, stage), ["demo-uami", "demostorage"]);
        const { token, "openid-configuration": looked = 0, "instance-discovery": found = 0 } = await stage.counts();
        assert.deepEqual([asked, token, looked, found], [1, 3, 0, 0]);
        assert.ok(stage.claims.length === 0, "the fetch is the runtime's own");
      }),
    );

    QUnit.test("WorkloadIdentityCredential is what its platform says", (assert) =>
      withStage(async (stage) => {
        const env = {
          AZURE_TENANT_ID: tenantId,
          AZURE_CLIENT_ID: uamiClientId,
          AZURE_FEDERATED_TOKEN_FILE: "/var/run/token",
          AZURE_AUTHORITY_HOST: `${stage.origin}/`,
        };
        const platform = platformWith(env, await assertionAt(stage));
        const credential = new ours.WorkloadIdentityCredential({ platform });
        assert.deepEqual(await useEverywhere(credential, stage), ["demo-uami", "demostorage"]);
        assert.strictEqual((await stage.counts()).token, 3);
      }),
    );

    QUnit.test("ManagedIdentityCredential asks the host's endpoint, once for each resource", (assert) =>
      withStage(async (stage) => {
        const platform = platformWith({ AZURE_POD_IDENTITY_AUTHORITY_HOST: stage.origin });
        for (const credential of [
          new ours.ManagedIdentityCredential({ platform }),
          new ours.ManagedIdentityCredential(uamiClientId, { platform }),
          new ours.ManagedIdentityCredential({ objectId: uamiPrincipalId, platform }),
          new ours.ManagedIdentityCredential({ resourceId: uamiResourceId, platform }),
        ]) {
          const before = (await stage.counts()).imds ?? 0;
          assert.deepEqual(await useEverywhere(credential, stage), ["demo-uami", "demostorage"]);
          assert.strictEqual(((await stage.counts()).imds ?? 0) - before, 3);
        }
        assert.strictEqual((await stage.counts()).token, undefined);
      }),
    );
  });
};
