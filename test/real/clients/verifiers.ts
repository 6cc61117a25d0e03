/** Ways to check a token that share nothing: jose, jsonwebtoken, and node:crypto with the arithmetic written out. */
import { createPublicKey, type JsonWebKeyInput, type KeyObject, verify } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";

/** What a token has to say, and where the keys are. */
export interface Expected {
  readonly keysUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** Default RS256. */
  readonly algorithm?: "RS256" | "ES256";
}

/** A way to check; rejects unless the token is good. */
export interface Verifier {
  readonly name: string;
  verify(token: string, expected: Expected): Promise<void>;
}

interface Jwk {
  readonly kid?: string;
}

const byJose: Verifier = {
  name: "jose",
  async verify(token, { keysUrl, issuer, audience, algorithm = "RS256" }) {
    await jwtVerify(token, createRemoteJWKSet(new URL(keysUrl)), { issuer, audience, algorithms: [algorithm] });
  },
};

const jsonOf = (part: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(part, "base64url").toString()) as Readonly<Record<string, unknown>>;

/** The key that the token's header names. */
async function keyOf(token: string, keysUrl: string, algorithm: string): Promise<KeyObject> {
  const { alg, kid } = jsonOf(token.split(".")[0] ?? "");
  if (alg !== algorithm) throw new Error(`not a JWT with ${algorithm}`);
  const { keys } = (await (await fetch(keysUrl)).json()) as { readonly keys: readonly Jwk[] };
  const matching = keys.filter((candidate) => candidate.kid === kid);
  const [jwk] = matching;
  if (jwk === undefined || matching.length > 1) throw new Error(`${matching.length} keys with the token's kid`);
  return createPublicKey({ key: jwk, format: "jwk" } as JsonWebKeyInput);
}

const byNode: Verifier = {
  name: "node:crypto",
  async verify(token, { keysUrl, issuer, audience, algorithm = "RS256" }) {
    const [header = "", payload = "", signature = "", ...more] = token.split(".");
    if (more.length > 0) throw new Error("not a JWT");
    // JWS has the two numbers of ECDSA side by side (RFC 7518, 3.4). RSA knows no such choice.
    const key = { key: await keyOf(token, keysUrl, algorithm), dsaEncoding: "ieee-p1363" } as const;
    const isSigned = verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"));
    if (!isSigned) throw new Error("signature verification failed");
    const { iss, aud, exp, nbf } = jsonOf(payload);
    const now = Date.now() / 1000;
    if (iss !== issuer || aud !== audience) throw new Error("unexpected issuer or audience");
    if (!(Number(nbf) <= now && now < Number(exp))) throw new Error("not valid now");
  },
};

const byJsonwebtoken: Verifier = {
  name: "jsonwebtoken",
  async verify(token, { keysUrl, issuer, audience, algorithm = "RS256" }) {
    const key = await keyOf(token, keysUrl, algorithm);
    jsonwebtoken.verify(token, key, { issuer, audience, algorithms: [algorithm] });
  },
};

/** All of them. */
export const verifiers: readonly Verifier[] = [byJose, byNode, byJsonwebtoken];

/** What they say of a token that was changed. jsonwebtoken reads what is in it before it looks at the signature. */
export const forged = /signature verification failed|invalid signature|SyntaxError/;

/** The token with another claim in it, by somebody who knows how to write JSON. */
export function claiming(token: string, claims: Readonly<Record<string, unknown>>): string {
  const [header, payload = "", signature] = token.split(".");
  const changed = Buffer.from(JSON.stringify({ ...jsonOf(payload), ...claims })).toString("base64url");
  return [header, changed, signature].join(".");
}

/** The token with one bit changed in a part. */
export function flipped(token: string, part: "payload" | "signature", at: number): string {
  const parts = token.split(".");
  const index = part === "payload" ? 1 : 2;
  const bytes = Buffer.from(parts[index] ?? "", "base64url");
  const position = Math.floor(at * (bytes.length - 1));
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  return parts.map((old, each) => (each === index ? bytes.toString("base64url") : old)).join(".");
}
