/** What the types of the verification of tokens let through, and what not. Compiled by `npm run check`, never run. */
import type { TokenClaims, VerifiedUser } from "@tokenhop/core";
import {
  type AccessClaims,
  accessIssuer,
  type BearerAuth,
  createBearerAuth,
  type EntraClaims,
  entraIssuer,
  isVerifiedUser,
  type OidcClaims,
  oidcIssuer,
} from "@tokenhop/core/bearer-auth";
import { testUser } from "@tokenhop/core/testing";

declare const request: Request;
declare const token: string;
declare const unknown: unknown;

const entra = entraIssuer({ tenantId: process.env.AZURE_TENANT_ID, audience: process.env.API_CLIENT_ID });
const access = accessIssuer({ teamDomain: process.env.TEAM, audience: ["a", "b"] });
const oidc = oidcIssuer({ issuer: process.env.ISSUER, audience: "x", algorithms: ["ES256", "EdDSA"] });

// Right uses.
export const one: BearerAuth<EntraClaims> = createBearerAuth({ issuers: entra, scopes: ["a"], realm: undefined });
export const list: BearerAuth<EntraClaims> = createBearerAuth({ issuers: [entra] });
export const several: BearerAuth<EntraClaims | AccessClaims | OidcClaims> = createBearerAuth({
  issuers: [entra, access, oidc],
});
export const any: BearerAuth = several;
export const user: VerifiedUser<EntraClaims> = await one.verify(request);
export const anybody: VerifiedUser = user;
export const tid: string = user.claims.tid;
export const roles: readonly string[] | undefined = user.claims.roles;
export const other: unknown = user.claims.xms_cc;
export const headers: Promise<VerifiedUser> = one.verify({ headers: new Headers() }, { waitUntil: () => undefined });
export const email: string | undefined = (await createBearerAuth({ issuers: access }).verify(request)).claims.email;
export const double: VerifiedUser<EntraClaims> = await testUser({ claims: { oid: "x", roles: ["y"] } });
export const narrowed: TokenClaims | undefined = isVerifiedUser(unknown) ? unknown.claims : undefined;
export const audience: unknown = several.verify(request).then(({ claims }) => claims.iss);

// Wrong ones.
// @ts-expect-error nothing that is written down is a user who was verified
export const madeUp: VerifiedUser = {
  token: { reveal: () => token },
  partition: "",
  claims: user.claims,
  expiresAt: 0,
};
// @ts-expect-error a token is no user
export const text: VerifiedUser = token;
// @ts-expect-error claims are read only
user.claims.tid = "x";
// @ts-expect-error Access knows no tenant
export const tenant: string = (await createBearerAuth({ issuers: access }).verify(request)).claims.tid;
// @ts-expect-error of several issuers only what all have is known
export const ofAll: string = (await several.verify(request)).claims.tid;
// @ts-expect-error an algorithm that shares a secret
oidcIssuer({ issuer: "https://id.example", audience: "x", algorithms: ["HS256"] });
// @ts-expect-error whom tokens are for must be said
entraIssuer({ tenantId: "x" });
// @ts-expect-error an issuer is not its URL
createBearerAuth({ issuers: ["https://id.example"] });
// @ts-expect-error a version that there is not
entraIssuer({ tenantId: "x", audience: "y", versions: ["3.0"] });
// @ts-expect-error any user is not a user of Entra
export const narrower: VerifiedUser<EntraClaims> = anybody;
