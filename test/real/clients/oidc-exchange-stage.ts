/** An authorization server, an emulator whose OIDC provider is the platform of the workloads, and our clients of both. */
import { type BearerToken, type CredentialProvider, defaultPlatform, federate } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { type OidcClientOptions, oidcClient } from "@tokenhop/core/sources/oidc-client";
import {
  type TokenExchangeOptions,
  type TokenExchangeParams,
  tokenExchange,
} from "@tokenhop/core/targets/token-exchange";
import { createDemoConfig, createEmulator, demoIds, type Emulator } from "@tokenhop/emulator";
import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import { pooledKey } from "../../emulator/support.ts";
import { canary, record } from "../../leak.ts";
import { anyone, api, deployer, type ExchangeServer, startExchangeServer } from "./oidc-exchange-server.ts";

const subjectAudience = "https://orders.example/exchange";

/** What a test is given. */
export interface Scene {
  readonly server: ExchangeServer;
  readonly emulator: Emulator;
  /** Signs an assertion of the deployer's, with something changed about it. */
  assertion(audience: string, changes?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Claims of a token of the server's. */
  verified(token: string): Promise<Readonly<Record<string, unknown>>>;
  /** A source that asks the server as the deployer. */
  client(options?: Partial<OidcClientOptions>): ReturnType<typeof oidcClient>;
  /** A provider of tokens that the server gives for the workload's. */
  exchanging(options?: Partial<TokenExchangeOptions>): CredentialProvider<BearerToken, TokenExchangeParams>;
}

/** Runs with the server, and with an emulator whose OIDC provider is the platform of the workloads. */
export async function withServer(work: (scene: Scene) => Promise<void>): Promise<void> {
  const keys = await generateKeyPair("ES256", { extractable: true });
  const publicKey = { ...(await exportJWK(keys.publicKey)), kid: "deployer", kty: "EC", alg: "ES256", use: "sig" };
  const emulator = createEmulator(createDemoConfig(), { generateKey: pooledKey });
  const platformKeys = async (): Promise<JSONWebKeySet> =>
    (await (await emulator.fetch(`${demoIds.oidcIssuer}/jwks`)).json()) as JSONWebKeySet;
  const server = await startExchangeServer(publicKey, async (token) => {
    const options = { issuer: demoIds.oidcIssuer, audience: subjectAudience };
    const { payload } = await jwtVerify(token, createLocalJWKSet(await platformKeys()), options);
    return { sub: payload.sub ?? "", issuer: payload.iss ?? "" };
  });
  const { origin } = server;

  const assertion: Scene["assertion"] = async (aud, changes = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: deployer, sub: deployer, aud, iat: now, exp: now + 60, jti: crypto.randomUUID(), ...changes };
    const header = { alg: "ES256", kid: "deployer" };
    return canary(await new SignJWT(claims).setProtectedHeader(header).sign(keys.privateKey));
  };
  const workloadToken = async (audience: string): Promise<string> =>
    canary(
      await emulator.issueExternalToken({
        provider: demoIds.oidcProvider,
        subject: demoIds.oidcSubject,
        audience,
      }),
    );
  try {
    await work({
      server,
      emulator,
      assertion,
      async verified(token) {
        const jwks = (await (await fetch(`${origin}/jwks`)).json()) as JSONWebKeySet;
        const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { issuer: origin, audience: api });
        return payload;
      },
      client: (options = {}) =>
        oidcClient({
          issuer: origin,
          clientId: deployer,
          clientAssertion: ({ audience }) => assertion(audience),
          audienceParameter: "resource",
          scope: "orders:read",
          allowHttpLoopback: true,
          ...options,
        }),
      exchanging: (options = {}) =>
        federate({
          from: fromFunction(({ audience }) => workloadToken(audience), { name: "workload" }),
          to: tokenExchange({
            url: `${origin}/token`,
            subjectAudience,
            resource: api,
            clientId: anyone,
            allowHttpLoopback: true,
            ...options,
          }),
          platform: defaultPlatform(),
          limits: { attempts: 1 },
          onEvent: (event) => record("event", event),
        }),
    });
  } finally {
    await server.stop();
  }
}
