/**
 * The published keys of external issuers. Only issuers that a federated credential of the client named are asked,
 * because the credential is matched before the signature is looked at.
 */
import { importJWK, type JWK } from "jose";
import * as v from "valibot";
import { checkKeysUrl, discoveryUrl } from "./issuer-url.ts";
import { refused } from "./refusals.ts";

/** Finds keys by issuer and `kid`. */
export interface IssuerKeys {
  /** Refuses with 501661 when the issuer cannot be read, with 7000272 when it has no such key. */
  find(issuer: string, kid: string, signal: AbortSignal): Promise<CryptoKey>;
  /**
   * The key with this `kid`, of whatever algorithm, as the issuer publishes it: for clouds that take more than RS256. Nothing
   * when there is none; refuses with 501661 when the issuer cannot be read, which each cloud says in its own words.
   */
  published(issuer: string, kid: string, signal: AbortSignal): Promise<JWK | undefined>;
}

/** Limits of one fetch. */
export interface IssuerKeysOptions {
  readonly now: () => number;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Whether an issuer on loopback may be on plain http. */
  readonly allowHttpLoopback: boolean;
}

// None of these times and limits is documented except the 100 keys: UNCONFIRMED.
const keepMs = 3_600_000;
const coolDownMs = 30_000;
const timeoutMs = 10_000;
const maxCharacters = 500_000;
const maxKeys = 100;

const discoverySchema = v.object({ issuer: v.string(), jwks_uri: v.pipe(v.string(), v.url()) });
const jwksSchema = v.object({ keys: v.array(v.looseObject({ kty: v.string(), kid: v.optional(v.string()) })) });

interface Published {
  readonly keys: readonly JWK[];
  readonly fetchedAt: number;
}

/** Keeps what issuers publish for an hour; an unknown `kid` asks again, at most every 30 s for each issuer. */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { now } = options;
  const known = new Map<string, Published>();

  const refresh = async (issuer: string, signal: AbortSignal): Promise<Published> => {
    const published = { keys: await fetchKeys(options, issuer, signal), fetchedAt: now() };
    known.set(issuer, published);
    return published;
  };
  const lookUp = async (
    issuer: string,
    signal: AbortSignal,
    isMeant: (key: JWK) => boolean,
  ): Promise<JWK | undefined> => {
    const kept = known.get(issuer);
    const age = kept ? now() - kept.fetchedAt : Number.POSITIVE_INFINITY;
    // A clock that was set back makes the age negative; what is kept then is of no known age.
    const published = kept && age >= 0 && age < keepMs ? kept : await refresh(issuer, signal);
    const found = published.keys.find(isMeant);
    if (found || now() - published.fetchedAt < coolDownMs) return found;
    return (await refresh(issuer, signal)).keys.find(isMeant);
  };
  return {
    async find(issuer, kid, signal) {
      const found = await lookUp(issuer, signal, (key) => key.kid === kid && key.kty === "RSA");
      if (!found) throw refused(7000272, { kid, issuer }, "The issuer publishes no key with the assertion's kid");
      return importKey(found);
    },
    published: (issuer, kid, signal) => lookUp(issuer, signal, (key) => key.kid === kid),
  };
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, "RS256").catch(() => undefined);
  // Bytes are a symmetric key, which no signature of RS256 was made with.
  if (key === undefined || key instanceof Uint8Array) {
    throw refused(5002730, {}, "The issuer publishes a key that cannot be used with RS256");
  }
  return key;
}

async function fetchKeys(
  { fetch, allowHttpLoopback }: IssuerKeysOptions,
  issuer: string,
  caller: AbortSignal,
): Promise<readonly JWK[]> {
  const url = discoveryUrl(issuer, allowHttpLoopback);
  const signal = AbortSignal.any([caller, AbortSignal.timeout(timeoutMs)]);
  const discovery = await fetchJson(fetch, url, discoverySchema, signal);
  // Sensible and UNCONFIRMED: a document that names another issuer does not speak for this one.
  if (discovery.issuer !== issuer) throw refused(501661, {}, "The discovery document names another issuer");
  checkKeysUrl(discovery.jwks_uri, url);
  const { keys } = await fetchJson(fetch, discovery.jwks_uri, jwksSchema, signal);
  return keys.slice(0, maxKeys) as JWK[];
}

async function fetchJson<T>(
  fetch: IssuerKeysOptions["fetch"],
  url: string,
  schema: v.GenericSchema<unknown, T>,
  signal: AbortSignal,
): Promise<T> {
  try {
    const response = await fetch(url, { redirect: "manual", signal, headers: { accept: "application/json" } });
    if (response.status !== 200) throw new TypeError(`status ${response.status}`);
    return v.parse(schema, JSON.parse(await cappedText(response)));
  } catch {
    throw refused(501661, {}, `Cannot read ${url}`);
  }
}

async function cappedText(response: Response): Promise<string> {
  const text = await response.text();
  if (text.length > maxCharacters) throw new TypeError("too large");
  return text;
}
