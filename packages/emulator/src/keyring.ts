import { calculateJwkThumbprint, exportJWK, type JWK } from "jose";

/** A key that signs tokens, with what is published of it. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** Public part, as a JWKS has it. */
  readonly jwk: JWK;
}

/** The signing keys of one issuer, newest first. */
export interface Keyring {
  /** The key that signs now. */
  current(): Promise<SigningKey>;
  /** All keys that the issuer publishes. */
  published(): Promise<readonly SigningKey[]>;
  /** Signs with a new key from now on. The old ones stay published unless they are retired, which breaks their tokens. */
  rotate(options?: { readonly retire?: boolean | undefined }): Promise<void>;
}

/** A key pair, as Web Crypto makes it. Spelled out, because not every runtime's types have a name for it. */
export interface KeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

/** Makes the n-th key pair of an issuer; injected so that tests need not wait for RSA. */
export type GenerateKey = (issuer: string, generation: number) => Promise<KeyPair>;

/** RS256 with 2048 bits: the only algorithm that federated credentials are documented to take. */
export async function generateRsaKey(): Promise<KeyPair> {
  return crypto.subtle.generateKey(
    { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    true,
    ["sign", "verify"],
  );
}

/** ES384, which AWS offers besides RS256 for its own tokens. */
export async function generateEcKey(): Promise<KeyPair> {
  return crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, ["sign", "verify"]);
}

/** Makes an empty keyring; its first key is made when it is first needed, since Workers refuse that at import. */
export function createKeyring(issuer: string, generate: GenerateKey, alg: "RS256" | "ES384" = "RS256"): Keyring {
  let keys: Promise<readonly SigningKey[]> | undefined;
  let generation = 0;

  const make = async (): Promise<SigningKey> => {
    const { privateKey, publicKey } = await generate(issuer, generation++);
    const { kty, n, e, crv, x, y } = await exportJWK(publicKey);
    const bare = (alg === "RS256" ? { kty, n, e } : { kty, crv, x, y }) as JWK;
    const kid = await calculateJwkThumbprint(bare);
    return { kid, privateKey, publicKey, jwk: { ...bare, use: "sig", kid, alg } };
  };
  const all = (): Promise<readonly SigningKey[]> => {
    keys ??= make().then((key) => [key]);
    return keys;
  };
  return {
    async current() {
      const [newest] = await all();
      if (!newest) throw new Error("A keyring is never empty");
      return newest;
    },
    published: all,
    async rotate({ retire = false } = {}) {
      // Taken before anything is awaited: of two rotations at once, the second keeps the first one's key.
      const old = retire ? [] : all();
      keys = Promise.all([make(), old]).then(([key, others]) => [key, ...others]);
      await keys;
    },
  };
}
