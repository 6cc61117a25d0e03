/** The issuer of an account's own tokens, which others ask for its keys. Evidence: API_EnableOutboundWebIdentityFederation. */
import { type ServiceAddress, serviceAddress } from "../services/address.ts";
import type { Answer, Call, World } from "../world.ts";
import { findAccount, outboundIssuer } from "./accounts.ts";

/** `GET /.well-known/openid-configuration` and `GET /.well-known/jwks.json` of an issuer. */
export async function outboundIssuerService(world: World, call: Call): Promise<Answer> {
  const { name, path, base } = serviceAddress(call.url) as ServiceAddress;
  const account = findAccount(world.config, name.slice(-12));
  if (!account?.outboundFederation || outboundIssuer(account.id) !== `https://${name}.tokens.sts.global.api.aws`) {
    return notFound("There is no such issuer");
  }
  const issuer = outboundIssuer(account.id);
  if (call.method !== "GET") return notFound("Only GET is answered");
  if (path === "/.well-known/openid-configuration") {
    return {
      status: 200,
      body: {
        issuer,
        jwks_uri: `${base}/.well-known/jwks.json`,
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256", "ES384"],
      },
      log: { outcome: "granted", reason: "Metadata of the account's issuer", issuer },
    };
  }
  if (path !== "/.well-known/jwks.json") return notFound("There is no such document");
  const rings = (["RS256", "ES384"] as const).map((algorithm) => world.aws.outboundKeys(account.id, algorithm));
  const keys = (await Promise.all(rings.map((ring) => ring.published()))).flat();
  return {
    status: 200,
    body: { keys: keys.map(({ jwk }) => jwk) },
    log: { outcome: "granted", reason: `${keys.length} published keys`, issuer },
  };
}

function notFound(reason: string): Answer {
  return { status: 404, body: { message: reason }, log: { outcome: "refused", code: 404, reason } };
}
