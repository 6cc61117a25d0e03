/** Uses of the target entra-obo that must compile, and wrong ones that must not. Compiled by `npm run check`, never run. */
import { createAttach, federate, type IdentitySource, type VerifiedUser } from "@tokenhop/core";
import { createBearerAuth, type EntraClaims, entraIssuer } from "@tokenhop/core/bearer-auth";
import { azureSdk } from "@tokenhop/core/interop/azure-sdk";
import { entraObo } from "@tokenhop/core/targets/entra-obo";

declare const source: IdentitySource;
declare const request: Request;
const clientId = process.env.API_CLIENT_ID;
const tenantId = process.env.AZURE_TENANT_ID;
const me = federate({ from: source, to: entraObo({ tenantId, clientId }) });
const auth = createBearerAuth({ issuers: entraIssuer({ tenantId, audience: clientId }) });
const { me: attached } = createAttach({ me })(request);
const scope = "https://graph.microsoft.com/.default";

// Right uses.
export const user: VerifiedUser<EntraClaims> = await_(auth.verify(request));
export const oid: string | undefined = user.claims.oid;
export const mine = me.with({ user, scope }).get();
export const later = me.with({ user }).with({ scope }).get();
export const fetched: Promise<Response> = attached.with({ user, scope }).fetch("https://graph.microsoft.com/v1.0/me");
export const sdk = azureSdk(me.with({ user })).getToken(scope, { tenantId: "00000000-0000-4000-8000-000000000000" });
declare function await_<T>(value: Promise<T>): T;

// Wrong uses.
// @ts-expect-error a token is no user
me.with({ user: "a.b.c" });
// @ts-expect-error nor is what looks like one
me.with({ user: { token: user.token, partition: user.partition, claims: user.claims, expiresAt: user.expiresAt } });
// @ts-expect-error nor are its claims
me.with({ user: user.claims });
// @ts-expect-error without a user there is no credential
me.get();
// @ts-expect-error a scope is no user
me.with({ scope });
// @ts-expect-error nothing to fetch with
attached.fetch("https://graph.microsoft.com/v1.0/me");
// @ts-expect-error a client secret is what this is instead of
entraObo({ tenantId, clientId, clientSecret: "x" });
// @ts-expect-error whose user it is has to be said
federate({ from: me, to: entraObo({ tenantId, clientId }) });
