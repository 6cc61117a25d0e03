/** `oidc-provider` and an emulator that trusts it, and the two ways to exchange a token: our client, and by hand. */
import {
  type BearerToken,
  type CredentialProvider,
  defaultPlatform,
  type FederateOptions,
  federate,
  type TokenError,
} from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { type EntraParams, entra } from "@tokenhop/core/targets/entra";
import { createDemoConfig, createEmulator, demoIds, type Emulator, type EmulatorConfig } from "@tokenhop/emulator";
import { serve } from "@tokenhop/emulator/serve";
import { failureOf as recordedFailureOf } from "../../contract/platform.ts";
import { armScope, assertionType, exchange, pooledKey } from "../../emulator/support.ts";
import { canary, createRecorder } from "../../leak.ts";
import { certificate } from "../certificate.ts";
import { type OidcServer, startOidcServer, workload } from "./oidc-provider-server.ts";

const group = `/subscriptions/${demoIds.subscriptionId}/resourceGroups/${demoIds.resourceGroup}`;

type Client = CredentialProvider<BearerToken, EntraParams>;
type ClientOptions = Pick<FederateOptions<BearerToken, EntraParams>, "limits" | "platform" | "onEvent">;

/** The answer of the token endpoint. */
export interface Answer {
  /** `granted`, or the number of the refusal. */
  readonly outcome: unknown;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a test is given. The emulator's time stands still unless it is moved. */
export interface OidcStage {
  readonly op: OidcServer;
  readonly emulator: Emulator;
  /** The emulator's origin, https. */
  readonly url: string;
  /** Address of the demo resource group in the emulator's Azure. */
  readonly armUrl: string;
  /** Our client; its tokens are the provider's, or the one that is given. It tries once unless it is told otherwise. */
  client(options?: ClientOptions, token?: string): Client;
  /** Posts a token to the token endpoint. */
  post(token: string): Promise<Answer>;
  /** The requests to the provider since the last call of this function, but not those for tokens. */
  reads(): readonly string[];
}

/** Settings of {@link withOidcProvider}. */
export interface OidcStageOptions {
  /** What the provider's issuer has behind its origin. Default nothing. */
  readonly issuer?: string;
  /** What the trusted issuer has there. Default: the same. */
  readonly trusted?: string;
  /** Default true. */
  readonly allowHttp?: boolean;
}

/** Runs with a provider and an emulator, and closes both. */
export async function withOidcProvider(
  work: (stage: OidcStage) => Promise<void>,
  { issuer = "", trusted = issuer, allowHttp = true }: OidcStageOptions = {},
): Promise<void> {
  const op = await startOidcServer(issuer);
  const startedAt = Date.now();
  const emulator = createEmulator(configTrusting(op.origin + trusted), {
    generateKey: pooledKey,
    now: () => startedAt,
    ...(allowHttp && { allowHttpLoopbackIssuers: true }),
  });
  const https = await serve(emulator, { hostname: "localhost", https: { certificate: certificate() } });
  try {
    await work(stageOf(op, emulator, https.url));
  } finally {
    await Promise.all([op.stop(), https.close()]);
  }
}

/** The demo, in which the managed identity trusts the workload of this issuer alone. */
function configTrusting(issuer: string): EmulatorConfig {
  const demo = createDemoConfig();
  const federatedCredentials = [{ name: "oidc-provider", issuer, subject: workload, audiences: [exchange] }];
  return {
    ...demo,
    tenants: demo.tenants.map((tenant) => ({
      ...tenant,
      managedIdentities: (tenant.managedIdentities ?? []).map((one) => ({ ...one, federatedCredentials })),
    })),
  };
}

function stageOf(op: OidcServer, emulator: Emulator, url: string): OidcStage {
  let seen = 0;
  return {
    op,
    emulator,
    url,
    armUrl: `${url}${group}/resources?api-version=2021-04-01`,
    client: (options, token) => makeClient(op, url, options, token),
    post: (token) => post(url, token),
    reads() {
      const added = op.log().slice(seen);
      seen += added.length;
      return added.filter((line) => !line.startsWith("POST /token "));
    },
  };
}

function makeClient(op: OidcServer, url: string, options: ClientOptions = {}, token?: string): Client {
  return federate({
    from: fromFunction(async ({ audience, signal }) => canary(token ?? (await op.token(audience, signal))), {
      name: "oidc-provider",
      provenance: "external",
    }),
    to: entra({
      tenantId: demoIds.tenantId,
      clientId: demoIds.uamiClientId,
      scope: armScope,
      authority: url,
      hosts: [new URL(url).host],
    }),
    platform: defaultPlatform(),
    limits: { attempts: 1 },
    ...options,
  });
}

async function post(url: string, token: string): Promise<Answer> {
  const response = await fetch(`${url}/${demoIds.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: demoIds.uamiClientId,
      scope: armScope,
      client_assertion_type: assertionType,
      client_assertion: token,
    }),
  });
  const body = (await response.json()) as Answer["body"];
  return { outcome: response.status === 200 ? "granted" : (body.error_codes as unknown[])[0], body };
}

/** Why a client got no token. */
export const failureOf = (client: Client): Promise<TokenError> => recordedFailureOf(() => client.get());

/** Whether any part of a token is in any of the things, however they are printed. */
export function showsToken(token: string, ...things: readonly unknown[]): boolean {
  const recorder = createRecorder();
  recorder.canary(token);
  for (const thing of things) recorder.record("seen", thing);
  return recorder.scan().hits.length > 0;
}
