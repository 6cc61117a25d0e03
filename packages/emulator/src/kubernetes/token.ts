/** Makes and checks the tokens of the cluster's service accounts. */
import { compactVerify, decodeProtectedHeader, type JWTPayload, SignJWT } from "jose";
import type { Keyring } from "../keyring.ts";
import { bearerOf } from "../text.ts";
import type { Call, World } from "../world.ts";
import { apiAudiences, clusterIssuer, findServiceAccount, userOf } from "./cluster.ts";
import type { KubernetesAccountConfig } from "./config-types.ts";

/** A token of a service account to make. */
export interface ServiceAccountGrant {
  readonly account: KubernetesAccountConfig;
  readonly audiences: readonly string[];
  readonly lifetimeMs: number;
  /** An object whose end is the token's end. */
  readonly bound?: { readonly kind: "Pod"; readonly name: string; readonly uid: string } | undefined;
}

/** No provider of a config can have a name with a dot in it. */
export function clusterKeys(world: World): Keyring {
  return world.providerKeys("kubernetes.io");
}

/** Signs a token. */
export async function issueServiceAccountToken(
  world: World,
  { account, audiences, lifetimeMs, bound }: ServiceAccountGrant,
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const { kid, privateKey } = await clusterKeys(world).current();
  const iat = Math.floor(world.clock.now() / 1000);
  const exp = iat + Math.floor(lifetimeMs / 1000);
  const claims: JWTPayload = {
    // Always a list, of one audience too.
    aud: [...audiences],
    exp,
    iat,
    iss: clusterIssuer(world.config) ?? "",
    jti: crypto.randomUUID(),
    "kubernetes.io": {
      namespace: account.namespace,
      ...(bound && { pod: { name: bound.name, uid: bound.uid } }),
      serviceaccount: { name: account.name, uid: account.uid },
    },
    nbf: iat,
    sub: userOf(account),
  };
  const token = await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey);
  return { token, expiresAt: exp * 1000 };
}

/** The service account whose token the call shows to the API server. */
export async function authenticated(world: World, call: Call): Promise<KubernetesAccountConfig | undefined> {
  const token = bearerOf(call.headers);
  const claims = token === undefined ? undefined : await verified(world, token);
  const now = world.clock.now() / 1000;
  if (!claims || claims.iss !== clusterIssuer(world.config) || (claims.exp ?? 0) <= now || (claims.nbf ?? 0) > now) {
    return undefined;
  }
  const audiences = [claims.aud].flat();
  if (!apiAudiences(world.config).some((one) => audiences.includes(one))) return undefined;
  const [, , namespace = "", name = ""] = (claims.sub ?? "").split(":");
  return findServiceAccount(world.config, namespace, name);
}

async function verified(world: World, token: string): Promise<JWTPayload | undefined> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = (await clusterKeys(world).published()).find((one) => one.kid === kid);
    if (!key) return undefined;
    const { payload } = await compactVerify(token, key.publicKey, { algorithms: ["RS256"] });
    return JSON.parse(new TextDecoder().decode(payload)) as JWTPayload;
  } catch {
    return undefined;
  }
}
