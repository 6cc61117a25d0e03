/**
 * The demo's providers: word for word what an app in production has, but for the platform, which sends every host to the
 * emulator.
 */
import {
  type BearerToken,
  type CredentialProvider,
  defaultPlatform,
  defineTarget,
  type EngineEvent,
  federate,
  type NoParams,
  type Platform,
} from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { entra } from "@tokenhop/core/targets/entra";
import type { DemoEvent } from "./events.ts";
import type { DemoSettings } from "./settings.ts";

const GRAPH = "https://graph.microsoft.com/.default";

/** Real host names stay in the program; the emulator, which goes by path, answers for all of them. */
export function emulatedPlatform(settings: DemoSettings): Platform {
  const platform = defaultPlatform();
  return {
    ...platform,
    env: { ...settings },
    fetch(input, init) {
      const asked = new URL(input instanceof Request ? input.url : input);
      const url = new URL(asked.pathname + asked.search, settings.EMULATOR);
      return platform.fetch(input instanceof Request ? new Request(url, input) : url, init);
    },
  };
}

/** A credential's first arrival and its refreshes, told by the name that the app knows the provider by. */
function reporter(provider: string, tell: (event: DemoEvent) => void): (event: EngineEvent) => void {
  let first = true;
  return (event) => {
    if (event.type !== "refresh-end" || event.hop !== "target" || event.outcome !== "ok") return;
    tell({ event: first ? "credential" : "refresh", provider, expiresAt: event.expiresAt });
    first = false;
  };
}

/** The managed identity's own token, unexchanged: to show what it may not do. */
const asItself = defineTarget({
  name: "as-itself",
  identity: ["as-itself", "graph"],
  audience: "https://graph.microsoft.com",
  produces: "platform",
  hosts: () => ["graph.microsoft.com"],
  async exchange(subject, _none: NoParams, { platform }): Promise<BearerToken> {
    return { kind: "bearer", token: subject.token, expiresAt: subject.expiresAt ?? platform.now() };
  },
});

/** The providers by the names they have in a request's context. */
export interface DemoProviders {
  readonly [name: string]: CredentialProvider<BearerToken>;
  readonly arm: CredentialProvider<BearerToken>;
  readonly graph: CredentialProvider<BearerToken>;
  readonly uami: CredentialProvider<BearerToken>;
}

/** S1, S2, and the managed identity by itself. */
export function demoProviders(
  settings: DemoSettings,
  platform: Platform,
  tell: (event: DemoEvent) => void,
): DemoProviders {
  const { AZURE_TENANT_ID: tenantId, UAMI_CLIENT_ID, APP_CLIENT_ID } = settings;
  const identity = managedIdentity({ clientId: UAMI_CLIENT_ID });
  return {
    // S1: an identity from outside Azure becomes the managed identity.
    arm: federate({
      from: githubActions(),
      to: entra({ tenantId, clientId: UAMI_CLIENT_ID, scope: "https://management.azure.com/.default" }),
      platform,
      onEvent: reporter("arm", tell),
    }),
    // S2: the managed identity, given by the platform, becomes the app registration.
    graph: federate({
      from: identity,
      to: entra({ tenantId, clientId: APP_CLIENT_ID, scope: GRAPH }),
      platform,
      onEvent: reporter("graph", tell),
    }),
    uami: federate({ from: identity, to: asItself, platform }),
  };
}

/** The managed identity's token for an exchange, had through its federated credential instead of the platform. */
function federatedIdentity(
  { AZURE_TENANT_ID: tenantId, UAMI_CLIENT_ID: clientId }: DemoSettings,
  platform: Platform,
): CredentialProvider<BearerToken> {
  return federate({
    from: githubActions(),
    to: entra({ tenantId, clientId, scope: "api://AzureADTokenExchange/.default" }),
    platform,
  });
}

/** The mistake: external → managed identity → app registration. Refused here, before any request. */
export function chainedProvider(settings: DemoSettings, platform: Platform): CredentialProvider<BearerToken> {
  const { AZURE_TENANT_ID: tenantId, APP_CLIENT_ID: clientId } = settings;
  return federate({
    from: federatedIdentity(settings, platform),
    to: entra({ tenantId, clientId, scope: GRAPH }),
    platform,
  });
}

/** The same mistake hidden in a function, where only Entra can see it. */
export function hiddenChain(settings: DemoSettings, platform: Platform): CredentialProvider<BearerToken> {
  const { AZURE_TENANT_ID: tenantId, APP_CLIENT_ID: clientId } = settings;
  const identity = federatedIdentity(settings, platform);
  const from = fromFunction(async () => (await identity.get()).token.reveal());
  return federate({ from, to: entra({ tenantId, clientId, scope: GRAPH }), platform });
}
