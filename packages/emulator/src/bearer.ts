/** How ARM and Graph look at an access token. */
import { compactVerify, decodeProtectedHeader, type JWTPayload } from "jose";
import { entraIssuerOf } from "./entra/authenticate.ts";
import { bearerOf } from "./text.ts";
import type { Call, World } from "./world.ts";

/** The claims of a good token, or what is wrong with it. */
export type BearerCheck =
  | { readonly claims: JWTPayload; readonly problem?: undefined }
  | { readonly problem: "missing" | "malformed" | "signature"; readonly claims?: undefined }
  | { readonly problem: "expired" | "audience"; readonly claims: JWTPayload };

/** Checks the signature, issuer, audience and time of the `Authorization` header's token. */
export async function checkBearer(world: World, call: Call, audiences: readonly string[]): Promise<BearerCheck> {
  const token = bearerOf(call.headers);
  if (token === undefined) return { problem: call.headers.has("authorization") ? "malformed" : "missing" };
  const verified = await verify(world, token);
  if ("problem" in verified) return verified;

  const { claims } = verified;
  const now = world.clock.now() / 1000;
  if ((claims.exp ?? 0) <= now || (claims.nbf ?? 0) > now) return { problem: "expired", claims };
  if (typeof claims.aud !== "string" || !audiences.includes(claims.aud.replace(/\/$/, ""))) {
    return { problem: "audience", claims };
  }
  return { claims };
}

type Verified = { readonly claims: JWTPayload } | { readonly problem: "malformed" | "signature" };

async function verify(world: World, token: string): Promise<Verified> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = (await world.entraKeys.published()).find((candidate) => candidate.kid === kid);
    if (!key) return { problem: "signature" };
    const { payload } = await compactVerify(token, key.publicKey, { algorithms: ["RS256"] });
    const claims = JSON.parse(new TextDecoder().decode(payload)) as JWTPayload;
    return entraIssuerOf(world, claims.iss ?? "") ? { claims } : { problem: "signature" };
  } catch (error) {
    return { problem: isSignatureError(error) ? "signature" : "malformed" };
  }
}

function isSignatureError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_JWS_SIGNATURE_VERIFICATION_FAILED";
}

/** A claim that is a text, for messages. */
export function textClaim(claims: JWTPayload, name: string): string | undefined {
  const value = claims[name];
  return typeof value === "string" ? value : undefined;
}
