/**
 * `oidc-provider` as an authorization server on a loopback port: client credentials with `private_key_jwt`, and token exchange as a
 * grant of its own (RFC 8693). The server has the framework's clients, assertions, errors and tokens; what may be exchanged is ours.
 */
import { createServer } from "node:http";
import {
  type AdapterPayload,
  type Configuration,
  errors,
  type JWK,
  Provider,
  type ResourceServer,
  type ResourceServerInstance,
  type TokenEndpointGrantContext,
} from "oidc-provider";
import { exchange } from "../../emulator/support.ts";
import { close, keyNamed, listen } from "./oidc-provider-server.ts";

export const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
export const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";
/** The API that its tokens are for. Client credentials are given for Entra too. */
export const api = "https://orders.example";
/** A client that proves itself by an assertion, and one that has nothing to prove. */
export const deployer = "the-deployer";
export const anyone = "anyone";

/** Who a token that is shown speaks for; throws for one that is not taken. */
export type Verify = (token: string) => Promise<{ readonly sub: string; readonly issuer: string }>;

/** A running server. */
export interface ExchangeServer {
  /** Its issuer. */
  readonly origin: string;
  /** `METHOD path status` of every request. */
  readonly log: readonly string[];
  /** Leaves `issued_token_type` out of its answers, as many servers do. */
  forgetType(): void;
  stop(): Promise<void>;
}

interface Params {
  readonly subject_token?: string;
  readonly subject_token_type?: string;
  readonly actor_token?: string;
  readonly requested_token_type?: string;
  readonly resource?: string;
  readonly scope?: string;
}

const resourceServer: ResourceServer = {
  scope: "orders:read orders:write",
  audience: api,
  accessTokenFormat: "jwt",
  accessTokenTTL: 600,
  jwt: { sign: { alg: "RS256" } },
};

/** What is kept between requests: assertions that were used. */
function adapterFor(): NonNullable<Configuration["adapter"]> {
  const kept = new Map<string, AdapterPayload>();
  const nothing = async (): Promise<undefined> => undefined;
  return (model) => ({
    async upsert(id, payload) {
      kept.set(`${model}/${id}`, payload);
      return undefined;
    },
    find: async (id) => kept.get(`${model}/${id}`),
    findByUserCode: nothing,
    findByUid: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  });
}

/** Starts the server; it trusts assertions that `clientKey` signed, and exchanges what `verify` takes. */
export async function startExchangeServer(clientKey: JWK, verify: Verify): Promise<ExchangeServer> {
  const log: string[] = [];
  let handler: ReturnType<Provider["callback"]> | undefined;
  const server = createServer((request, response) => {
    response.setHeader("connection", "close");
    response.once("finish", () => log.push(`${request.method} ${request.url} ${response.statusCode}`));
    handler?.(request, response);
  });
  const origin = `http://127.0.0.1:${await listen(server, 0)}`;
  let saysType = true;
  const provider = await providerAt(origin, clientKey);
  provider.registerGrantType<Params>(
    exchangeGrant,
    async (ctx) => {
      const answer = await exchanged(provider, ctx, verify);
      ctx.body = saysType ? { ...answer, issued_token_type: accessTokenType } : answer;
    },
    [
      "subject_token",
      "subject_token_type",
      "actor_token",
      "actor_token_type",
      "requested_token_type",
      "resource",
      "scope",
    ],
  );
  handler = provider.callback();
  return {
    origin,
    log,
    forgetType() {
      saysType = false;
    },
    stop: () => close(server),
  };
}

async function providerAt(origin: string, clientKey: JWK): Promise<Provider> {
  const common = { redirect_uris: [], response_types: [] };
  return new Provider(origin, {
    adapter: adapterFor(),
    jwks: { keys: [await keyNamed("exchange")] },
    clientAuthMethods: ["private_key_jwt", "none"],
    clients: [
      {
        ...common,
        client_id: deployer,
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "ES256",
        jwks: { keys: [clientKey] },
        grant_types: ["client_credentials", exchangeGrant],
      },
      { ...common, client_id: anyone, token_endpoint_auth_method: "none", grant_types: [exchangeGrant] },
    ],
    ttl: { ClientCredentials: 600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_, resource) {
          if (resource !== api && resource !== exchange) throw new errors.InvalidTarget("no such resource");
          return { ...resourceServer, audience: resource };
        },
      },
    },
    extraTokenClaims: (_, token) => (token as { readonly onBehalf?: Record<string, unknown> }).onBehalf,
  });
}

type Instance = new (identifier: string, server: ResourceServer) => ResourceServerInstance;

/** A token for whoever the shown one speaks for, with whoever acts for them. */
async function exchanged(
  provider: Provider,
  { oidc }: TokenEndpointGrantContext<Params>,
  verify: Verify,
): Promise<Record<string, unknown>> {
  const { client, params } = oidc;
  const speaker = (token: string) =>
    verify(token).catch(() => {
      throw new errors.InvalidGrant("a token is not taken");
    });
  if (!params.subject_token?.length) throw new errors.InvalidRequest("subject_token is missing");
  const { sub, issuer } = await speaker(params.subject_token);
  const actor = params.actor_token === undefined ? undefined : await speaker(params.actor_token);
  if ((params.requested_token_type ?? accessTokenType) !== accessTokenType) {
    throw new errors.InvalidRequest("only access tokens are issued");
  }
  if (params.resource !== api) throw new errors.InvalidTarget("no such resource");
  const scope = params.scope ?? "orders:read";
  if (scope.split(" ").some((one) => !resourceServer.scope.split(" ").includes(one))) {
    throw new errors.InvalidScope("no such scope", scope);
  }

  const token = new provider.ClientCredentials({ client, scope });
  // The types have no name for this class.
  const { ResourceServer: Resource } = provider as unknown as { readonly ResourceServer: Instance };
  token.resourceServer = new Resource(api, resourceServer);
  Object.assign(token, {
    onBehalf: { on_behalf: sub, subject_issuer: issuer, ...(actor && { act: { sub: actor.sub } }) },
  });
  return {
    access_token: await token.save(),
    token_type: token.tokenType,
    expires_in: token.expiration,
    scope,
  };
}
