/** An issuer on a clock that stands still and a store that the test looks into, and two ways to verify what it mints. */
import type { TokenError } from "@tokenhop/core";
import { type ManualClock, manualClock } from "@tokenhop/core/testing";
import { createIssuer, type Issuer, type IssuerOptions, type KeyRing, type KeyStore } from "@tokenhop/issuer";
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import { canary, record } from "../leak.ts";

export { failureOf } from "../contract/platform.ts";

export const SECOND = 1_000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;

export const ISSUER = "https://id.example";
export const SUBJECT = "worker:orders";
export const AUDIENCE = "api://AzureADTokenExchange";

/** A store of JWKs in memory. */
export interface FakeStore extends KeyStore {
  ring: KeyRing | undefined;
  readonly reads: number;
  readonly writes: number;
  /** Called before each step; what it throws, the store throws. */
  before?: ((step: "read" | "write") => unknown) | undefined;
}

/** It gives and takes copies, and what is private in them must never be seen anywhere. */
export function fakeStore(): FakeStore {
  const store: FakeStore & { reads: number; writes: number } = {
    name: "fake",
    keeps: "jwk",
    ring: undefined,
    reads: 0,
    writes: 0,
    async read() {
      store.reads++;
      await store.before?.("read");
      return structuredClone(store.ring);
    },
    async write(ring, expectedRevision) {
      store.writes++;
      await store.before?.("write");
      if (store.ring?.revision !== expectedRevision) return false;
      for (const { privateKey } of ring.keys) if (privateKey) canary((privateKey as JsonWebKey).d as string);
      store.ring = structuredClone(ring);
      return true;
    },
  };
  return store;
}

export interface Bench {
  readonly issuer: Issuer;
  readonly clock: ManualClock;
  readonly store: FakeStore;
  readonly warnings: string[];
}

/** An issuer of ES256, whose keys are made in no time; RS256 where a test is about it. */
export function bench(options: Partial<IssuerOptions> & { clock?: ManualClock } = {}): Bench {
  const { clock = manualClock(), ...more } = options;
  const store = (options.keyStore as FakeStore | undefined) ?? fakeStore();
  const warnings: string[] = [];
  const issuer = createIssuer({
    issuer: ISSUER,
    keyStore: store,
    subjects: [SUBJECT],
    audiences: [AUDIENCE],
    algorithm: "ES256",
    profiles: [],
    platform: { now: clock.now, sleep: clock.sleep, requestBoundIo: false },
    onWarning: (message) => {
      record("warning", message);
      warnings.push(message);
    },
    ...more,
  });
  return { issuer, clock, store, warnings };
}

/** A token for the one subject and audience. It must never be seen anywhere. */
export async function mint({ issuer }: Pick<Bench, "issuer">, lifetimeMs?: number): Promise<string> {
  const minted = await issuer.mint({ subject: SUBJECT, audience: AUDIENCE, lifetimeMs });
  record("minted", minted);
  return canary(minted.token.reveal());
}

/** Which key signs. */
export const kidOf = async ({ issuer }: Pick<Bench, "issuer">): Promise<string> =>
  (await issuer.mint({ subject: SUBJECT, audience: AUDIENCE })).kid;

/** Lets what does not wait for anything come to its end. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** Promises that the test lets go one by one. */
export interface Gate {
  wait(): Promise<void>;
  open(at?: number): void;
  readonly count: number;
}

export function gate(): Gate {
  const waiting: (() => void)[] = [];
  return {
    wait: () => new Promise((resolve) => void waiting.push(resolve)),
    open: (at = 0) => waiting.splice(at, 1)[0]?.(),
    get count() {
      return waiting.length;
    },
  };
}

/** What a request to the issuer's own host is answered. */
export const ask = ({ issuer }: Pick<Bench, "issuer">, url: string, init?: RequestInit): Promise<Response> =>
  issuer.fetch(new Request(url, init));

/** The JWKS as a verifier finds it: by discovery. */
export async function published(it: Pick<Bench, "issuer">): Promise<JSONWebKeySet> {
  const base = it.issuer.issuer.replace(/\/$/, "");
  const discovery = (await (await ask(it, `${base}/.well-known/openid-configuration`)).json()) as Record<
    string,
    string
  >;
  return (await (await ask(it, discovery.jwks_uri as string)).json()) as JSONWebKeySet;
}

export interface Expected {
  readonly issuer?: string;
  readonly audience?: string;
  readonly now: number;
}

/** The claims, if jose finds the token good. */
export async function verifyWithJose(token: string, jwks: JSONWebKeySet, expected: Expected): Promise<JWTPayload> {
  const { issuer = ISSUER, audience = AUDIENCE, now } = expected;
  const rules = { issuer, audience, currentDate: new Date(now), requiredClaims: ["exp", "iat", "nbf", "jti", "sub"] };
  return (await jwtVerify(token, createLocalJWKSet(jwks), rules)).payload;
}

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/** A part of a token. */
export const partOf = (token: string, at: 0 | 1): Readonly<Record<string, unknown>> =>
  JSON.parse(new TextDecoder().decode(bytesOf(token.split(".")[at] as string)));

/** What Web Crypto is told, by RFC 7518, 3.3 and 3.4. */
const IMPORT: Readonly<Record<string, RsaHashedImportParams | EcKeyImportParams>> = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
};

/** Whether the token is signed by a published key and says what it must, by Web Crypto and nothing else. */
export async function verifyAlone(token: string, { keys }: JSONWebKeySet, expected: Expected): Promise<boolean> {
  const { issuer = ISSUER, audience = AUDIENCE, now } = expected;
  const [header = "", payload = "", signature = ""] = token.split(".");
  const { alg, kid } = partOf(token, 0) as Readonly<Record<"alg" | "kid", string>>;
  const jwk = keys.find((key) => key.kid === kid && key.alg === alg && key.use === "sig");
  const algorithm = IMPORT[alg];
  if (jwk === undefined || algorithm === undefined) return false;
  const key = await crypto.subtle.importKey("jwk", jwk as JsonWebKey, algorithm, false, ["verify"]);
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  const scheme = { ...algorithm, hash: "SHA-256" };
  const genuine = await crypto.subtle.verify(scheme, key, bytesOf(signature), signed);
  const { iss, aud, exp, nbf } = partOf(token, 1);
  return genuine && iss === issuer && aud === audience && Number(nbf) <= now / 1000 && now / 1000 < Number(exp);
}

/** Nothing that can be printed of an error names any of these. */
export const silentOn = (error: TokenError, texts: readonly string[]): boolean =>
  texts.every((text) => !`${error.message} ${JSON.stringify(error)} ${error.stack}`.includes(text));
