/** What the tests of the source for OpenID Connect clients share. */
import type { SubjectToken } from "@tokenhop/core";
import { type OidcClientOptions, oidcClient } from "@tokenhop/core/sources/oidc-client";
import { contextFor, type FakePlatform, fakePlatform, json, type Sent } from "../contract/platform.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import { canary } from "../leak.ts";

export const issuer = "https://acme.eu.auth0.com/";
export const tokenEndpoint = "https://acme.eu.auth0.com/oauth/token";
/** What a form, and a header, have to write otherwise. */
export const password: string = canary("p%ss w+rd/äé:0123456789");
export const options: OidcClientOptions = { issuer, tokenEndpoint, clientId: "a client", clientSecret: () => password };

export const document = { issuer, token_endpoint: tokenEndpoint, jwks_uri: `${issuer}jwks` };
export const grantedWith = (token: unknown) => ({ access_token: token, token_type: "Bearer", scope: "x" });
export const granted = (token: string = freshToken()) => grantedWith(token);
export const formOf = ({ body }: Pick<Sent, "body">) => Object.fromEntries(new URLSearchParams(body));

/** Another way than by the client's secret. */
export type Otherwise = Partial<OidcClientOptions>;

export const ask = (
  platform: FakePlatform,
  more: Otherwise = {},
  request?: Request | undefined,
  audience: string = AUDIENCE,
): Promise<SubjectToken> =>
  oidcClient({ ...options, ...more }).getToken({ audience }, contextFor(platform, { request }));

/** Answers each request for a token so. */
export const answering = (body: unknown, init?: ResponseInit): FakePlatform =>
  fakePlatform({ respond: () => json(body, init) });

/** That way: by a token of somebody else's. */
export const byAssertion = (clientAssertion: unknown) =>
  ({ clientSecret: undefined, clientAssertion: clientAssertion as never }) as const;
