/** Two ways to check a token that share nothing: jose, and node:crypto with the arithmetic written out. */
import { createPublicKey, type JsonWebKeyInput, verify } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";

/** What a token has to say, and where the keys are. */
export interface Expected {
  readonly keysUrl: string;
  readonly issuer: string;
  readonly audience: string;
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
  async verify(token, { keysUrl, issuer, audience }) {
    await jwtVerify(token, createRemoteJWKSet(new URL(keysUrl)), { issuer, audience, algorithms: ["RS256"] });
  },
};

const jsonOf = (part: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(part, "base64url").toString()) as Readonly<Record<string, unknown>>;

const byNode: Verifier = {
  name: "node:crypto",
  async verify(token, { keysUrl, issuer, audience }) {
    const [header = "", payload = "", signature = "", ...more] = token.split(".");
    const { alg, kid } = jsonOf(header);
    if (alg !== "RS256" || more.length > 0) throw new Error("not a JWT with RS256");
    const { keys } = (await (await fetch(keysUrl)).json()) as { readonly keys: readonly Jwk[] };
    const matching = keys.filter((candidate) => candidate.kid === kid);
    const [jwk] = matching;
    if (jwk === undefined || matching.length > 1) throw new Error(`${matching.length} keys with the token's kid`);
    const key = createPublicKey({ key: jwk, format: "jwk" } as JsonWebKeyInput);
    const isSigned = verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"));
    if (!isSigned) throw new Error("signature verification failed");
    const { iss, aud, exp, nbf } = jsonOf(payload);
    const now = Date.now() / 1000;
    if (iss !== issuer || aud !== audience) throw new Error("unexpected issuer or audience");
    if (!(Number(nbf) <= now && now < Number(exp))) throw new Error("not valid now");
  },
};

/** Both. */
export const verifiers: readonly Verifier[] = [byJose, byNode];

/** The token with one bit changed in a part. */
export function flipped(token: string, part: "payload" | "signature", at: number): string {
  const parts = token.split(".");
  const index = part === "payload" ? 1 : 2;
  const bytes = Buffer.from(parts[index] ?? "", "base64url");
  const position = Math.floor(at * (bytes.length - 1));
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  return parts.map((old, each) => (each === index ? bytes.toString("base64url") : old)).join(".");
}
