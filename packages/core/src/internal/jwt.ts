/**
 * Looking into a JWT without verifying it: for expiry and diagnosis only, never for a decision about trust.
 * (jose could decode it too, for 0.8 kB of a Worker's 13.)
 */
import { decodeBase64 } from "./base64.ts";

/** The claims; undefined for anything that is no JWT. */
export function peekClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return Object(JSON.parse(decodeBase64(token.split(".")[1] as string)));
  } catch {
    return undefined;
  }
}

/** When the token ends, epoch ms; undefined when it does not say. */
export function expiryOf(token: string): number | undefined {
  const exp = peekClaims(token)?.exp;
  return Number.isFinite(exp) ? (exp as number) * 1000 : undefined;
}
