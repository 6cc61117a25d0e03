/** A directory with everything in it that can go wrong, and short ways to ask it. The clock stands still unless moved. */
import {
  createDemoConfig,
  createEmulator,
  demoIds,
  type Emulator,
  type EmulatorConfig,
  type EmulatorOptions,
  generateRsaKey,
  type KeyPair,
  type TenantConfig,
} from "@tokenhop/emulator";

export const startAt: number = Date.UTC(2026, 0, 15, 12);
export const exchange = "api://AzureADTokenExchange";
export const armScope = "https://management.azure.com/.default";
export const exchangeScope: string = `${exchange}/.default`;
export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
export const otherTenantId = "0f0e0d0c-0b0a-4909-8807-060504030201";
export const ids = {
  bareApp: "10000000-0000-4000-8000-000000000001",
  disabledApp: "10000000-0000-4000-8000-000000000002",
  externalApp: "10000000-0000-4000-8000-000000000003",
  api: "10000000-0000-4000-8000-000000000004",
  trustsApp: "10000000-0000-4000-8000-000000000005",
  trustsVersion1: "10000000-0000-4000-8000-000000000006",
  foreignApp: "10000000-0000-4000-8000-000000000007",
  entraTrustingUami: "10000000-0000-4000-8000-000000000008",
  entraTrustingPrincipal: "10000000-0000-4000-8000-000000000108",
  foreignUami: "10000000-0000-4000-8000-000000000009",
  bareAppObject: "10000000-0000-4000-8000-000000000101",
  externalAppObject: "10000000-0000-4000-8000-000000000103",
} as const;
export const apiUri = "api://guarded";
export const entraIssuer = (tenantId: string): string => `https://login.microsoftonline.com/${tenantId}/v2.0`;
const audiences = [exchange];
const { tenantId, oidcIssuer, oidcSubject, uamiPrincipalId } = demoIds;

/** Other issuers that the directory trusts; nothing hosts them but the injected fetch of a test. */
export const outsideIssuer = "https://outside.example";

function moreApps(): TenantConfig["apps"] {
  const app = (clientId: string, displayName: string) => ({
    clientId,
    objectId: clientId.replace(/00(.)$/, "10$1"),
    displayName,
  });
  return [
    app(ids.bareApp, "bare"),
    { ...app(ids.disabledApp, "disabled"), enabled: false },
    {
      ...app(ids.externalApp, "external"),
      permissions: { "https://graph.microsoft.com": ["User.Read.All"] },
      provisionedIn: [{ tenantId: otherTenantId, objectId: "10000000-0000-4000-8000-000000000203" }],
      federatedCredentials: [
        { name: "workload", issuer: oidcIssuer, subject: oidcSubject, audiences },
        { name: "eid1", issuer: oidcIssuer, subject: "/eid1/c/pub/t/x/a/y/z", audiences },
        { name: "outside", issuer: outsideIssuer, subject: "me", audiences },
      ],
    },
    { ...app(ids.api, "api"), identifierUris: [apiUri], assignmentRequired: true },
    {
      ...app(ids.trustsApp, "trusts-app"),
      federatedCredentials: [
        { name: "app", issuer: entraIssuer(tenantId), subject: ids.externalAppObject, audiences },
        { name: "user", issuer: entraIssuer(tenantId), subject: "the-user", audiences },
      ],
    },
  ];
}

/** The demo tenant with more in it, and a second tenant. */
export function testConfig(changes: Partial<EmulatorConfig> = {}): EmulatorConfig {
  const demo = createDemoConfig();
  const [tenant] = demo.tenants;
  if (!tenant) throw new Error("The demo has a tenant");
  const identityId = (name: string): string => demoIds.uamiResourceId.replace("demo-uami", name);
  const first: TenantConfig = {
    ...tenant,
    apps: [...(tenant.apps ?? []), ...(moreApps() ?? [])],
    managedIdentities: [
      ...(tenant.managedIdentities ?? []),
      {
        name: "entra-trusting",
        clientId: ids.entraTrustingUami,
        principalId: ids.entraTrustingPrincipal,
        resourceId: identityId("entra-trusting"),
        assignedToHost: false,
        federatedCredentials: [{ name: "uami", issuer: entraIssuer(tenantId), subject: uamiPrincipalId, audiences }],
      },
    ],
  };
  const second: TenantConfig = {
    id: otherTenantId,
    apps: [
      {
        clientId: ids.foreignApp,
        objectId: "10000000-0000-4000-8000-000000000107",
        displayName: "foreign",
        federatedCredentials: [{ name: "uami", issuer: entraIssuer(tenantId), subject: uamiPrincipalId, audiences }],
      },
    ],
  };
  return { ...demo, tenants: [first, second], ...changes };
}

// RSA keys take long to make. A key is told by its issuer and generation, so emulators may share them.
const pool = new Map<string, Promise<KeyPair>>();
export function pooledKey(issuer: string, generation: number): Promise<KeyPair> {
  const name = `${issuer}#${generation}`;
  const key = pool.get(name) ?? generateRsaKey();
  pool.set(name, key);
  return key;
}

/** An emulator whose time moves only when it is moved, and that reaches no network. */
export function makeEmulator(config: EmulatorConfig = testConfig(), options: EmulatorOptions = {}): Emulator {
  return createEmulator(config, {
    now: () => startAt,
    adminToken: "the-admin-token",
    generateKey: pooledKey,
    fetch: async (url) => {
      throw new TypeError(`No network: ${url}`);
    },
    ...options,
  });
}

export type Json = Readonly<Record<string, unknown>>;
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export async function ask(emulator: Emulator, url: string, init?: RequestInit): Promise<Reply> {
  const response = await emulator.fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? (JSON.parse(text) as Json) : {} };
}

/** Posts a token request; a field of `undefined` is left out. */
export async function postToken(
  emulator: Emulator,
  fields: Readonly<Record<string, string | undefined>>,
  tenant: string = tenantId,
  init: RequestInit = {},
): Promise<Reply> {
  const all = {
    grant_type: "client_credentials",
    scope: armScope,
    client_assertion_type: assertionType,
    ...fields,
  };
  const form = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const body = new URLSearchParams(form);
  return ask(emulator, `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    body,
    ...init,
  });
}

/** An ID token of the hosted provider. */
export function externalToken(emulator: Emulator, changes: { readonly [name: string]: unknown } = {}): Promise<string> {
  return emulator.issueExternalToken({
    provider: demoIds.oidcProvider,
    subject: oidcSubject,
    audience: exchange,
    ...changes,
  });
}

/** A token of `demo-uami` from the metadata service. */
export async function platformToken(emulator: Emulator, resource: string = exchange): Promise<string> {
  const query = new URLSearchParams({ "api-version": "2018-02-01", resource, client_id: demoIds.uamiClientId });
  const { body } = await ask(emulator, `http://169.254.169.254/metadata/identity/oauth2/token?${query}`, {
    headers: { metadata: "true" },
  });
  return String(body.access_token);
}

/** A token of a client that authenticates with an external token. */
export async function federatedToken(emulator: Emulator, clientId: string, scope: string = armScope): Promise<string> {
  const { body } = await postToken(emulator, {
    client_id: clientId,
    scope,
    client_assertion: await externalToken(emulator),
  });
  return String(body.access_token);
}

export function armUrl(path: string): string {
  return `https://management.azure.com/subscriptions/${demoIds.subscriptionId}/resourceGroups/${path}?api-version=2021-04-01`;
}

export const bearer = (token: string): { readonly headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${token}` },
});
