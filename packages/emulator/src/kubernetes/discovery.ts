/** Where the cluster says who issues its tokens, and with which keys: below the API server's address, and below the issuer's own. */
import type { Answer, Call, World } from "../world.ts";
import { clusterIssuer } from "./cluster.ts";
import { failure } from "./status.ts";
import { authenticated, clusterKeys } from "./token.ts";

/** `GET /.well-known/openid-configuration`. */
export async function clusterConfiguration(world: World, call: Call): Promise<Answer> {
  const issuer = clusterIssuer(world.config);
  return readable(world, call, "/.well-known/openid-configuration", () => ({
    status: 200,
    headers: { "content-type": "application/json" },
    body: {
      issuer,
      jwks_uri: keysUrl(call),
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    },
    log: { outcome: "granted", reason: "Metadata of the cluster", issuer },
  }));
}

/** `GET /openid/v1/jwks`. */
export async function clusterJwks(world: World, call: Call): Promise<Answer> {
  const keys = world.config.kubernetes ? await clusterKeys(world).published() : [];
  return readable(world, call, "/openid/v1/jwks", () => ({
    status: 200,
    headers: { "content-type": "application/jwk-set+json" },
    body: { keys: keys.map(({ jwk }) => jwk) },
    log: { outcome: "granted", reason: `${keys.length} published keys`, issuer: clusterIssuer(world.config) },
  }));
}

/** Next to where the metadata was found. */
function keysUrl({ url }: Call): string {
  return `${url.origin}${url.pathname.replace(/\/\.well-known\/openid-configuration$/, "")}/openid/v1/jwks`;
}

async function readable(world: World, call: Call, path: string, answer: () => Answer): Promise<Answer> {
  const { kubernetes } = world.config;
  if (!kubernetes) return failure("NotFound", "the server could not find the requested resource");
  if (kubernetes.publicKeys !== false || (await authenticated(world, call))) return answer();
  return failure("Forbidden", `forbidden: User "system:anonymous" cannot get path "${path}"`);
}
