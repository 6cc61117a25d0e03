/** Reads a client assertion, before anything about it is believed. */
import { decodeJwt, decodeProtectedHeader } from "jose";
import { isGuid } from "../text.ts";
import { refused } from "./refusals.ts";

/** The parts of an assertion that Entra looks at. */
export interface Assertion {
  readonly token: string;
  readonly kid: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** Epoch ms; an absent `nbf` counts as 1970. */
  readonly notBeforeAt: number;
  /** Entra's id of a token; only its own tokens have one. */
  readonly uti: string | undefined;
}

/** Reads an assertion, or refuses with 50027, 5002730, 50048 or 700027. */
export function readAssertion(token: string): Assertion {
  const { header, claims } = decode(token);
  const { iss, sub, aud, exp, nbf = 0, uti } = claims;
  const audience = singleAudience(aud);
  if (typeof iss !== "string" || typeof sub !== "string" || !isSeconds(exp) || !isSeconds(nbf)) {
    throw refused(50027, {}, "The assertion lacks iss, sub or exp, or one of its claims has the wrong type");
  }
  refuseCertificateAssertion(iss, sub);
  if (header.alg !== "RS256") throw refused(5002730, {}, "The assertion is not signed with RS256");
  return {
    token,
    kid: typeof header.kid === "string" ? header.kid : "",
    issuer: iss,
    subject: sub,
    audience,
    expiresAt: exp * 1000,
    notBeforeAt: nbf * 1000,
    uti: typeof uti === "string" ? uti : undefined,
  };
}

function decode(token: string): {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
} {
  try {
    // Decoding the claims alone would not notice a missing signature.
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new TypeError("Not a signed JWT");
    return { header: decodeProtectedHeader(token) as Record<string, unknown>, claims: decodeJwt(token) };
  } catch {
    throw refused(50027, {}, "The assertion is not a signed JWT");
  }
}

/** Kubernetes sends one audience in an array, which is accepted; an array of several was seen to be refused. */
function singleAudience(aud: unknown): string {
  const [first, ...others] = Array.isArray(aud) ? (aud as unknown[]) : [aud];
  if (typeof first !== "string" || others.length > 0) {
    throw refused(50027, {}, "The assertion must have exactly one audience");
  }
  return first;
}

function isSeconds(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && Math.abs(value) < 8e12;
}

// A bare client id as issuer means an assertion signed with the client's own certificate; the emulator knows none.
function refuseCertificateAssertion(issuer: string, subject: string): void {
  if (!isGuid(issuer)) return;
  if (issuer !== subject) throw refused(50048);
  throw refused(700027, { reason: "The key was not found" }, "No client of the emulator has a certificate");
}
