/** What the suites of SDKs share: a credential of ours whose other side is the emulator of this run, over https. */
import { ResourceManagementClient } from "@azure/arm-resources";
import {
  type BearerToken,
  type CredentialProvider,
  defaultPlatform,
  type FederateOptions,
  federate,
  type Platform,
} from "@tokenhop/core";
import { type AzureSdkCredential, azureSdk } from "@tokenhop/core/interop/azure-sdk";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { type EntraOptions, type EntraParams, entra } from "@tokenhop/core/targets/entra";
import {
  demoEnvironment,
  demoIds,
  type Fault,
  type Lifetimes,
  type LogRecord,
  type UserTokenRequest,
} from "@tokenhop/emulator";
import { canary } from "../../leak.ts";

// In bare workerd there is no `process`: there these two stand in the bundle as texts.
const origin = String(process.env.TOKENHOP_TEST_EMULATOR);
const adminToken = String(process.env.TOKENHOP_TEST_ADMIN_TOKEN);

/** The emulator's controls, as far as the suites need them. */
export interface Remote {
  setFault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  setLifetimes(lifetimes: Partial<Lifetimes>): Promise<void>;
  /** Sets the emulator's clock; epoch ms. */
  setClock(at: number): Promise<void>;
  log(): Promise<readonly LogRecord[]>;
  clearLog(): Promise<void>;
  /** An access token of a user, as if one had signed in. */
  userToken(request: UserTokenRequest): Promise<string>;
  /** How often each route was asked. */
  counts(): Promise<Readonly<Record<string, number>>>;
}

/** What a test is given. */
export interface Stage extends Remote {
  readonly provider: CredentialProvider<BearerToken, EntraParams>;
  readonly credential: AzureSdkCredential;
  /** A client of its own with the same credential. */
  client(): ResourceManagementClient;
  /** The `claims` of each exchange so far. */
  readonly claims: readonly (string | null)[];
  /** The emulator. */
  readonly origin: string;
}

async function admin(method: string, path: string, body?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const response = await fetch(`${origin}/admin/${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`The emulator answered ${response.status} to ${method} ${path}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

const remote: Remote = {
  setFault: async (fault) => void (await admin("POST", "faults", fault)),
  clearFaults: async () => void (await admin("DELETE", "faults")),
  setClock: async (setAt) => void (await admin("POST", "clock", { setAt })),
  setLifetimes: async (lifetimes) => void (await admin("PATCH", "lifetimes", lifetimes)),
  userToken: async (request) => canary(((await admin("POST", "tokens/user", request)) as { value: string }).value),
  clearLog: async () => void (await admin("DELETE", "log")),
  log: async () => (await admin("GET", "log")) as LogRecord[],
  async counts() {
    const counts: Record<string, number> = {};
    for (const { route } of await remote.log()) counts[route] = (counts[route] ?? 0) + 1;
    return counts;
  },
};

/** The runtime itself; every token that it brings is looked for in whatever the tests record. */
export function platform(claims: (string | null)[] = []): Platform {
  const path = new URL(demoEnvironment.ACTIONS_ID_TOKEN_REQUEST_URL);
  return {
    ...defaultPlatform(),
    env: { ...demoEnvironment, ACTIONS_ID_TOKEN_REQUEST_URL: `${origin}${path.pathname}${path.search}` },
    async fetch(input, init) {
      if (String(input).endsWith("/token")) claims.push(new URLSearchParams(String(init?.body)).get("claims"));
      const response = await fetch(input, init);
      // Whatever else comes by here may be a stream that nobody has to end.
      if (!/json/.test(response.headers.get("content-type") ?? "")) return response;
      const reply = await response.clone().text();
      for (const [, token] of reply.matchAll(/"(?:access_token|value)":"([^"]+)"/g)) canary(token as string);
      return response;
    },
  };
}

/** What of the provider a test chooses. */
export interface StageOptions
  extends Pick<EntraOptions, "enableCae">,
    Pick<FederateOptions<BearerToken, EntraParams>, "limits"> {
  /** Another platform than the runtime's own. */
  readonly platform?: Platform;
}

/** Runs with a provider of its own. The emulator is everybody's, so it begins with an empty log, and no fault is left behind. */
export async function withStage(work: (stage: Stage) => Promise<void>, options: StageOptions = {}): Promise<void> {
  const { enableCae, limits } = options;
  const claims: (string | null)[] = [];
  const { platform: here = platform(claims) } = options;
  const { tenantId, uamiClientId: clientId, subscriptionId } = demoIds;
  const lifetimes = await admin("GET", "lifetimes");
  await admin("DELETE", "log");
  const hosts = [new URL(origin).host];
  const to = entra({ tenantId, clientId, authority: origin, enableCae, hosts });
  await using provider = federate({ from: githubActions(), to, limits, platform: here });
  // In workerd, too, the run outlives whatever it begins.
  const credential = azureSdk(provider, { platform: here, waitUntil: () => undefined });
  const client = () => new ResourceManagementClient(credential, subscriptionId, { endpoint: origin });
  try {
    await work({ ...remote, provider, credential, client, claims, origin });
  } finally {
    await admin("DELETE", "faults");
    await admin("PATCH", "lifetimes", lifetimes as object);
  }
}
