/** What a verified token becomes. Only this file makes one, and nothing else passes for one. */
import type { Secret, TokenClaims, VerifiedUser } from "../types.ts";
import { encodeBase64Url } from "./base64.ts";
import { secret } from "./secret.ts";

/** Whoever has a user has its class by `constructor`, but not this. */
const MAKER = Symbol("verifiedUser");

// A class for its private field: neither a copy nor anything else of this shape has it.
class Verified<C extends TokenClaims> {
  readonly #maker: symbol;
  readonly token: Secret;
  readonly partition: string;
  readonly claims: C;
  readonly expiresAt: number;

  constructor(maker: symbol, token: Secret, partition: string, claims: C, expiresAt: number) {
    this.#maker = maker;
    this.token = token;
    this.partition = partition;
    this.claims = claims;
    this.expiresAt = expiresAt;
    Object.freeze(this);
  }

  static is(value: object): boolean {
    return #maker in value && value.#maker === MAKER;
  }
}

// Taken before anybody has a user: who has one could put another function in its place on the class.
const isMade = Verified.is;

/**
 * Whether a value is a user who was verified, whatever its type says: for targets of your own that act on somebody's behalf. A
 * copy is none, nor is one that went through JSON or another isolate.
 */
export function isVerifiedUser(value: unknown): value is VerifiedUser {
  return Object(value) === value && isMade(value as object);
}

function freeze<T>(value: T): T {
  if (Object(value) === value) for (const inner of Object.values(Object.freeze(value) as object)) freeze(inner);
  return value;
}

/** The one way to make a {@link VerifiedUser}: for a token that has passed every check, with the claims that were checked. */
export async function verifiedUser<C extends TokenClaims>(token: string, claims: C): Promise<VerifiedUser<C>> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const partition = encodeBase64Url(new Uint8Array(hash));
  return new Verified(MAKER, secret(token), partition, freeze(claims), claims.exp * 1000) as unknown as VerifiedUser<C>;
}

/**
 * Whether no user with anything delegated stands behind an Entra access token, which is what on-behalf-of takes. `idtyp` says so
 * where the API asks for that optional claim; without it, what users have delegated (`scp`) is in every token of a user and in
 * none of an application's own.
 */
export function isAppOnly({ idtyp, scp }: TokenClaims): boolean {
  return idtyp === "app" || typeof scp !== "string";
}
