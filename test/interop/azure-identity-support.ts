/** A host with variables, files, a token endpoint and a managed identity endpoint, all of them played. */
import type { Platform } from "@tokenhop/core";
import { type ManualClock, manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { json } from "../contract/platform.ts";
import { canaryToken } from "../leak.ts";

export const TENANT = "11111111-1111-4111-8111-111111111111";
export const CLIENT = "22222222-2222-4222-8222-222222222222";
export const OTHER = "33333333-3333-4333-8333-333333333333";
export const UAMI =
  "/subscriptions/x/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/uami";
export const ARM = "https://management.azure.com/.default";
export const VAULT = "https://vault.azure.net/.default";
export const FILE = "/var/run/secrets/azure/tokens/azure-identity-token";
/** What the webhook of AKS sets. */
export const POD = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_FEDERATED_TOKEN_FILE: FILE } as const;

/** One request, as far as the tests look at it. */
export interface Seen {
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

export interface Host {
  readonly clock: ManualClock;
  readonly platform: Platform;
  /** What the endpoints were asked so far. */
  seen(): Promise<readonly Seen[]>;
  /** Which files were read. */
  readonly reads: readonly string[];
}

/** A token for an audience, good for an hour. */
export function assertion(clock: Pick<ManualClock, "now">, aud: unknown = "api://AzureADTokenExchange"): string {
  const iat = clock.now() / 1000;
  return canaryToken({ aud, iat, exp: iat + 3600 });
}

/** Tokens last an hour wherever they come from, and each file holds a fresh one unless told otherwise. */
export function hostWith(
  env: Platform["env"] = {},
  fileAt: (path: string, clock: ManualClock) => string = (_, clock) => assertion(clock),
): Host {
  const clock = manualClock();
  const reads: string[] = [];
  const reply = (request: Request): Response => {
    const managed = request.method === "GET";
    const expires_on = String(clock.now() / 1000 + 3600);
    const body = managed ? { expires_on } : { expires_in: 3600, token_type: "Bearer" };
    return json({ access_token: canaryToken(), ...body });
  };
  const fetch = scriptedFetch([reply]);
  const readTextFile = async (path: string): Promise<string> => {
    reads.push(path);
    return fileAt(path, clock);
  };
  return {
    clock,
    reads,
    platform: testPlatform({ clock, fetch, env, readTextFile }),
    seen: () =>
      Promise.all(
        fetch.requests.map(async (request) => {
          const { origin, pathname, searchParams } = new URL(request.url);
          const form = request.method === "POST" ? await request.clone().text() : "";
          const fields = (all: URLSearchParams): Readonly<Record<string, string>> => Object.fromEntries(all);
          return { url: origin + pathname, query: fields(searchParams), form: fields(new URLSearchParams(form)) };
        }),
      ),
  };
}
