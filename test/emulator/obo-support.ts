/** An API of the directory, its users, and short ways to ask on their behalf. */
import { demoIds, type Emulator, type EmulatorConfig, type TenantConfig } from "@tokenhop/emulator";
import * as world from "./support.ts";

export const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
export const graphScope = "https://graph.microsoft.com/.default";
/** The API that asks on behalf of its users. */
export const api = demoIds.appClientId;
export const apiUri: string = `api://${api}`;
export const userId = "8d7c6b5a-4f3e-4d2c-9b1a-0f9e8d7c6b07";
/** The application that the user signed in to. */
export const client: string = world.ids.bareApp;
/** Another API of the tenant, of whose permissions the first has one. */
export const otherUri: string = world.apiUri;

/** The directory of the tests; the API may do a little more for users, and lives in the second tenant too. */
export function oboConfig(): EmulatorConfig {
  const config = world.testConfig();
  const [first, second] = config.tenants as readonly [TenantConfig, TenantConfig];
  const apps = (first.apps ?? []).map((app) =>
    app.clientId === api
      ? {
          ...app,
          delegatedPermissions: {
            "https://graph.microsoft.com": ["User.Read", "Mail.Read"],
            [otherUri]: ["access_as_user"],
          },
          provisionedIn: [{ tenantId: second.id, objectId: "6b0c9d8e-2a3f-4e5d-8b7a-1c0f9e8d7cff" }],
        }
      : app,
  );
  const users = [
    { id: "77777777-7777-4777-8777-777777777777", displayName: "Ed", userPrincipalName: "ed@other.example" },
  ];
  return {
    ...config,
    tenants: [
      { ...first, apps },
      { ...second, users },
    ],
  };
}

/** A token with which a user calls the API. */
export function userToken(
  emulator: Emulator,
  claims: Readonly<Record<string, unknown>> = {},
  more: { readonly user?: string; readonly audience?: string; readonly lifetimeMs?: number } = {},
): Promise<string> {
  return emulator.issueUserToken({
    user: demoIds.user,
    clientId: client,
    audience: apiUri,
    scopes: ["access_as_user"],
    claims,
    ...more,
  });
}

/** Asks on behalf of a user; a field of `undefined` is left out. */
export async function askFor(
  emulator: Emulator,
  assertion: string | undefined,
  fields: Readonly<Record<string, string | undefined>> = {},
  tenant: string = demoIds.tenantId,
): Promise<world.Reply> {
  return world.postToken(
    emulator,
    {
      grant_type: jwtBearer,
      requested_token_use: "on_behalf_of",
      client_id: api,
      client_assertion: await world.platformToken(emulator),
      scope: graphScope,
      assertion,
      ...fields,
    },
    tenant,
  );
}
