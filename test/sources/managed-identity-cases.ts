/** What the tests of `managed-identity` know of Azure's endpoints, written by hand. */
import type { ErrorCode, Recovery } from "@tokenhop/core";
import type { ManagedIdentityOptions } from "@tokenhop/core/sources/managed-identity";
import { NOW } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import { canary } from "../leak.ts";

export const header = canary("identity-header-3f2a9c71d8");
export const appService = { IDENTITY_ENDPOINT: "http://169.254.131.2:8081/msi/token", IDENTITY_HEADER: header };
export const seconds = NOW / 1000;
export const id = "11111111-1111-4111-8111-11111111111A";
export const resourceId =
  "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/uami";
export const local = "on loopback or in 169.254.0.0/16";
export const body = (access_token: unknown): object => ({
  access_token,
  client_id: id,
  expires_on: String(seconds + 300),
  resource: AUDIENCE,
  token_type: "Bearer",
});

/** Options and environment, and the request that they make. The `+` and `%` of a query as URLSearchParams writes them. */
export const requests: Readonly<
  Record<string, { options?: ManagedIdentityOptions; env?: Record<string, string>; audience?: string; url: string }>
> = {
  "IMDS, system-assigned": {
    url: "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange",
  },
  "IMDS by client id": {
    options: { clientId: id },
    url: `http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange&client_id=${id}`,
  },
  "IMDS by object id": {
    options: { objectId: id },
    url: `http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange&object_id=${id}`,
  },
  "IMDS by resource id": {
    options: { resourceId },
    url: `http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange&msi_res_id=${encodeURIComponent(resourceId)}`,
  },
  "IMDS at another host": {
    env: { AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:2579/" },
    url: "http://127.0.0.1:2579/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange",
  },
  "IMDS although App Service is there": {
    options: { endpoint: "imds" },
    env: appService,
    url: "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange",
  },
  "IMDS although AKS workload identity is there": {
    env: { AZURE_FEDERATED_TOKEN_FILE: "/token", AZURE_TENANT_ID: id, AZURE_CLIENT_ID: id },
    url: "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange",
  },
  "App Service, system-assigned": {
    env: appService,
    url: "http://169.254.131.2:8081/msi/token?api-version=2019-08-01&resource=api%3A%2F%2FAzureADTokenExchange",
  },
  "App Service by client id": {
    options: { clientId: id },
    env: appService,
    url: `http://169.254.131.2:8081/msi/token?api-version=2019-08-01&resource=api%3A%2F%2FAzureADTokenExchange&client_id=${id}`,
  },
  "App Service by object id": {
    options: { objectId: id },
    env: appService,
    url: `http://169.254.131.2:8081/msi/token?api-version=2019-08-01&resource=api%3A%2F%2FAzureADTokenExchange&object_id=${id}`,
  },
  "App Service by resource id": {
    options: { resourceId, endpoint: "app-service" },
    env: appService,
    url: `http://169.254.131.2:8081/msi/token?api-version=2019-08-01&resource=api%3A%2F%2FAzureADTokenExchange&mi_res_id=${encodeURIComponent(resourceId)}`,
  },
  "a resource without the suffix of a scope": {
    audience: "https://management.azure.com/.default",
    env: appService,
    url: "http://169.254.131.2:8081/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com",
  },
};

/** Where the header may go. */
export const endpoints: readonly (readonly [string, boolean])[] = [
  ["http://localhost:42356/msi/token", true],
  ["http://127.0.0.1:41056/MSI/token/", true],
  ["http://127.8.9.10/x", true],
  ["http://[::1]:8081/msi/token", true],
  ["https://localhost:2377/token", true],
  ["http://169.254.131.2:8081/msi/token", true],
  ["http://169.255.131.2:8081/msi/token", false],
  ["http://10.0.0.4/msi/token", false],
  ["http://evil.example/msi/token", false],
  ["https://evil.example/msi/token", false],
  ["http://169.254.1.1.evil.example/", false],
  ["http://localhost.evil.example/", false],
  ["http://169.254.169.254@evil.example/", false],
  ["http://user@localhost/", false],
  ["ftp://localhost/", false],
  ["localhost:8081", false],
  ["/msi/token", false],
];

/** What platforms write for the end of a token, all of it 300 s (or what is given) from now. */
export const lifetimes: Readonly<Record<string, { fields: object; expiresInMs?: number; refreshInMs?: number }>> = {
  "expires_on as a number": { fields: { expires_on: seconds + 300 } },
  "expires_on as a text": { fields: { expires_on: String(seconds + 300) } },
  "expires_on in ISO 8601": { fields: { expires_on: "2026-01-01T00:05:00Z" } },
  "expires_on in ISO 8601 with an offset": { fields: { expires_on: "2026-01-01T01:05:00+01:00" } },
  "expires_on as the old API wrote it": { fields: { expires_on: "01/01/2026 00:05:00 +00:00" } },
  "expires_on before expires_in": { fields: { expires_on: String(seconds + 300), expires_in: "900" } },
  "expires_in as a text": { fields: { expires_in: "300" } },
  "expires_in as a number": { fields: { expires_in: 300 } },
  "neither: what the token says": { fields: {} },
  "2 hours": { fields: { expires_in: "7200" }, expiresInMs: 7_200_000 },
  "more than 2 hours: renewed at half of it": {
    fields: { expires_on: String(seconds + 86_400) },
    expiresInMs: 86_400_000,
    refreshInMs: 43_200_000,
  },
};

/** Refusals that only these endpoints have. */
export const refusals: Readonly<
  Record<
    string,
    { status: number; body: string; says: string; code?: ErrorCode; recovery: Recovery; retryAfterMs?: number }
  >
> = {
  "410 while IMDS is updated": { status: 410, body: "{}", says: "HTTP 410", recovery: "retry", retryAfterMs: 17_500 },
  "403 of Docker Desktop": {
    status: 403,
    body: "connecting to 169.254.169.254:80: dial tcp: A socket operation was attempted to an Unreachable network.",
    code: "ERR_SOURCE_UNAVAILABLE",
    says: "IMDS cannot be reached from here",
    recovery: "stop",
  },
  "503 that speaks of something unreachable": {
    status: 503,
    body: "backend unreachable",
    says: "HTTP 503",
    recovery: "retry",
    retryAfterMs: 1_000,
  },
  "405": { status: 405, body: "", says: "HTTP 405", recovery: "stop" },
};
