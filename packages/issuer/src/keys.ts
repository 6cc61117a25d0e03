/** Key pairs by Web Crypto: made for a store, imported for use, published. Every JWK is built member by member. */
import { encodeBase64Url } from "@tokenhop/core/kit";
import type { IssuerKey, KeyStore, PublicJwk, SigningAlgorithm } from "./types.ts";

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** What Web Crypto is told of an algorithm, for making a pair and for importing a key. */
const PARAMETERS: Readonly<Record<SigningAlgorithm, RsaHashedKeyGenParams | EcKeyGenParams>> = {
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
};

/** The members of a private key besides its public ones (RFC 7518, 6.2.2 and 6.3.2). */
export const PRIVATE_MEMBERS: Readonly<Record<SigningAlgorithm, readonly (keyof JsonWebKey)[]>> = {
  RS256: ["d", "p", "q", "dp", "dq", "qi"],
  ES256: ["d"],
};

/** What is public of a JWK, and nothing else of it. */
export function publicPart(alg: SigningAlgorithm, jwk: JsonWebKey): PublicJwk {
  const { n = "", e = "", x = "", y = "" } = jwk;
  return alg === "RS256" ? { kty: "RSA", n, e } : { kty: "EC", crv: "P-256", x, y };
}

/** A private JWK without what a runtime adds to it. */
export function privatePart(alg: SigningAlgorithm, jwk: JsonWebKey): JsonWebKey {
  return {
    ...publicPart(alg, jwk),
    ...Object.fromEntries(PRIVATE_MEMBERS[alg].map((member) => [member, jwk[member]])),
  };
}

/** The key id: the RFC 7638 thumbprint, so that no two keys share one and none needs to be made up. */
export async function keyIdOf(publicJwk: PublicJwk): Promise<string> {
  // A public key has the members that the RFC wants and no other (3.2); they are ordered by their names.
  const ordered = Object.entries(publicJwk).sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = await crypto.subtle.digest("SHA-256", utf8(JSON.stringify(Object.fromEntries(ordered))));
  return encodeBase64Url(new Uint8Array(digest));
}

/** A pair without its times. */
export type NewKey = Pick<IssuerKey, "kid" | "alg" | "publicJwk"> & Required<Pick<IssuerKey, "privateKey">>;

/** A new pair. For a store of JWKs the private key is exported, this once; else nothing ever can export it. */
export async function makeKey(alg: SigningAlgorithm, keeps: KeyStore["keeps"]): Promise<NewKey> {
  const exportable = keeps === "jwk";
  const pair = await crypto.subtle.generateKey(PARAMETERS[alg], exportable, ["sign", "verify"]);
  const publicJwk = publicPart(alg, await crypto.subtle.exportKey("jwk", pair.publicKey));
  const privateKey = exportable
    ? privatePart(alg, await crypto.subtle.exportKey("jwk", pair.privateKey))
    : pair.privateKey;
  return { kid: await keyIdOf(publicJwk), alg, publicJwk, privateKey };
}

/** Whether a kept private key is a `CryptoKey`. Structured clones keep the class, in each runtime. */
export function isCryptoKey(privateKey: unknown): privateKey is CryptoKey {
  return privateKey instanceof CryptoKey;
}

/** The private key for use: nothing can export it any more. */
export async function importKey(alg: SigningAlgorithm, privateKey: CryptoKey | JsonWebKey): Promise<CryptoKey> {
  if (isCryptoKey(privateKey)) return privateKey;
  return crypto.subtle.importKey("jwk", privatePart(alg, privateKey), PARAMETERS[alg], false, ["sign"]);
}

/** What Web Crypto is told of an algorithm when it signs or verifies. */
export const algorithmOf = (alg: SigningAlgorithm): AlgorithmIdentifier | EcdsaParams =>
  alg === "RS256" ? "RSASSA-PKCS1-v1_5" : { name: "ECDSA", hash: "SHA-256" };

/** The public key for use. */
export const verifyingKey = ({ alg, publicJwk }: IssuerKey): Promise<CryptoKey> =>
  crypto.subtle.importKey("jwk", publicPart(alg, publicJwk), PARAMETERS[alg], false, ["verify"]);

/** A JWT (RFC 7515, 3.1): both parts as JSON, and the signature over them. jose would do this, for 5 kB of a Worker's 30. */
export async function signJwt(header: object, claims: object, alg: SigningAlgorithm, key: CryptoKey): Promise<string> {
  const signed = [header, claims].map((part) => encodeBase64Url(utf8(JSON.stringify(part)))).join(".");
  const signature = await crypto.subtle.sign(algorithmOf(alg), key, utf8(signed));
  return `${signed}.${encodeBase64Url(new Uint8Array(signature))}`;
}
