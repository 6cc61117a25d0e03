/** Where a token of Vercel's is changed for one with another audience. Texts of its errors are UNCONFIRMED. */
import { compactVerify, decodeProtectedHeader, type JWTPayload } from "jose";
import * as v from "valibot";
import { issuerOf } from "../directory.ts";
import type { Answer, Call, World } from "../world.ts";
import { jobsOn, type KnownJob, signAs } from "./token.ts";

const requestSchema = v.object({
  token: v.pipe(v.string(), v.minLength(1)),
  aud: v.pipe(v.string(), v.minLength(1)),
  jti: v.optional(v.string()),
});

/** `POST https://oidc.vercel.com/~token`. */
export async function vercelToken(world: World, call: Call): Promise<Answer> {
  const request = read(call.body);
  if (!request) return refuse(400, "token and aud are required");
  const found = await holderOf(world, request.token);
  if (!found) return refuse(401, "The token is invalid or expired");
  const { known, claims } = found;
  const iat = Math.floor(world.clock.now() / 1000);
  // It does not outlive the token that it was made of: UNCONFIRMED.
  const { exp = iat } = claims;
  const jti = request.jti ?? crypto.randomUUID();
  const token = await signAs(world, known.provider, { ...claims, aud: request.aud, iat, nbf: iat, exp, jti });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: { token, expiry: exp },
    log: { outcome: "granted", reason: "A token of Vercel's", subject: claims.sub, audience: request.aud },
  };
}

function read(body: string): v.InferOutput<typeof requestSchema> | undefined {
  try {
    const { success, output } = v.safeParse(requestSchema, JSON.parse(body));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

/** The workload that a token was issued to: of those on Vercel, since no other's issuer answers here. */
async function holderOf(
  world: World,
  token: string,
): Promise<{ readonly known: KnownJob; readonly claims: JWTPayload } | undefined> {
  for (const known of jobsOn(world.config, "vercel")) {
    const claims = await verified(world, known, token);
    if (claims) return { known, claims };
  }
  return undefined;
}

async function verified(world: World, { provider }: KnownJob, token: string): Promise<JWTPayload | undefined> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = (await world.providerKeys(provider.name).published()).find((one) => one.kid === kid);
    if (!key) return undefined;
    const { payload } = await compactVerify(token, key.publicKey, { algorithms: ["RS256"] });
    const claims = JSON.parse(new TextDecoder().decode(payload)) as JWTPayload;
    const isAlive = (claims.exp ?? 0) * 1000 > world.clock.now();
    return isAlive && claims.iss === issuerOf(provider) ? claims : undefined;
  } catch {
    return undefined;
  }
}

function refuse(status: number, error: string): Answer {
  return { status, body: { error }, log: { outcome: "refused", code: status, reason: error } };
}
