/** Short ways to ask a service of one resource, as its owner's workload or as somebody else's. */
import { demoIds, type Emulator, type EmulatorConfig, type RoleName } from "@tokenhop/emulator";
import * as world from "./support.ts";

const { subscriptionId, uamiClientId, uamiPrincipalId } = demoIds;

export const dataGroup: string = `/subscriptions/${subscriptionId}/resourceGroups/demo-data`;
export const scopes = {
  blob: "https://storage.azure.com/.default",
  vault: "https://vault.azure.net/.default",
  openai: "https://cognitiveservices.azure.com/.default",
} as const;

/** The demo with other roles for its managed identity; none by default. */
export function withRoles(...roles: readonly (readonly [RoleName, string])[]): EmulatorConfig {
  const config = world.testConfig();
  const [tenant, ...others] = config.tenants;
  if (!tenant) throw new Error("The config has a tenant");
  const roleAssignments = roles.map(([role, scope]) => ({ principalId: uamiPrincipalId, role, scope }));
  return { ...config, tenants: [{ ...tenant, roleAssignments }, ...others] };
}

/** Text in, text out: not every service speaks JSON. */
export interface TextReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Asks with a token of the managed identity for a scope. */
export async function asking(
  emulator: Emulator,
  scope: string,
): Promise<(url: string, init?: RequestInit) => Promise<TextReply>> {
  const token = await world.federatedToken(emulator, uamiClientId, scope);
  return (url, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token}`);
    return askText(emulator, url, { ...init, headers });
  };
}

/** Asks as it is. */
export async function askText(emulator: Emulator, url: string, init?: RequestInit): Promise<TextReply> {
  const response = await emulator.fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Tokens that no resource of the demo's tenant takes, and what is wrong with each. */
export async function refusedTokens(emulator: Emulator, audience: string): Promise<Readonly<Record<string, string>>> {
  const seconds = Math.floor(emulator.now() / 1000);
  const claims = {
    aud: audience,
    iss: `https://sts.windows.net/${demoIds.tenantId}/`,
    tid: demoIds.tenantId,
    oid: uamiPrincipalId,
    appid: uamiClientId,
    idtyp: "app",
    nbf: seconds - 300,
    exp: seconds + 3600,
    ver: "1.0",
  };
  const other = `https://sts.windows.net/${world.otherTenantId}/`;
  const sign = (changes: object): Promise<string> => emulator.signEntraToken({ ...claims, ...changes });
  const [header, payload] = (await sign({})).split(".");
  return {
    malformed: "no.jwt",
    signature: `${header}.${payload}.${"A".repeat(342)}`,
    expired: await sign({ exp: seconds - 1 }),
    "not yet valid": await sign({ nbf: seconds + 60 }),
    audience: await sign({ aud: "https://management.azure.com" }),
    issuer: await sign({ iss: "https://sts.windows.net/00000000-0000-4000-8000-000000000000/" }),
    tenant: await sign({ iss: other, tid: world.otherTenantId }),
  };
}
