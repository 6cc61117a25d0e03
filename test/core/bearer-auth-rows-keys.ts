/** Hostile tokens: those whose claims are right, and whose algorithm, key or signature is not. */
import type { Forges, Row } from "./bearer-auth-forge.ts";
import {
  base64url,
  entraKeys,
  entraV2,
  jwks,
  OIDC,
  OIDC_AUD,
  OIDC_KEYS,
  PARTNER,
  type SigningKey,
  STRANGER,
  sign,
  TENANT,
} from "./bearer-auth-support.ts";

type Members = Readonly<Record<string, unknown>>;

const header = (members: Members) => (f: Forges) => f.v2({ header: members });
/** Another signature, or none, under the same words. */
const signed = (signature: string | ((good: string) => string)) => async (f: Forges) => {
  const [head, claims, good = ""] = (await f.v2()).split(".");
  return `${head}.${claims}.${typeof signature === "string" ? signature : signature(good)}`;
};
/** Somebody's token for another tenant or issuer. */
const claimsOf = (f: Forges, members: Members, key: SigningKey): Promise<string> => f.v2({ claims: members, key });

/** HMAC with what everybody knows: the public key in one of its forms. */
const hmac = (secretOf: (jwk: JsonWebKey) => string) => async (f: Forges) => {
  const secret = new TextEncoder().encode(secretOf(f.world.keys.entra.jwk));
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const [, claims = ""] = (await f.v2()).split(".");
  const payload = Uint8Array.from(atob(claims.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  return sign('{"typ":"JWT","alg":"HS256","kid":"entra-1"}', payload, key, "HS256");
};

/** The issuer publishes the key like this; the token is signed with it. */
const published =
  (own: (f: Forges) => SigningKey, members: Members, head: Members = {}) =>
  (f: Forges) => {
    const key = own(f);
    f.world.net.serve(OIDC_KEYS, jwks({ ...key.jwk, ...members }));
    return f.oidc({ key, header: { kid: key.kid, ...head } });
  };
const oidcKey = (f: Forges): SigningKey => f.world.keys.oidc;

// biome-ignore format: a table
export const keyRows: readonly Row[] = [
  ["wrong-algorithm", "no signature, and alg none", async (f) => `${(await f.v2({ header: { alg: "none" } })).split(".").slice(0, 2).join(".")}.`],
  ["wrong-algorithm", "alg none and a signature", header({ alg: "none" })],
  ["wrong-algorithm", "alg nOnE", header({ alg: "nOnE" })],
  ["wrong-algorithm", "no alg", header({ alg: undefined })],
  ["wrong-algorithm", "alg in small letters", header({ alg: "rs256" })],
  ["wrong-algorithm", "alg in a list", header({ alg: ["RS256"] })],
  ["wrong-algorithm", "alg that is a member of every object", header({ alg: "constructor" })],
  ["wrong-algorithm", "HMAC with the public key's modulus", hmac((jwk) => jwk.n as string)],
  ["wrong-algorithm", "HMAC with the public key as JSON", hmac((jwk) => JSON.stringify(jwk))],
  ["wrong-algorithm", "HMAC with a secret that is empty but for one letter", hmac(() => "x")],
  ["wrong-algorithm", "a good algorithm that Entra does not use", (f) => f.v2({ key: { ...f.world.keys.pss, kid: "entra-1" } })],
  ["wrong-algorithm", "a good algorithm that is not configured", (f) => f.oidc({ key: f.world.keys.es384 })],

  ["no-key-id", "no kid", header({ kid: undefined })],
  ["no-key-id", "kid null", header({ kid: null })],
  ["no-key-id", "kid as a number", header({ kid: 1 })],
  ["no-key-id", "kid in a list", header({ kid: ["entra-1"] })],
  ["unknown-key", "a kid that nobody has", header({ kid: "entra-2" })],
  ["unknown-key", "an empty kid", header({ kid: "" })],
  ["unknown-key", "a kid in other letters", header({ kid: "ENTRA-1" })],
  ["unknown-key", "kid __proto__", header({ kid: "__proto__" })],
  ["unknown-key", "a kid that is a path", header({ kid: "../../common/discovery/keys#entra-1" })],
  ["unknown-key", "a kid that is a query", header({ kid: "x' OR '1'='1" })],
  ["unknown-key", "the key of another accepted tenant", (f) => f.v2({ key: f.world.keys.partner })],
  ["unknown-key", "another accepted tenant's claims under this tenant's key", (f) => claimsOf(f, { iss: entraV2(PARTNER), tid: PARTNER }, f.world.keys.entra)],
  ["unknown-key", "the key of another issuer", (f) => f.v2({ key: f.world.keys.oidc })],
  ["unknown-key", "another issuer's claims under Entra's key", (f) => f.oidc({ key: f.world.keys.entra })],
  ["unknown-key", "Access's key for Entra's token", (f) => f.v2({ key: f.world.keys.access })],
  ["bad-signature", "another issuer's key under the right kid", (f) => f.v2({ key: { ...f.world.keys.oidc, kid: "entra-1" } })],
  ["bad-signature", "a key of the same kid at another issuer", async (f) => {
    f.world.net.serve(OIDC_KEYS, jwks({ ...f.world.keys.oidc.jwk, kid: "entra-1" }));
    const warm = f.world.auth();
    await warm.verify({ headers: new Headers({ authorization: `Bearer ${await f.v2()}` }) });
    return f.oidc({ key: f.world.keys.entra });
  }],
  ["key-of-another-issuer", "a key that this tenant's document gives to a stranger", (f) => {
    f.world.net.serve(entraKeys(TENANT), jwks({ ...f.world.keys.entra.jwk, issuer: entraV2(STRANGER) }));
    return f.v2();
  }],
  ["key-of-another-issuer", "the same, and a token of version 1.0", (f) => {
    f.world.net.serve(entraKeys(TENANT), jwks({ ...f.world.keys.entra.jwk, issuer: entraV2(STRANGER) }));
    return f.v1();
  }],
  ["key-of-another-issuer", "a key whose issuer is no text", (f) => {
    f.world.net.serve(entraKeys(TENANT), jwks({ ...f.world.keys.entra.jwk, issuer: null }));
    return f.v2();
  }],

  ["unfit-key", "a key for encryption", published(oidcKey, { use: "enc" })],
  ["unfit-key", "a key for another algorithm", published(oidcKey, { alg: "RS512" })],
  ["unfit-key", "a key that may not verify", published(oidcKey, { key_ops: ["encrypt"] })],
  ["unfit-key", "a key of another kind than it says", published(oidcKey, { kty: "EC" })],
  ["unfit-key", "a symmetric key", published(oidcKey, { kty: "oct", k: "c2VjcmV0" })],
  ["unfit-key", "a key without a modulus", published(oidcKey, { n: undefined })],
  ["unfit-key", "a key of 1024 bits", published((f) => f.world.keys.weak, {})],
  ["unfit-key", "a curve that is not the algorithm's", published((f) => f.world.keys.es256, { crv: "P-384" })],
  ["unfit-key", "half a point", published((f) => f.world.keys.es256, { y: undefined })],
  ["unfit-key", "an RSA key with its private part", published(oidcKey, { d: "AQAB" })],
  ["unfit-key", "an RSA key with a factor", published(oidcKey, { p: "AQAB" })],
  ["unfit-key", "an EC key with its private part", published((f) => f.world.keys.es256, { d: "AQAB" })],
  ["unfit-key", "a key with a secret", published(oidcKey, { k: "c2VjcmV0" })],
  ...["AQ", "AAE", "Ag", "BA", "AQAA", "AA", ""].map((e): Row => ["unfit-key", `the exponent "${e}"`, published(oidcKey, { e })]),
  ["unfit-key", "two keys of its id, none for this", async (f) => {
    const { oidc, es256 } = f.world.keys;
    f.world.net.serve(OIDC_KEYS, jwks({ ...oidc.jwk, use: "enc" }, { ...es256.jwk, kid: oidc.kid }));
    return f.oidc();
  }],
  ["bad-signature", "two keys of its id, neither of them its own", (f) => {
    const { oidc, access, entra } = f.world.keys;
    f.world.net.serve(OIDC_KEYS, jwks({ ...access.jwk, kid: oidc.kid }, { ...entra.jwk, kid: oidc.kid }));
    return f.oidc();
  }],
  ["bad-signature", "its own key is a stranger's, another of its id is this tenant's", (f) => {
    const { entra, oidc } = f.world.keys;
    f.world.net.serve(entraKeys(TENANT), jwks({ ...entra.jwk, issuer: entraV2(STRANGER) }, { ...oidc.jwk, kid: entra.kid }));
    return f.v2();
  }],
  ["unfit-key", "an RSA key for a token of ES256", async (f) => {
    f.world.net.serve(OIDC_KEYS, jwks({ ...f.world.keys.oidc.jwk, kid: "oidc-ec" }));
    return f.oidc({ key: f.world.keys.es256 });
  }],

  ["bad-signature", "no signature", signed("")],
  ["bad-signature", "a signature cut short", signed((good) => good.slice(0, -2))],
  ["bad-signature", "a signature of zeros", signed(base64url(new Uint8Array(256)))],
  ["bad-signature", "other claims under the same signature", async (f) => {
    const [head, , signature] = (await f.v2()).split(".");
    const [, claims] = (await f.v2({ claims: { oid: STRANGER } })).split(".");
    return `${head}.${claims}.${signature}`;
  }],
  ["bad-signature", "another header under the same signature", async (f) => {
    const [, claims, signature] = (await f.v2()).split(".");
    const [head] = (await f.v2({ header: { x: 1 } })).split(".");
    return `${head}.${claims}.${signature}`;
  }],
  ["bad-signature", "the signature of a token of another tenant", async (f) => {
    const [head, claims] = (await f.v2()).split(".");
    const [, , signature] = (await f.v2({ claims: { iss: entraV2(PARTNER), tid: PARTNER } })).split(".");
    return `${head}.${claims}.${signature}`;
  }],
  ["bad-signature", "ECDSA of zeros", async (f) => {
    const token = await f.oidc({ key: f.world.keys.es256 });
    return `${token.slice(0, token.lastIndexOf("."))}.${base64url(new Uint8Array(64))}`;
  }],
  ["bad-signature", "ECDSA in DER", async (f) => {
    const token = await f.oidc({ key: f.world.keys.es256 });
    return `${token.slice(0, token.lastIndexOf("."))}.${base64url(new Uint8Array([0x30, 6, 2, 1, 1, 2, 1, 1]))}`;
  }],
  ["bad-signature", "RSA with another padding than alg says", (f) => {
    const { oidc, pss } = f.world.keys;
    f.world.net.serve(OIDC_KEYS, jwks({ ...pss.jwk, kid: oidc.kid }));
    return f.oidc({ key: pss, header: { alg: "RS256", kid: oidc.kid } });
  }],
  ["bad-signature", "a key that was published yesterday under this kid", (f) => {
    f.world.net.serve(OIDC_KEYS, jwks({ ...f.world.keys.access.jwk, kid: "oidc-1" }));
    return f.oidc({ claims: { iss: OIDC, aud: OIDC_AUD } });
  }],
];
