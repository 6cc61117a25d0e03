/** What the tests of the Azure SDKs' credential share. */
import { defineSource, federate, secret } from "@tokenhop/core";
import { type AzureSdkCredential, azureSdk } from "@tokenhop/core/interop/azure-sdk";
import { type EntraOptions, entra } from "@tokenhop/core/targets/entra";
import { scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { type World, type WorldOptions, world } from "../core/support.ts";
import { canaryToken } from "../leak.ts";
import { FORM, good } from "../targets/entra-support.ts";

export const ARM = "https://management.azure.com/.default";
export const VAULT = "https://vault.azure.net/.default";
export const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';

/** A provider on `entra` itself, and what the token endpoint was sent. */
export function atEntraProvider(options: Partial<EntraOptions> = {}) {
  const fetch = scriptedFetch([() => good()]);
  const from = defineSource({
    name: "source",
    identity: ["source", {}],
    provenance: "unknown",
    detect: () => ({ found: true }),
    getToken: async () => ({ token: secret(canaryToken()) }),
  });
  const provider = federate({ from, to: entra({ ...FORM, ...options }), platform: testPlatform({ fetch }) });
  const forms = (): Promise<URLSearchParams[]> =>
    Promise.all(fetch.requests.map(async (request) => new URLSearchParams(await request.clone().text())));
  return { provider, requests: fetch.requests, forms };
}

/** A credential on it. */
export function atEntra(options: Partial<EntraOptions> = {}) {
  const { provider, ...rest } = atEntraProvider(options);
  return { credential: azureSdk(provider), ...rest };
}

/** A credential on a provider whose steps the test plays. */
export function stage(options: WorldOptions = {}): World & { readonly credential: AzureSdkCredential } {
  const it = world(options);
  return { ...it, credential: azureSdk(it.provider, { platform: testPlatform({ ...options, clock: it.clock }) }) };
}
