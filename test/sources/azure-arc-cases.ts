/** What the tests of `azure-arc` know of the agent, written by hand. */
import type { SubjectToken } from "@tokenhop/core";
import { type AzureArcOptions, azureArc } from "@tokenhop/core/sources/azure-arc";
import { contextFor, type FakePlatform, fakePlatform, json, type Sent } from "../contract/platform.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import { canary } from "../leak.ts";
import { body, local } from "./managed-identity-cases.ts";

export const key = canary("arc-agent-key-6d1f0a9b8c7e5432");
export const path = "/var/opt/azcmagent/tokens/6a1b2c3d.key";
export const windowsPath = "C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\6a1b2c3d.key";
export const env = {
  IDENTITY_ENDPOINT: "http://localhost:40342/metadata/identity/oauth2/token",
  IMDS_ENDPOINT: "http://localhost:40342",
};
export const query = "?api-version=2020-06-01&resource=api%3A%2F%2FAzureADTokenExchange";
export const why = `${local} (the key must not go anywhere else)`;

/** Names the key's file to whoever shows no key. */
const challenge =
  (named: string | undefined) =>
  (sent: Sent): Response | undefined => {
    if (sent.headers.get("authorization") !== null) return undefined;
    return new Response("", { status: 401, ...(named !== undefined && { headers: { "www-authenticate": named } }) });
  };
export const demand = challenge(`Basic realm=${path}`);

interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly named?: string | undefined;
  readonly reply?: () => Response;
}

/** A machine with an agent on it. */
export const worldOf = ({ env: variables = env, files = { [path]: key }, reply, ...more }: World = {}): FakePlatform =>
  fakePlatform({
    env: variables,
    files,
    respond: (sent) =>
      challenge("named" in more ? more.named : `Basic realm=${path}`)(sent) ?? reply?.() ?? json(body(freshToken())),
  });
export const ask = (platform: FakePlatform, options?: AzureArcOptions): Promise<SubjectToken> =>
  azureArc(options).getToken({ audience: AUDIENCE }, contextFor(platform));
