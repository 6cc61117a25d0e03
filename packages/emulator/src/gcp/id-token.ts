/** ID tokens that Google signs for service accounts, and where it publishes the keys. */
import { SignJWT } from "jose";
import type { Keyring } from "../keyring.ts";
import type { Answer, Call, World } from "../world.ts";
import type { KnownAccount } from "./directory.ts";

/** Issuer of Google's ID tokens. */
export const googleIssuer = "https://accounts.google.com";

/** Where the keys are, in the discovery document. */
const keysUrl = "https://www.googleapis.com/oauth2/v3/certs";

/** No provider of a config can have a name with dots in it. */
function keyring(world: World): Keyring {
  return world.providerKeys("accounts.google.com");
}

/** Signs an ID token of a service account for one hour. */
export async function issueGoogleIdToken(
  world: World,
  { account, email }: KnownAccount,
  { audience, withEmail }: { readonly audience: string; readonly withEmail: boolean },
): Promise<string> {
  const { kid, privateKey } = await keyring(world).current();
  const iat = Math.floor(world.clock.now() / 1000);
  return new SignJWT({
    aud: audience,
    azp: account.uniqueId,
    ...(withEmail && { email, email_verified: true }),
    exp: iat + 3600,
    iat,
    iss: googleIssuer,
    sub: account.uniqueId,
  })
    .setProtectedHeader({ typ: "JWT", alg: "RS256", kid })
    .sign(privateKey);
}

/** `GET https://accounts.google.com/.well-known/openid-configuration`. */
export function googleConfiguration(_world: World, _call: Call): Answer {
  return {
    status: 200,
    body: {
      issuer: googleIssuer,
      jwks_uri: keysUrl,
      response_types_supported: ["code", "token", "id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    },
    log: { outcome: "granted", reason: "Google's metadata", issuer: googleIssuer },
  };
}

/** `GET https://www.googleapis.com/oauth2/v3/certs`. */
export async function googleKeys(world: World): Promise<Answer> {
  const keys = await keyring(world).published();
  return {
    status: 200,
    body: { keys: keys.map(({ jwk }) => jwk) },
    log: { outcome: "granted", reason: `${keys.length} published keys`, issuer: googleIssuer },
  };
}
