/**
 * The signature of a token, by Web Crypto: a key that the issuer published, an algorithm that its configuration allows, nothing
 * of the token's own choosing. (jose could verify it too, for 3.3 kB of a Worker's 22.)
 */
import { decodeBytes } from "../internal/base64.ts";
import type { PublishedKey, RefusalReason } from "./issuer.ts";

/** What an algorithm asks of a key, and what Web Crypto is told for the import as well as for the verification. */
interface Scheme {
  /** What the key must say it is. */
  readonly kind: { readonly kty: string; readonly crv?: string };
  /** What of a JWK is the public key then. Whatever else is in it has no part. */
  readonly members: readonly string[];
  readonly parameters: {
    readonly name: string;
    readonly hash?: string;
    readonly saltLength?: number;
    readonly namedCurve?: string;
  };
}

const MIN_RSA_BITS = 2048;
const RSA = { kind: { kty: "RSA" }, members: ["n", "e"] } as const;

/** What is in no public key (RFC 7518, 6). Whoever has read the document could sign with such a one. */
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** An algorithm by its name (RFC 7518, 3.1; RFC 8037, 3.1). */
function schemeOf(alg: string): Scheme {
  const bits = alg.slice(2);
  const hash = `SHA-${bits}`;
  switch (alg.slice(0, 2)) {
    case "RS":
      return { ...RSA, parameters: { name: "RSASSA-PKCS1-v1_5", hash } };
    case "PS":
      return { ...RSA, parameters: { name: "RSA-PSS", hash, saltLength: Number(bits) / 8 } };
    case "ES": {
      const crv = `P-${bits === "512" ? "521" : bits}`;
      return { kind: { kty: "EC", crv }, members: ["x", "y"], parameters: { name: "ECDSA", hash, namedCurve: crv } };
    }
    default:
      return { kind: { kty: "OKP", crv: "Ed25519" }, members: ["x"], parameters: { name: "Ed25519" } };
  }
}

/** Whether a key is public and says that it is for this: this kind and curve, only signatures, no other algorithm. Not every runtime looks. */
function isFor(alg: string, { kty, crv }: Scheme["kind"], key: PublishedKey): boolean {
  return (
    !PRIVATE.some((name) => name in key) &&
    key.kty === kty &&
    (crv === undefined || key.crv === crv) &&
    (key.use ?? "sig") === "sig" &&
    (key.alg ?? alg) === alg &&
    [key.key_ops ?? "verify"].flat().includes("verify")
  );
}

/** Whether an RSA exponent is odd and at least 3: under 1 whatever is padded well is its own signature. */
function isExponent(bytes: Uint8Array): boolean {
  return (bytes.at(-1) as number) % 2 === 1 && bytes.reduce((sum, byte) => sum + byte) > 1;
}

/** The key as Web Crypto has it; undefined when it is none for this algorithm. */
async function importKey(key: PublishedKey, alg: string): Promise<CryptoKey | undefined> {
  const { kind, members, parameters } = schemeOf(alg);
  if (!isFor(alg, kind, key)) return undefined;
  if (kind.kty === "RSA" && !isExponent(decodeBytes(key.e as string))) return undefined;
  const bare = { ...kind, ...Object.fromEntries(members.map((name) => [name, key[name]])) };
  const imported = await crypto.subtle.importKey("jwk", bare, parameters, false, ["verify"]);
  const { modulusLength = MIN_RSA_BITS } = imported.algorithm as Partial<RsaHashedKeyAlgorithm>;
  return modulusLength < MIN_RSA_BITS ? undefined : imported;
}

/** Verifies a token whose `alg` is allowed by one of these keys. What is wrong with it, if anything is. */
export type VerifySignature = (
  token: string,
  keys: readonly PublishedKey[],
  alg: string,
) => Promise<RefusalReason | undefined>;

/** Keeps every key that it has imported, as long as the key itself is kept. */
export function signatureVerifier(): VerifySignature {
  // The keys themselves and no promise of them: a promise dies with the request that made it, on Workers.
  const imported = new WeakMap<PublishedKey, Map<string, CryptoKey>>();
  const fitFor = async (alg: string, key: PublishedKey): Promise<CryptoKey | undefined> => {
    const known = imported.get(key) ?? new Map<string, CryptoKey>();
    const fit = known.get(alg) ?? (await importKey(key, alg).catch(() => undefined));
    if (fit) imported.set(key, known.set(alg, fit));
    return fit;
  };
  return async (token, keys, alg) => {
    const end = token.lastIndexOf(".");
    const signature = decodeBytes(token.slice(end + 1));
    const signed = new TextEncoder().encode(token.slice(0, end));
    let flaw: RefusalReason = "unfit-key";
    // One, as a rule.
    for (const key of keys) {
      const fit = await fitFor(alg, key);
      if (!fit) continue;
      // Some runtimes throw for what cannot be a signature of this kind.
      const good = await crypto.subtle.verify(schemeOf(alg).parameters, fit, signature, signed).catch(() => false);
      if (good) return undefined;
      flaw = "bad-signature";
    }
    return flaw;
  };
}
