/** What the tests of inbound tokens share: issuers with keys of their own, their servers, and a forge that signs anything. */
import type { Fetch, Platform } from "@tokenhop/core";
import {
  accessIssuer,
  type BearerAuth,
  type BearerAuthOptions,
  createBearerAuth,
  entraIssuer,
  oidcIssuer,
} from "@tokenhop/core/bearer-auth";
import { type ManualClock, manualClock, testPlatform } from "@tokenhop/core/testing";
import { canary } from "../leak.ts";

export const TENANT = "7c3f0a52-3b1e-4d0e-9a54-6d1c1f5b2a01";
/** Its tokens are accepted as well. */
export const PARTNER = "9d0c1b2a-7e6f-4a5b-8c3d-2e1f0a9b8c02";
/** Its tokens are not. */
export const STRANGER = "1e2d3c4b-5a69-4788-9776-655443322103";
export const API = "3f2e1d0c-9b8a-4766-8554-433221100f04";
export const API_URI = "api://things.example";
export const CLIENT = "5d4c3b2a-1908-4f7e-8d6c-5b4a39281705";
export const TEAM = "acme.cloudflareaccess.com";
export const ACCESS_AUD = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";
/** With a letter that Unicode can write in two ways. */
export const OIDC = "https://id.example/caf\u00e9";
export const OIDC_AUD = "https://api.example";

export const entraV2 = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`;
export const entraV1 = (tenant: string): string => `https://sts.windows.net/${tenant}/`;
export const entraKeys = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`;
export const ACCESS_KEYS = `https://${TEAM}/cdn-cgi/access/certs`;
export const OIDC_DOCUMENT = `${OIDC}/.well-known/openid-configuration`;
export const OIDC_KEYS = "https://keys.example/jwks";

const parameters = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  RS512: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" },
  PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  ES256: { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
  ES384: { name: "ECDSA", hash: "SHA-384", namedCurve: "P-384" },
  ES512: { name: "ECDSA", hash: "SHA-512", namedCurve: "P-521" },
  EdDSA: { name: "Ed25519" },
  HS256: { name: "HMAC", hash: "SHA-256" },
} as const;

export type Alg = keyof typeof parameters;

export interface SigningKey {
  readonly alg: Alg;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JsonWebKey & { readonly kid: string };
}

async function signingKey(kid: string, alg: Alg, modulusLength = 2048): Promise<SigningKey> {
  const rsa = { modulusLength, publicExponent: new Uint8Array([1, 0, 1]) };
  const pair = (await crypto.subtle.generateKey({ ...rsa, ...parameters[alg] }, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const { ext, key_ops, alg: named, ...jwk } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
  return { alg, kid, privateKey: pair.privateKey, jwk: { ...jwk, kid, use: "sig" } };
}

async function makeKeys() {
  const [entra, partner, access, oidc, pss, es256, es384, weak] = await Promise.all([
    signingKey("entra-1", "RS256"),
    signingKey("partner-1", "RS256"),
    signingKey("access-1", "RS256"),
    signingKey("oidc-1", "RS256"),
    signingKey("oidc-pss", "PS256"),
    signingKey("oidc-ec", "ES256"),
    signingKey("oidc-p384", "ES384"),
    signingKey("oidc-weak", "RS256", 1024),
  ]);
  return { entra, partner, access, oidc, pss, es256, es384, weak };
}

export type Keys = Awaited<ReturnType<typeof makeKeys>>;

let made: Promise<Keys> | undefined;

/** Made once for all tests: RSA keys are dear. */
export function testKeys(): Promise<Keys> {
  made ??= makeKeys();
  return made;
}

export const newKey: (kid: string, alg: Alg) => Promise<SigningKey> = signingKey;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

export function base64url(data: string | Uint8Array): string {
  const bytes = typeof data === "string" ? bytesOf(data) : data;
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** A signature over any two texts or bytes. Whatever a test wants to sign, it can. */
export async function sign(
  header: string | Uint8Array,
  payload: string | Uint8Array,
  privateKey: CryptoKey,
  alg: Alg,
): Promise<string> {
  const input = `${base64url(header)}.${base64url(payload)}`;
  const signature = await crypto.subtle.sign(parameters[alg], privateKey, bytesOf(input));
  return `${input}.${canary(base64url(new Uint8Array(signature)))}`;
}

/** The servers of the issuers, and what they were asked. */
export interface Internet {
  readonly fetch: Fetch;
  /** The URLs, in the order of the requests. */
  readonly asked: string[];
  /** What a URL answers from now on. An unknown one fails as if there were no such host. */
  serve(url: string, answer: (request: Request) => Response | Promise<Response>): void;
}

export function internet(): Internet {
  const answers = new Map<string, (request: Request) => Response | Promise<Response>>();
  const asked: string[] = [];
  return {
    asked,
    serve: (url, answer) => void answers.set(new URL(url).href, answer),
    async fetch(input, init) {
      const request = new Request(input, init);
      asked.push(decodeURI(request.url));
      const answer = answers.get(request.url);
      if (!answer) throw new TypeError("no such host");
      return answer(request);
    },
  };
}

export const jwks =
  (...keys: readonly object[]) =>
  (): Response =>
    Response.json({ keys });

/** Everything a test of inbound tokens needs. */
export interface World {
  readonly clock: ManualClock;
  readonly net: Internet;
  readonly keys: Keys;
  readonly platform: Platform;
  auth(options?: Partial<BearerAuthOptions>): BearerAuth;
}

/** All three kinds of issuers at once, each with its server. */
export async function authWorld(more: Partial<Platform> = {}): Promise<World> {
  const keys = await testKeys();
  const clock = manualClock();
  const net = internet();
  const platform = { ...testPlatform({ clock, fetch: net.fetch }), ...more };
  const anyTenant = "https://login.microsoftonline.com/{tenantid}/v2.0";
  net.serve(entraKeys(TENANT), jwks({ ...keys.entra.jwk, issuer: anyTenant }));
  net.serve(entraKeys(PARTNER), jwks({ ...keys.partner.jwk, issuer: entraV2(PARTNER) }));
  net.serve(ACCESS_KEYS, jwks(keys.access.jwk));
  net.serve(OIDC_DOCUMENT, () => Response.json({ issuer: OIDC, jwks_uri: OIDC_KEYS }));
  net.serve(OIDC_KEYS, jwks(keys.oidc.jwk, keys.pss.jwk, keys.es256.jwk));
  return {
    clock,
    net,
    keys,
    platform,
    auth: (options = {}) =>
      createBearerAuth({
        issuers: [
          entraIssuer({ tenantId: TENANT, tenants: [PARTNER], audience: [API, API_URI] }),
          accessIssuer({ teamDomain: TEAM, audience: ACCESS_AUD }),
          oidcIssuer({ issuer: OIDC, audience: OIDC_AUD, algorithms: ["RS256", "PS256", "ES256"] }),
        ],
        platform,
        ...options,
      }),
  };
}

export const bearer = (token: string): { headers: Headers } => ({
  headers: new Headers({ authorization: `Bearer ${token}` }),
});
export const assertion = (token: string): { headers: Headers } => ({
  headers: new Headers({ "cf-access-jwt-assertion": token }),
});
