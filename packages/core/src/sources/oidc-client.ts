/**
 * Any OpenID Connect provider (Auth0, Okta, Keycloak): the access token of a client of its own.
 *
 * Import from `@tokenhop/core/sources/oidc-client`.
 */
import * as v from "valibot";
import { type ClientSecretGiver, type ClientSecretMethod, proofOf, secretShape } from "../internal/client-proof.ts";
import { withoutEchoes } from "../internal/echoes.ts";
import { localTime, parseJson } from "../internal/http.ts";
import { expiryOf, peekClaims } from "../internal/jwt.ts";
import { lifetimeSeconds } from "../internal/lifetime.ts";
import { discovery } from "../internal/oidc-discovery.ts";
import { checkOptions, checkReply, flag, like, text, textThat } from "../internal/schema.ts";
import { secret } from "../internal/secret.ts";
import { mustBeFor, refusal, sourceError, tokenText } from "../internal/source.ts";
import { endpoint } from "../internal/target-options.ts";
import { anyGiverShape, identityOfGiver, standingForGiver, type TokenGiver } from "../internal/token-giver.ts";
import { requestToken } from "../internal/token-request.ts";
import type { IdentitySource, SubjectToken } from "../types.ts";

export type { ClientSecretContext, ClientSecretGiver, ClientSecretMethod } from "../internal/client-proof.ts";
export type { TokenGiver, TokenGiverContext } from "../internal/token-giver.ts";

/** What {@link oidcClient} is given: one of `clientAssertion` and `clientSecret`. */
export interface OidcClientOptions {
  /** The provider's `issuer`, to the letter: a slash at the end counts. */
  readonly issuer: string | undefined;
  /** Default: what the discovery document of {@link issuer} says. */
  readonly tokenEndpoint?: string | undefined;
  readonly clientId: string | undefined;
  /**
   * Proves the client by a token of somebody else's (RFC 7523, 2.2), where the provider trusts its issuer: from a source or a
   * function, which are asked each time, or from a provider, which holds its token. A provider of identities that takes each
   * assertion only once wants one of the former.
   */
  readonly clientAssertion?: TokenGiver | undefined;
  /** What that token must be issued for. Default: {@link issuer}; Okta wants the token endpoint. */
  readonly clientAssertionAudience?: string | undefined;
  /** Gets the client's secret from where it is kept, for each token. A text is refused: it would be a stored secret. */
  readonly clientSecret?: ClientSecretGiver | undefined;
  /** How the secret is sent. Default `client_secret_basic`. */
  readonly clientSecretMethod?: ClientSecretMethod | undefined;
  /** Scopes with a space between. Default: none are asked for; Okta wants one. */
  readonly scope?: string | undefined;
  /**
   * The parameter that says whom the token is for: `audience` at Auth0, `resource` by RFC 8707. `false` where the provider has
   * settled that, as one of Okta's authorization servers does. Default `audience`.
   */
  readonly audienceParameter?: string | false | undefined;
  /** Lets `issuer` and `tokenEndpoint` be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

const NAME = "oidc-client";
const OWN_PARAMETERS: readonly string[] = [
  "grant_type",
  "client_id",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
];

const replySchema = v.object({
  access_token: tokenText,
  expires_in: v.optional(lifetimeSeconds),
  token_type: v.optional(like(/^bearer$/i, "expected Bearer")),
});

/** Exactly one of the two ways to prove a client. A missing option is no problem of its own, so this one is put in its place. */
function assertionBeside(clientSecret: unknown, clientAssertion: unknown): v.GenericSchema<TokenGiver | undefined> {
  const never = (why: string) => v.custom<TokenGiver>(() => false, why);
  if (clientSecret !== undefined) return v.optional(never("expected only without clientSecret"));
  const none = v.optional(never("expected one, or clientSecret"), null as never);
  return clientAssertion === undefined ? none : anyGiverShape;
}

function schemaFor({ allowHttpLoopback, clientAssertion, clientSecret, scope }: Partial<OidcClientOptions>) {
  const isFree = (name: string): boolean =>
    /^[\w.-]+$/.test(name) && !OWN_PARAMETERS.includes(name) && !(scope && name === "scope");
  return v.strictObject({
    issuer: endpoint(allowHttpLoopback),
    tokenEndpoint: v.optional(endpoint(allowHttpLoopback, true)),
    clientId: text,
    clientAssertion: assertionBeside(clientSecret, clientAssertion),
    clientAssertionAudience: v.optional(
      clientSecret === undefined ? text : textThat("expected only without clientSecret", () => false),
    ),
    clientSecret: secretShape,
    clientSecretMethod: v.optional(
      v.custom<ClientSecretMethod>(
        (value) => clientSecret !== undefined && (value === "client_secret_basic" || value === "client_secret_post"),
        "expected client_secret_basic or client_secret_post, with clientSecret",
      ),
    ),
    scope: v.optional(like(/^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/, "expected scopes with one space between")),
    audienceParameter: v.optional(
      v.custom<string | false>(
        (value) => value === false || (typeof value === "string" && isFree(value)),
        "expected the name of a parameter that the request does not have yet, or false",
      ),
    ),
    allowHttpLoopback: flag,
  });
}

/**
 * The access token that a client gets for itself (client credentials, RFC 6749 4.4) at Auth0, Okta, Keycloak or any other OpenID
 * Connect provider, for a target that trusts tokens of that provider. The client proves itself by a federated token, or by a
 * secret that a function gets from where it is kept; no option holds a secret.
 *
 * The provider's discovery document is read for the token endpoint, once an hour at most, and again after a failure. It must name
 * this very issuer.
 *
 * - Audience: any that the provider knows as an API, told by {@link OidcClientOptions.audienceParameter}; with `false` the one
 *   that the provider has settled, and a JWT for another is refused here, naming both.
 * - Lifetime: `expires_in` of the reply, or the `exp` of a token that is a JWT, whichever is earlier. A token with neither is used
 *   once.
 * - Issuer: the provider. Subject: `CLIENT-ID@clients` at Auth0, the client id at Okta.
 * - Form: the tokens of many providers are JWTs, but none has to be. Those of Okta's own (org) authorization server are opaque to
 *   everybody else (UNCONFIRMED): take a custom one.
 * - Provenance: `external`.
 *
 * It keeps users apart as `clientAssertion` does. The token is cached by the provider that `federate` makes.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option. `get` then fails with whatever a source or provider of
 * `clientAssertion` fails with, with `ERR_SOURCE_FAILED` when the provider refuses (`status`, `error`) or a function throws or
 * gives nothing, with `ERR_SOURCE_REPLY` when a reply makes no sense, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { oidcClient } from "@tokenhop/core/sources/oidc-client";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const arm = federate({
 *   from: oidcClient({
 *     issuer: "https://id.acme.example/realms/main",
 *     clientId: "deployer",
 *     clientAssertion: githubActions(),
 *     audienceParameter: "resource",
 *   }),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://management.azure.com/.default",
 *   }),
 * });
 * ```
 *
 * @example A secret that is read from a vault for each token
 * ```ts
 * import { oidcClient } from "@tokenhop/core/sources/oidc-client";
 *
 * declare function readVault(name: string, signal: AbortSignal): Promise<string>;
 *
 * export const auth0 = oidcClient({
 *   issuer: "https://acme.eu.auth0.com/",
 *   clientId: "hHb0nYb3uPdEg1Cq",
 *   clientSecret: ({ signal }) => readVault("auth0-client", signal),
 *   clientSecretMethod: "client_secret_post",
 * });
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 * @see https://www.rfc-editor.org/rfc/rfc7523#section-2.2
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export function oidcClient(options: OidcClientOptions): IdentitySource {
  const config = checkOptions(schemaFor(Object(options)), options, "oidcClient()");
  const { issuer, tokenEndpoint, clientId, scope, audienceParameter = "audience" } = config;
  const { clientAssertion, clientSecret } = config;
  const assertionAudience = config.clientAssertionAudience ?? issuer;
  const method = config.clientSecretMethod ?? "client_secret_basic";
  const proof = { clientId, clientAssertion, assertionAudience, clientSecret, method };
  const standing = standingForGiver(clientAssertion);
  const endpoints = discovery(NAME, issuer);

  return {
    name: NAME,
    identity: [
      ...[NAME, issuer, tokenEndpoint, clientId, scope, audienceParameter],
      ...[assertionAudience, method, clientSecret, identityOfGiver(clientAssertion)],
    ],
    provenance: "external",
    ...standing,
    // What it needs is an option.
    detect: () => ({ found: true }),
    async getToken({ audience }, context): Promise<SubjectToken> {
      const { platform, signal } = context;
      signal.throwIfAborted();
      const url = tokenEndpoint ?? (await endpoints.find(context));
      const { authenticate, secrets, assertion } = await proofOf(sourceError, NAME, proof, context);
      const parameters: [string, string][] = [];
      if (scope) parameters.push(["scope", scope]);
      if (audienceParameter) parameters.push([audienceParameter, audience]);
      // The lifetime counts from before the request, so that the time on the way never makes a token look fresher than it is.
      const sentAt = platform.now();
      const request = { url, grantType: "client_credentials", parameters, authenticate, clientId };
      const reply = await requestToken(NAME, request, context).catch((error) => {
        endpoints.forget(platform);
        throw error;
      });
      if (reply.status !== 200) {
        endpoints.forget(platform);
        const shown = withoutEchoes(reply, secrets);
        const error = refusal(NAME, shown, platform, undefined);
        // A provider goes on to give what it holds, unless it is told; where it has another one, that is tried.
        const isRefused = reply.status === 401 || error.error === "invalid_client";
        if (isRefused && assertion?.renew()) throw refusal(NAME, shown, platform, undefined, { recovery: "retry" });
        throw error;
      }
      const body = checkReply(replySchema, parseJson(reply.text), NAME, "ERR_SOURCE_REPLY");
      const token = secret(body.access_token.trim());
      const { aud } = peekClaims(token.reveal()) ?? {};
      if (!audienceParameter && aud !== undefined)
        mustBeFor(NAME, { token }, audience, "its reply", "ask an authorization server with that audience");
      const exp = expiryOf(token.reveal());
      const ends = [
        body.expires_in === undefined ? undefined : sentAt + Number(body.expires_in) * 1_000,
        exp && localTime(exp, reply.headers, platform),
      ].filter((at) => at !== undefined);
      // What a request's own token has brought about ends with that.
      if (assertion?.expiresAt !== undefined && standing.perRequest) ends.push(assertion.expiresAt);
      return { token, expiresAt: ends.length > 0 ? Math.min(...ends) : undefined };
    },
  };
}
