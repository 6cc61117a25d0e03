/** The tokens that the server gives: few and the same for all cells, because each is one more that is searched for. */
import { randomBytes } from "node:crypto";

/** The server's clock stands still; whoever corrects a lifetime by the `Date` of the reply gets the same one each time. */
export const serverNowS = Date.UTC(2026, 0, 1) / 1000;

/** More than any cell needs before they come again. */
const many = 16;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const texts = Array.from({ length: many }, () => [randomBytes(24), randomBytes(96), randomBytes(160)] as const);
const textsOf = (index: number): readonly [string, string, string] => {
  const [id, signature, opaque] = texts[index % many] ?? texts[0] ?? [];
  const show = (bytes: Buffer | undefined): string => (bytes ?? Buffer.alloc(0)).toString("base64url");
  return [show(id), show(signature), show(opaque)];
};

/** The identity token that a cell is given as its so manieth. Without a lifetime it says nothing of its end. */
export function identityToken(index: number, lifetimeS: number | undefined): string {
  const [jti, signature] = textsOf(index);
  const claims = {
    jti,
    iss: "https://issuer.example",
    sub: "repo:octo/app:ref:refs/heads/main",
    aud: "api://AzureADTokenExchange",
    iat: serverNowS,
    ...(lifetimeS !== undefined && { exp: serverNowS + lifetimeS }),
  };
  return `${part({ alg: "RS256", typ: "JWT", kid: jti })}.${part(claims)}.${signature}`;
}

/** The access token that a cell is given as its so manieth. */
export const accessToken = (index: number): string => textsOf(index)[2];
