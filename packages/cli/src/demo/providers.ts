/** The demo's providers: word for word what an app in production has. Where they lead to is the platform's business. */
import {
  type BearerToken,
  type CredentialProvider,
  defineTarget,
  type EngineEvent,
  federate,
  firstOf,
  type IdentitySource,
  type NoParams,
  type Platform,
} from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { kubernetes } from "@tokenhop/core/sources/kubernetes";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { entra } from "@tokenhop/core/targets/entra";
import type { Tell } from "./events.ts";
import type { AppSettings } from "./settings.ts";

const GRAPH = "https://graph.microsoft.com/.default";

/** Where the identity token of S1 may come from, in order of preference. */
export function identitySources({ UAMI_CLIENT_ID }: Pick<AppSettings, "UAMI_CLIENT_ID">): readonly IdentitySource[] {
  return [githubActions(), kubernetes(), managedIdentity({ clientId: UAMI_CLIENT_ID })];
}

/** Why there is no credential, for whoever wonders. */
function tellTrouble(event: EngineEvent, tell: Tell): void {
  if (event.type === "refresh-end" && event.outcome === "error")
    tell({ event: "trouble", reason: event.error.message });
}

/** A credential's first arrival and its refreshes, told by the name that the app knows the provider by. */
export function reporter(provider: string, tell: Tell): (event: EngineEvent) => void {
  let first = true;
  return (event) => {
    tellTrouble(event, tell);
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

/** The app registration of S2. Where there is none, the routes that need it are not asked, and S1's stands in for it. */
const appOf = ({ APP_CLIENT_ID, AZURE_CLIENT_ID }: AppSettings): string => APP_CLIENT_ID ?? AZURE_CLIENT_ID;

/** S1, S2, and the managed identity by itself. */
export function demoProviders(settings: AppSettings, platform: Platform, tell: Tell): DemoProviders {
  const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, UAMI_CLIENT_ID } = settings;
  const identity = managedIdentity({ clientId: UAMI_CLIENT_ID });
  return {
    // S1: an identity from outside Azure becomes the managed identity.
    arm: federate({
      from: firstOf(...identitySources(settings)),
      to: entra({ tenantId, clientId, scope: "https://management.azure.com/.default" }),
      platform,
      onEvent: reporter("arm", tell),
    }),
    // S2: the managed identity, given by the platform, becomes the app registration.
    graph: federate({
      from: identity,
      to: entra({ tenantId, clientId: appOf(settings), scope: GRAPH }),
      platform,
      onEvent: reporter("graph", tell),
    }),
    uami: federate({ from: identity, to: asItself, platform, onEvent: (event) => tellTrouble(event, tell) }),
  };
}

/** The managed identity's token for an exchange, had through its federated credential instead of the platform. */
function federatedIdentity(settings: AppSettings, platform: Platform): CredentialProvider<BearerToken> {
  const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId } = settings;
  return federate({
    from: firstOf(...identitySources(settings)),
    to: entra({ tenantId, clientId, scope: "api://AzureADTokenExchange/.default" }),
    platform,
  });
}

/** The mistake: external → managed identity → app registration. Refused here, before any request. */
export function chainedProvider(settings: AppSettings, platform: Platform): CredentialProvider<BearerToken> {
  return federate({
    from: federatedIdentity(settings, platform),
    to: entra({ tenantId: settings.AZURE_TENANT_ID, clientId: appOf(settings), scope: GRAPH }),
    platform,
  });
}

/** The same mistake hidden in a function, where only Entra can see it. */
export function hiddenChain(settings: AppSettings, platform: Platform): CredentialProvider<BearerToken> {
  const identity = federatedIdentity(settings, platform);
  return federate({
    from: fromFunction(async () => (await identity.get()).token.reveal()),
    to: entra({ tenantId: settings.AZURE_TENANT_ID, clientId: appOf(settings), scope: GRAPH }),
    platform,
  });
}
