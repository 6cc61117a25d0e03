/**
 * The contracts of the issuer. Only types: nothing here exists at run time.
 *
 * Conventions as in core: instants end in `At` (epoch milliseconds), durations in `Ms`.
 */
import type { Platform, Secret } from "@tokenhop/core";
import type { TokenMinter } from "@tokenhop/core/sources/self-issued";

/** What tokens are signed with. Entra takes RS256 only. */
export type SigningAlgorithm = "RS256" | "ES256";

/** What is public of a key pair (RFC 7518, 6), and nothing else. */
export type PublicJwk =
  | { readonly kty: "RSA"; readonly n: string; readonly e: string }
  | { readonly kty: "EC"; readonly crv: "P-256"; readonly x: string; readonly y: string };

/** A key as rotation sees it: its times. */
export interface KeyTimes {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly createdAt: number;
  /** From when on it signs. Before, it is only published. */
  readonly activeAt: number;
  /** When another key took over. Absent until then. */
  readonly retiredAt?: number | undefined;
  /** The longest lifetime that a token of it may have been given: so long it stays after it has retired. */
  readonly longestTokenMs: number;
}

/** A key pair as it is kept. */
export interface IssuerKey extends KeyTimes {
  readonly publicJwk: PublicJwk;
  /**
   * What the store keeps: a `CryptoKey` that cannot be exported, or a private JWK. A key that has retired never signs again, and
   * has none.
   */
  readonly privateKey?: CryptoKey | JsonWebKey | undefined;
}

/** All keys of one issuer: one document, replaced as a whole. */
export interface KeyRing {
  /** Of this form. A ring of another one is refused, never replaced. */
  readonly version: 1;
  /** Counts the writes; what {@link KeyStore.write} compares. */
  readonly revision: number;
  readonly keys: readonly IssuerKey[];
}

/**
 * Where a ring is kept: one document with compare-and-swap. `keyStoreProblems` of `@tokenhop/issuer/testing` tells whether a
 * store of your own does what is needed.
 */
export interface KeyStore {
  /** For messages, in kebab-case. */
  readonly name: string;
  /** `crypto-key` where a `CryptoKey` can be stored, so that no private key is ever seen; `jwk` where only JSON can. */
  readonly keeps: "crypto-key" | "jwk";
  /** What `createIssuer` is to warn of, if anything. */
  readonly warning?: string | undefined;
  /** The ring as it was last written; undefined when none ever was. A new object each time. */
  read(): Promise<KeyRing | undefined>;
  /**
   * Replaces the ring if the stored one still has this revision (undefined: if there is none). False when it has not; nothing
   * is written then.
   */
  write(ring: KeyRing, expectedRevision: number | undefined): Promise<boolean>;
}

/** When keys change. */
export interface RotationOptions {
  /** How long a key signs. Default 90 days. */
  readonly everyMs?: number | undefined;
  /** How long a key is published before it signs. Default 24 hours. */
  readonly publishAheadMs?: number | undefined;
}

/** An issuer's configuration, as far as verifiers can see it: checked, with its defaults. */
export interface VerifierConfig {
  readonly issuer: string;
  readonly subjects: readonly string[];
  readonly audiences: readonly string[];
  readonly algorithm: SigningAlgorithm;
  readonly tokenLifetimeMs: number;
  readonly maxTokenLifetimeMs: number;
  readonly jwksMaxAgeMs: number;
  readonly rotation: Readonly<Required<{ [K in keyof RotationOptions]: number }>>;
}

/** What one kind of verifier demands of an issuer. Plain data and functions: your own is as good as ours. */
export interface VerifierProfile {
  /** For messages. */
  readonly name: string;
  /** What this verifier would refuse, each as `option: what was expected`. Asked once, at construction. */
  problems(config: VerifierConfig): readonly string[];
}

/** What the issuer needs of the platform. */
export interface IssuerPlatform extends Pick<Platform, "now">, Partial<Pick<Platform, "sleep">> {
  /**
   * Whether a promise belongs to the request that made it. Default: as the runtime is. False inside of a Durable Object, where
   * all promises are the object's: then concurrent calls share the work of making a key.
   */
  readonly requestBoundIo?: boolean | undefined;
}

/** What {@link createIssuer} is given. */
export interface IssuerOptions {
  /**
   * The `iss` of its tokens: an https URL without a query or fragment, as `new URL` writes it; with or without a slash at the
   * end, which counts. Who controls this host name controls the identity.
   */
  readonly issuer: string;
  /** Where the keys are kept. */
  readonly keyStore: KeyStore;
  /** Who may be named in a token, exactly. */
  readonly subjects: readonly string[];
  /** Whom a token may be for, exactly. */
  readonly audiences: readonly string[];
  /** What the verifiers demand. Default `[entraProfile()]`; an empty list checks nothing. */
  readonly profiles?: readonly VerifierProfile[] | undefined;
  /** Default RS256. A change takes effect by rotation: the key that signs is not dropped for it. */
  readonly algorithm?: SigningAlgorithm | undefined;
  /** How long a token lasts unless `mint` says otherwise; whole seconds count. Default 10 minutes. */
  readonly tokenLifetimeMs?: number | undefined;
  /** How long a token may last at most. Default an hour, at most 24 hours. */
  readonly maxTokenLifetimeMs?: number | undefined;
  readonly rotation?: RotationOptions | undefined;
  /**
   * Emergency rotation by configuration: keys made before this instant (epoch ms) are dropped at once, and those made while the
   * clock was ahead. Set it to now, or to some minutes ahead. Without effect as long as it lies in the future.
   */
  readonly keysFrom?: number | undefined;
  /**
   * How long the public documents may be cached. Default 15 minutes, at most `rotation.publishAheadMs`; leave some minutes between
   * the two where several processes publish, or something in front holds the documents.
   */
  readonly jwksMaxAgeMs?: number | undefined;
  /** Lets `issuer` be plain http on loopback: for tests, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
  /** The clock. Default, also of what it does not have: the runtime's. */
  readonly platform?: IssuerPlatform | undefined;
  /**
   * Is told what is allowed and unwise, at construction, and when {@link Issuer.fetch} has to do without the documents: once for
   * each reason, until it has them again. Default `console.warn`.
   */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** The public documents, as JSON texts. */
export interface IssuerDocuments {
  /** OpenID Connect Discovery 1.0, 3. */
  readonly discovery: string;
  /** RFC 7517, 5. */
  readonly jwks: string;
  /** How long they may be cached, by whoever serves them too: the issuer's `jwksMaxAgeMs`. Default: no limit of theirs. */
  readonly maxAgeMs?: number | undefined;
}

/** What {@link Issuer.mint} is asked. Anything else in it is refused. */
export interface MintQuestion {
  readonly subject: string;
  readonly audience: string;
  /** Default `tokenLifetimeMs`. More than `maxTokenLifetimeMs` is refused, not cut. */
  readonly lifetimeMs?: number | undefined;
}

/** A token of the issuer's. */
export interface MintedToken {
  /** The signed JWT. */
  readonly token: Secret;
  /** Its `exp`, epoch ms. */
  readonly expiresAt: number;
  /** The key that signed it. */
  readonly kid: string;
}

/** Which keys an emergency is about: all, the one that signs now, or those with these key ids. */
export type WhichKeys = "all" | "signing" | readonly string[];

/** An issuer of identity tokens. */
export interface Issuer {
  /** Its URL, as it was given. */
  readonly issuer: string;
  /** Serves the public documents; see `issuerRoutes`. May be handed on as it is. */
  fetch(request: Request): Promise<Response>;
  /** Signs a token for a subject and an audience of the lists. */
  mint(question: MintQuestion): Promise<MintedToken>;
  /** What mints for one subject and nobody else; for `selfIssued` of core. Default audiences: all of the issuer's. */
  minter(subject: string, audiences?: readonly string[]): TokenMinter;
  /** The public documents. Makes the first key when there is none. */
  documents(): Promise<IssuerDocuments>;
  /** Carries out what is due now. Minting does so as well; this is for an alarm or a schedule. */
  maintain(): Promise<{
    /** When something is due again, epoch ms. */
    readonly nextChangeAt: number;
  }>;
  /**
   * Emergency: these keys are gone, and with them every token that they signed. Another one signs from now on. An id that no key has
   * or had is refused (`ERR_ISSUER_REFUSED`), and nothing is dropped; `"signing"` a second time is about the next key.
   *
   * When the store fails (`ERR_ISSUER_KEYS`), this process signs with these keys and publishes them no more, and drops them as
   * soon as it can: call `maintain()` until it succeeds. Others go on with them until then.
   */
  dropKeys(which: WhichKeys): Promise<void>;
}
