/**
 * OAuth 2.0 Token Exchange: an identity token becomes whatever token a server of RFC 8693, or one like it, gives for it.
 *
 * Import from `@tokenhop/core/targets/token-exchange`.
 */
import { proofOf } from "../internal/client-proof.ts";
import { sentForms } from "../internal/echoes.ts";
import { exchangeError } from "../internal/exchange.ts";
import { checkOptions } from "../internal/schema.ts";
import { checkTokenExchange, paramsSchema, type TokenExchangeOptions } from "../internal/token-exchange-options.ts";
import { readTokenReply, tokenRefusal } from "../internal/token-exchange-reply.ts";
import { identityOfGiver, tokenOfGiver } from "../internal/token-giver.ts";
import { requestToken, TOKEN_EXCHANGE } from "../internal/token-request.ts";
import type { BearerToken, Target } from "../types.ts";

export type { ClientSecretContext, ClientSecretGiver } from "../internal/client-proof.ts";
export type { TokenExchangeField, TokenExchangeOptions } from "../internal/token-exchange-options.ts";
export type { TokenExchangeReply } from "../internal/token-exchange-reply.ts";
export type { TokenGiver, TokenGiverContext } from "../internal/token-giver.ts";

/** What `with()` may change. */
export interface TokenExchangeParams {
  readonly scope?: string | undefined;
}

type Parameter = readonly [name: string, value: string];

const STEP = "token-exchange";
const TYPE = "urn:ietf:params:oauth:token-type:";
const MAX_SUBJECT_LENGTH = 16_384;

/** A token type by its short name or its URI, as the URI. */
function typeOf(name: string): string {
  return name.includes(":") ? name : TYPE + name;
}

/** The parameters under the server's own names, as what is sent. What is no text stays what it is, where JSON can say so. */
function encoder({ fields = {}, parameters = {}, body = "form" }: TokenExchangeOptions) {
  return (form: URLSearchParams): { readonly body: string; readonly contentType: string } => {
    const named = [...form].flatMap(([name, value]): Parameter[] => {
      const theirs = Object.hasOwn(fields, name) ? (fields[name as keyof typeof fields] ?? name) : name;
      return theirs === false ? [] : [[theirs, value]];
    });
    if (body === "form") {
      const texts = Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]);
      const all = new URLSearchParams([...named.map(([name, value]): [string, string] => [name, value]), ...texts]);
      return { body: String(all), contentType: "application/x-www-form-urlencoded;charset=UTF-8" };
    }
    const texts = [...new Set(named.map(([name]) => name))].map((name) => {
      const all = named.filter(([one]) => one === name).map(([, value]) => value);
      return [name, all.length > 1 ? all : all[0]];
    });
    return { body: JSON.stringify({ ...Object.fromEntries(texts), ...parameters }), contentType: "application/json" };
  };
}

/**
 * Exchanges an identity token at any server that speaks OAuth 2.0 Token Exchange (RFC 8693), and at those that nearly do: with a
 * JSON body, other names, or replies of another form. Clouds and vendors that have a target of their own are better served by
 * that: it knows their limits and what their refusals mean.
 *
 * - The identity token must be issued for `subjectAudience`; what the new one is for is said by `audience`, `resource`, `scope`,
 *   whichever the server goes by.
 * - With `actor` the new token is the subject's, used by the actor (delegation). An actor is the same for all requests: one that
 *   goes by the request is refused, as its token would be kept for the requests of others.
 * - The client says nothing of itself, or `clientId`, or it proves itself by `clientAssertion` or `clientSecret`. No option
 *   holds a secret, and `parameters` may not be one.
 * - Lifetime: the reply's `expires_in`, or an instant (`reply.expiresAt`), or the `exp` of a token that is a JWT if that is
 *   earlier or alone, or else `assumedLifetimeMs`. With none of them the exchange fails: nothing is kept for ever.
 * - `issued_token_type` must be there and be what was requested, unless `anyIssuedTokenType`. A refresh token is never taken.
 * - `token_type`: `Bearer`, or nothing. `N_A` says that the token is none to call an API with; it is given where no `hosts` are
 *   named, for a second hop or for `reveal()`, and else refused. Any other (`DPoP`, `mac`) is refused.
 * - Without `hosts` no `fetch` attaches the token.
 *
 * Refusals are read in all usual shapes: `error` and `error_description`, `error` with `code` and `message`, `message`,
 * `detail`, and a list of `errors`. Where one says that a token has expired, the exchange is tried once more with a new one.
 * A provider of `actor` or `clientAssertion` is told when its token was refused.
 * It caches nothing; the provider that `federate` makes does. Provenance of what it gives: `unknown`.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 * `get` then fails with `ERR_EXCHANGE_REFUSED` (field `error`), `ERR_EXCHANGE_FAILED` (no error in the reply, an identity token
 * that is too long, or an actor or client without a token), `ERR_EXCHANGE_REPLY`, or one of `ERR_HTTP_*`. What an actor's or
 * client's source throws goes through as it is; what a provider throws too, but it is not tried again at once.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { tokenExchange } from "@tokenhop/core/targets/token-exchange";
 *
 * const host = "adb-1234567890123456.7.azuredatabricks.net";
 * export const databricks = federate({
 *   from: githubActions(),
 *   to: tokenExchange({
 *     url: `https://${host}/oidc/v1/token`,
 *     subjectAudience: "https://github.com/contoso",
 *     clientId: "11111111-1111-4111-8111-111111111111",
 *     scope: "all-apis",
 *     anyIssuedTokenType: true,
 *     hosts: [host],
 *   }),
 * });
 * ```
 *
 * @example A server with names of its own
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { tokenExchange } from "@tokenhop/core/targets/token-exchange";
 *
 * export const dockerHub = federate({
 *   from: githubActions(),
 *   to: tokenExchange({
 *     name: "docker-hub",
 *     url: "https://hub.docker.com/v2/auth/oidc/token",
 *     subjectAudience: "api.docker.com",
 *     body: "json",
 *     fields: { subject_token: "token", subject_token_type: false, grant_type: false },
 *     parameters: { connection_id: "22222222-2222-4222-8222-222222222222" },
 *     anyIssuedTokenType: true,
 *     assumedLifetimeMs: 300_000,
 *     hosts: ["hub.docker.com"],
 *   }),
 * });
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc8693
 */
export function tokenExchange(options: TokenExchangeOptions): Target<BearerToken, TokenExchangeParams> {
  const config = checkTokenExchange(options);
  const { url, subjectAudience, clientId, actor, clientAssertion, clientSecret, hosts = [], name = STEP } = config;
  const { subjectTokenType = "jwt", requestedTokenType, actorTokenType = "jwt", grantType = TOKEN_EXCHANGE } = config;
  const { maxSubjectTokenLength = MAX_SUBJECT_LENGTH } = config;
  const requested = requestedTokenType && typeOf(requestedTokenType);
  const encode = encoder(config);
  // All that is data, as text. Who gives tokens is known otherwise, and functions are not in it.
  const data = JSON.stringify({ ...config, actor: undefined, clientAssertion: undefined });
  const each = (field: string, given: string | readonly string[] = []): Parameter[] =>
    [given].flat().map((value) => [field, value]);
  const scopeOf = ({ scope = config.scope }: TokenExchangeParams): string | undefined => scope;

  const asked = (subject: string, actorToken: string | undefined, scope: string | undefined): Parameter[] => [
    ["subject_token", subject],
    ["subject_token_type", typeOf(subjectTokenType)],
    ...each("actor_token", actorToken),
    ...each("actor_token_type", actorToken && typeOf(actorTokenType)),
    ...each("requested_token_type", requested),
    ...each("audience", config.audience),
    ...each("resource", config.resource),
    ...each("scope", scope),
  ];
  const proof = {
    clientId,
    clientAssertion,
    assertionAudience: config.clientAssertionAudience ?? url,
    clientSecret,
    method: "client_secret_basic",
  } as const;

  return {
    name,
    identity: [STEP, data, identityOfGiver(actor), identityOfGiver(clientAssertion), clientSecret],
    audience: subjectAudience,
    produces: "unknown",
    validate: (params) => void checkOptions(paramsSchema, params, "tokenExchange().with()"),
    partition: (params) => [scopeOf(params)],
    hosts: () => hosts,
    async exchange(subject, params, context) {
      const { platform, signal } = context;
      signal.throwIfAborted();
      const token = subject.token.reveal();
      if (token.length > maxSubjectTokenLength)
        throw exchangeError(name, `the identity token has more than ${maxSubjectTokenLength} characters`);
      const [acting, { authenticate, secrets, assertion }] = await Promise.all([
        actor && tokenOfGiver(exchangeError, name, "actor", actor, config.actorAudience ?? subjectAudience, context),
        proofOf(exchangeError, name, proof, context),
      ]);
      const actorToken = acting?.token;
      // The lifetime counts from before the request, so that the time on the way never makes a token look fresher than it is.
      const sentAt = platform.now();
      const request = {
        url,
        grantType,
        parameters: asked(token, actorToken, scopeOf(params)),
        authenticate,
        clientId,
        encode,
      };
      const reply = await requestToken(name, request, context);
      if (reply.status !== 200 && reply.status !== 201) {
        const others = [...secrets, ...sentForms(actorToken ?? "")];
        throw tokenRefusal(name, reply, platform, { subject: token, actor: acting, assertion, secrets: others });
      }
      const rules = {
        paths: config.reply ?? {},
        requested,
        anyType: config.anyIssuedTokenType === true,
        attached: hosts.length > 0,
        assumedLifetimeMs: config.assumedLifetimeMs,
      };
      return readTokenReply(name, reply, rules, sentAt, platform);
    },
  };
}
