/** An issuer that nothing hosts: what it publishes is what a test says, and who asked for it is kept. */
import { demoIds, type Emulator, type EmulatorConfig, type EmulatorOptions } from "@tokenhop/emulator";
import { exportJWK, SignJWT } from "jose";
import * as world from "./support.ts";

/** What the issuer publishes, and what it was asked. */
export interface Outside {
  discovery?: unknown;
  jwks?: unknown;
  status?: number;
  readonly asked: string[];
  readonly redirects: Set<RequestInit["redirect"]>;
}

/** An emulator whose application `external` trusts the issuer. */
export interface OutsideStage {
  readonly outside: Outside;
  readonly emulator: Emulator;
  /** Exchanges a token: `granted`, or the number of the refusal. */
  readonly post: (token: string) => Promise<unknown>;
}

/** A token of the issuer's, signed with one of its keys. */
export async function sign(generation: number, iss: string = world.outsideIssuer): Promise<string> {
  const { privateKey } = await world.pooledKey("outside", generation);
  const now = world.startAt / 1000;
  return new SignJWT({ iss, sub: "me", aud: world.exchange, exp: now + 86_400 })
    .setProtectedHeader({ alg: "RS256", kid: `key-${generation}` })
    .sign(privateKey);
}

/** A key set with some of its keys. */
export async function published(...generations: readonly number[]): Promise<unknown> {
  const keys = generations.map(async (generation) => {
    const { publicKey } = await world.pooledKey("outside", generation);
    return { ...(await exportJWK(publicKey)), kid: `key-${generation}`, use: "sig" };
  });
  return { keys: await Promise.all(keys) };
}

/** Whatever the issuer publishes, changed; under another name than usual with `issuer`. */
export async function makeOutside(
  changes: Partial<Outside> = {},
  issuer: string = world.outsideIssuer,
  options: EmulatorOptions = {},
): Promise<OutsideStage> {
  const outside: Outside = {
    discovery: { issuer, jwks_uri: `${issuer}/keys` },
    jwks: await published(0),
    asked: [],
    redirects: new Set(),
    ...changes,
  };
  const emulator = world.makeEmulator(configFor(issuer), {
    fetch: async (url, { redirect }) => {
      outside.asked.push(url);
      outside.redirects.add(redirect);
      const body = url.endsWith("/.well-known/openid-configuration") ? outside.discovery : outside.jwks;
      return new Response(typeof body === "string" ? body : JSON.stringify(body), { status: outside.status ?? 200 });
    },
    ...options,
  });
  const post = async (token: string): Promise<unknown> => {
    const fields = { client_id: world.ids.externalApp, client_assertion: token };
    const { status, body } = await world.postToken(emulator, fields);
    return status === 200 ? "granted" : (body.error_codes as number[])[0];
  };
  return { outside, emulator, post };
}

function configFor(issuer: string): EmulatorConfig {
  if (issuer === world.outsideIssuer) return world.testConfig();
  const config = world.testConfig();
  const app = {
    clientId: world.ids.externalApp,
    objectId: world.ids.externalAppObject,
    displayName: "external",
    federatedCredentials: [{ name: "outside", issuer, subject: "me", audiences: [world.exchange] }],
  };
  return { ...config, tenants: [{ id: demoIds.tenantId, apps: [app] }], subscriptions: [] };
}
