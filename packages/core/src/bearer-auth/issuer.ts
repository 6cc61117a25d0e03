/** What an issuer is to the verification of tokens, and why a token may be refused. */
import type { TokenClaims } from "../types.ts";

/**
 * Why a request was refused: the first of an error's `problems`. For logs and alerts; the client is told the error's code only.
 * docs/bearer-auth.md says of each what it means.
 */
export type RefusalReason =
  // The request (ERR_AUTH_MISSING, ERR_AUTH_REQUEST)
  | "no-token"
  | "malformed-credentials"
  | "several-tokens"
  // The token's form
  | "too-large"
  | "malformed"
  | "encrypted"
  | "too-deep"
  | "duplicate-member"
  // Its header
  | "critical-header"
  | "unencoded-payload"
  | "embedded-key"
  | "unknown-issuer"
  | "wrong-algorithm"
  | "wrong-type"
  | "no-key-id"
  // Its claims
  | "malformed-claims"
  | "no-expiry"
  | "expired"
  | "not-yet-valid"
  | "issued-in-future"
  | "bound-to-a-key"
  | "audience-list"
  | "wrong-audience"
  | "other-audience"
  | "wrong-version"
  | "wrong-tenant"
  | "id-token"
  | "not-for-an-application"
  // Its key
  | "unknown-key"
  | "key-of-another-issuer"
  | "unfit-key"
  | "bad-signature"
  // What it grants (ERR_AUTH_FORBIDDEN)
  | "missing-scope"
  | "missing-role"
  | "no-permission";

/** A key of a JWKS (RFC 7517), as it was published. */
export interface PublishedKey {
  readonly kid: string;
  readonly kty?: unknown;
  readonly use?: unknown;
  readonly alg?: unknown;
  readonly key_ops?: unknown;
  /** Who may sign with it; Entra's keys say so. */
  readonly issuer?: unknown;
  readonly [member: string]: unknown;
}

/** Where the public keys of an issuer come from. Its address is configuration; no token has any part in it. */
export interface KeySource {
  /** For messages and events. */
  readonly name: string;
  /** One attempt to read the JWKS. `get` fetches JSON. */
  load(get: (url: string) => Promise<unknown>): Promise<unknown>;
}

/** Who sent a token, as far as permissions go. */
export type Sender = "user" | "application" | "unknown";

/** The rules for the tokens of one exact `iss`. */
export interface TrustedIssuer {
  /** Compared character by character. */
  readonly iss: string;
  /** The header that its tokens come in, in lower case. */
  readonly header: string;
  readonly keys: KeySource;
  readonly algorithms: readonly string[];
  /** The values of `typ`, in lower case and without `application/`; the empty text stands for none. */
  readonly types: readonly string[];
  readonly audiences: readonly string[];
  /** What else `aud` may name besides one of {@link audiences}; without it `aud` must be a text. */
  readonly otherAudiences?: readonly string[] | undefined;
  /** Claims that are a text where they are there at all. */
  readonly texts: readonly string[];
  /** What is wrong with the claims besides what is checked for every issuer. */
  flawOf?(claims: TokenClaims, type: string): RefusalReason | undefined;
  /** Whether a published key may verify its tokens. */
  mayVerify?(key: PublishedKey): boolean;
  senderOf?(claims: TokenClaims): Sender;
  /** The claims that its tokens have scopes in. */
  readonly scopeClaims: readonly string[];
  /** Whether a token that carries neither scopes nor roles is good for something. */
  readonly allowUnassigned: boolean;
}

/**
 * An issuer whose tokens are accepted, and the type of their claims. Made by `entraIssuer`, `accessIssuer` or `oidcIssuer`; plain
 * data and functions, without any state, so that several `createBearerAuth` may share it.
 */
export interface Issuer<C extends TokenClaims = TokenClaims> {
  readonly name: string;
  readonly trusted: readonly TrustedIssuer[];
  /** Only a type: nothing is there at run time. */
  readonly claims?: C | undefined;
}

/** The claims that the tokens of these issuers have. */
export type ClaimsOf<I extends Issuer> = I extends Issuer<infer C> ? C : never;

/** Marks that OpenID Connect puts into ID tokens, and nobody into access tokens. */
export function isIdToken({ nonce, at_hash, c_hash }: TokenClaims): boolean {
  return nonce !== undefined || at_hash !== undefined || c_hash !== undefined;
}
