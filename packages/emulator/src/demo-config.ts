import { type AwsDemoIds, awsDemoIds, demoAws } from "./aws/demo.ts";
import type { EmulatorConfig, LifetimesConfig, RoleAssignmentConfig } from "./config/types.ts";
import { demoGcp, type GcpDemoIds, gcpDemoIds } from "./gcp/demo.ts";
import { exchangeResource } from "./well-known-resources.ts";

/** Every id and name of the demo config, so that nobody has to copy them. */
export interface DemoIds extends AwsDemoIds, GcpDemoIds {
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** The managed identity `demo-uami`. */
  readonly uamiClientId: string;
  readonly uamiPrincipalId: string;
  readonly uamiResourceId: string;
  /** The application `demo-app`. */
  readonly appClientId: string;
  readonly appObjectId: string;
  /** Resource group on which `demo-uami` is Reader. */
  readonly resourceGroup: string;
  /** Resource group on which it is nothing. */
  readonly forbiddenResourceGroup: string;
  /** Resources that hold data, which `demo-uami` may use: a storage account, a vault, and an account with a deployed model. */
  readonly storageAccount: string;
  readonly vault: string;
  readonly openai: string;
  readonly deployment: string;
  /** Hosted OIDC provider, its issuer, and the one workload that it knows. */
  readonly oidcProvider: string;
  readonly oidcIssuer: string;
  readonly oidcSubject: string;
  /** Bearer token for `/oidc/{oidcProvider}/token`. */
  readonly oidcRequestToken: string;
  /** What App Service would put into `IDENTITY_HEADER`. */
  readonly identityHeader: string;
  /** A user, as `issueUserToken` takes it. */
  readonly user: string;
}

const tenantId = "7c3f0a52-3b1e-4d0e-9a54-6d1c1f5b2a01";
const subscriptionId = "b2d8e6c4-90a7-4f6b-8c11-2e7d5a9f3b02";
const resourceGroup = "demo-rg";
const dataGroup = "demo-data";
const user = "ada@demo.example";

/** The ids of `createDemoConfig`: fixed, made up, and valid nowhere else. */
export const demoIds: DemoIds = {
  tenantId,
  subscriptionId,
  uamiClientId: "1f4a6b1e-5d0c-4c37-9d3b-8a2f7c6e0d03",
  uamiPrincipalId: "3a9b7c5d-1e2f-4a6b-b8c7-9d0e1f2a3b04",
  uamiResourceId: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/demo-uami`,
  appClientId: "5e8d2c1b-7f6a-4b9c-a0d1-4c3b2a190f05",
  appObjectId: "6b0c9d8e-2a3f-4e5d-8b7a-1c0f9e8d7c06",
  resourceGroup,
  forbiddenResourceGroup: "test-resource-group-1",
  storageAccount: "demodata",
  vault: "demo-secrets",
  openai: "demo-openai",
  deployment: "demo-model",
  oidcProvider: "workload",
  oidcIssuer: "https://oidc.emulator.test/oidc/workload",
  oidcSubject: "repo:tokenhop/demo:ref:refs/heads/main",
  oidcRequestToken: "demo-request-token",
  identityHeader: "demo-identity-header",
  user,
  ...awsDemoIds,
  ...gcpDemoIds,
};

/** What `demo-uami` may do with data. */
const dataRoles: readonly RoleAssignmentConfig[] = (
  ["Storage Blob Data Contributor", "Key Vault Secrets Officer", "Cognitive Services OpenAI User"] as const
).map((role) => ({
  principalId: demoIds.uamiPrincipalId,
  role,
  scope: `/subscriptions/${subscriptionId}/resourceGroups/${dataGroup}`,
}));

/** Variables that a platform sets for its workload. */
export interface DemoEnvironment {
  /** As in a GitHub Actions job with `id-token: write`: here for the workload that `demo-uami` trusts. */
  readonly ACTIONS_ID_TOKEN_REQUEST_URL: string;
  readonly ACTIONS_ID_TOKEN_REQUEST_TOKEN: string;
  /** As in App Service, Functions and Container Apps. */
  readonly IDENTITY_ENDPOINT: string;
  readonly IDENTITY_HEADER: string;
}

/** What a workload of the demo config finds in its environment; every host in it is the emulator, which goes by path. */
export const demoEnvironment: DemoEnvironment = {
  ACTIONS_ID_TOKEN_REQUEST_URL: `${demoIds.oidcIssuer}/token?api-version=2.0`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: demoIds.oidcRequestToken,
  IDENTITY_ENDPOINT: "http://127.0.0.1:42356/msi/token",
  IDENTITY_HEADER: demoIds.identityHeader,
};

/** Settings of `createDemoConfig`. */
export interface DemoConfigOptions {
  /** Lifetimes of tokens, ms. Default: those of the emulator. */
  readonly lifetimes?: LifetimesConfig | undefined;
}

/**
 * A small world to try things in: a managed identity that an external workload may become, that may read one resource group and
 * use the data of another, and an application with Graph permissions that trusts the managed identity.
 */
export function createDemoConfig(options: DemoConfigOptions = {}): EmulatorConfig {
  const ids = demoIds;
  const audiences = [exchangeResource];
  return {
    tenants: [
      {
        id: tenantId,
        displayName: "Demo",
        domains: ["demo.example"],
        apps: [
          {
            clientId: ids.appClientId,
            objectId: ids.appObjectId,
            displayName: "demo-app",
            identifierUris: [`api://${ids.appClientId}`],
            permissions: { "https://graph.microsoft.com": ["User.Read.All", "Organization.Read.All"] },
            delegatedPermissions: { "https://graph.microsoft.com": ["User.Read"] },
            federatedCredentials: [
              {
                name: "demo-uami",
                issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
                subject: ids.uamiPrincipalId,
                audiences,
              },
            ],
          },
        ],
        managedIdentities: [
          {
            name: "demo-uami",
            clientId: ids.uamiClientId,
            principalId: ids.uamiPrincipalId,
            resourceId: ids.uamiResourceId,
            federatedCredentials: [
              { name: "demo-workload", issuer: ids.oidcIssuer, subject: ids.oidcSubject, audiences },
            ],
          },
        ],
        roleAssignments: [
          {
            principalId: ids.uamiPrincipalId,
            role: "Reader",
            scope: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`,
          },
          ...dataRoles,
        ],
        users: [
          { id: "8d7c6b5a-4f3e-4d2c-9b1a-0f9e8d7c6b07", displayName: "Ada Lovelace", userPrincipalName: user },
          {
            id: "9e8d7c6b-5a4f-4e3d-8c2b-1a0f9e8d7c08",
            displayName: "Alan Turing",
            userPrincipalName: "alan@demo.example",
          },
          {
            id: "af9e8d7c-6b5a-4f4e-9d3c-2b1a0f9e8d09",
            displayName: "Grace Hopper",
            userPrincipalName: "grace@demo.example",
          },
        ],
      },
    ],
    subscriptions: [
      {
        id: subscriptionId,
        tenantId,
        resourceGroups: [
          {
            name: resourceGroup,
            location: "westeurope",
            resources: [
              { type: "Microsoft.ManagedIdentity/userAssignedIdentities", name: "demo-uami" },
              { type: "Microsoft.Storage/storageAccounts", name: "demostorage" },
            ],
          },
          { name: ids.forbiddenResourceGroup, location: "westeurope" },
          {
            name: dataGroup,
            location: "westeurope",
            resources: [
              { type: "Microsoft.Storage/storageAccounts", name: ids.storageAccount },
              { type: "Microsoft.KeyVault/vaults", name: ids.vault },
              { type: "Microsoft.CognitiveServices/accounts", name: ids.openai, deployments: [ids.deployment] },
            ],
          },
        ],
      },
    ],
    oidcProviders: [
      {
        name: ids.oidcProvider,
        issuer: ids.oidcIssuer,
        workloads: [{ requestToken: ids.oidcRequestToken, subject: ids.oidcSubject }],
      },
    ],
    aws: demoAws(ids.oidcIssuer, ids.oidcSubject),
    gcp: demoGcp(ids.oidcIssuer, ids.oidcSubject),
    appService: { identityHeader: ids.identityHeader },
    lifetimes: options.lifetimes,
  };
}
