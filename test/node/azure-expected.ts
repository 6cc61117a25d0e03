/** What the demo may ask the real Azure, written down by hand: requests as the double lists them, and the variables of its hosts. */
import { demoIds } from "@tokenhop/emulator";
import { type Asked, type AzureDouble, issuer, runnerUrl } from "./azure-double.ts";

const { tenantId, subscriptionId, uamiClientId, uamiPrincipalId } = demoIds;

/** Whom to become, and where. */
export const world: NodeJS.ProcessEnv = {
  AZURE_TENANT_ID: tenantId,
  AZURE_CLIENT_ID: uamiClientId,
  AZURE_SUBSCRIPTION_ID: subscriptionId,
  AZURE_RESOURCE_GROUP_NAME: demoIds.resourceGroup,
};

/** A job of GitHub Actions. */
export const runner: NodeJS.ProcessEnv = {
  ACTIONS_ID_TOKEN_REQUEST_URL: `${runnerUrl}?api-version=2.0`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: demoIds.oidcRequestToken,
};

/** The two identities of S2. */
export const identities: NodeJS.ProcessEnv = {
  UAMI_CLIENT_ID: uamiClientId,
  APP_CLIENT_ID: demoIds.appClientId,
};

/** An App Service with the managed identity. */
export const appService = ({ hostUrl }: AzureDouble): NodeJS.ProcessEnv => ({
  IDENTITY_ENDPOINT: `${hostUrl}/msi/token`,
  IDENTITY_HEADER: demoIds.identityHeader,
});

/** The token of a workload outside Azure, and of the managed identity as its platform gives it. */
export const outside: string = `<${issuer} ${demoIds.oidcSubject} for api://AzureADTokenExchange>`;
export const platform: string = `<https://login.microsoftonline.com/${tenantId}/v2.0 ${uamiPrincipalId} for fb60f99c-7a34-4190-8149-302f77469936>`;

/** The runner's token for a job. */
export const fromRunner: Asked = {
  what: `GET ${runnerUrl}`,
  query: { "api-version": "2.0", audience: "api://AzureADTokenExchange" },
  form: {},
  shown: { authorization: `Bearer ${demoIds.oidcRequestToken}` },
};

/** The managed identity's token from App Service. */
export const fromAppService = ({ hostUrl }: AzureDouble, resource: string): Asked => ({
  what: `GET ${hostUrl}/msi/token`,
  query: { "api-version": "2019-08-01", resource, client_id: uamiClientId },
  form: {},
  shown: { "x-identity-header": demoIds.identityHeader },
});

/** The managed identity's token from a virtual machine. */
export const fromImds = ({ hostUrl }: AzureDouble, resource: string): Asked => ({
  what: `GET ${hostUrl}/metadata/identity/oauth2/token`,
  query: { "api-version": "2018-02-01", resource, client_id: uamiClientId },
  form: {},
  shown: { metadata: "true" },
});

/** An exchange. */
export const exchange = (clientId: string, assertion: string, resource: string): Asked => ({
  what: `POST https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
  query: {},
  form: {
    grant_type: "client_credentials",
    client_id: clientId,
    scope: `${resource}/.default`,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
  },
  shown: {},
});

/** A list of a resource group. */
export const list = (group: string, clientId: string): Asked => ({
  what: `GET https://management.azure.com/subscriptions/${subscriptionId}/resourceGroups/${group}/resources`,
  query: { "api-version": "2021-04-01" },
  form: {},
  shown: { authorization: `Bearer <${clientId} for https://management.azure.com>` },
});

/** A list of users. */
export const users = (clientId: string): Asked => ({
  what: "GET https://graph.microsoft.com/v1.0/users",
  query: { $select: "displayName" },
  form: {},
  shown: { authorization: `Bearer <${clientId} for https://graph.microsoft.com>` },
});
