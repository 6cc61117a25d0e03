/**
 * Handlers of Azure Functions (programming model v4) that are given downstream credentials, and the verified user.
 *
 * Import from `@tokenhop/azure-functions`.
 */
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import {
  type Attached,
  ConfigError,
  createAttach,
  type DownstreamOptions,
  type ProvidersFrom,
  type ProvidersOrFactory,
  type TokenClaims,
  type VerifiedUser,
} from "@tokenhop/core";
import {
  type BearerAuth,
  type BearerAuthOptions,
  type ClaimsOf,
  createBearerAuth,
  type Issuer,
  isVerifiedUser,
} from "@tokenhop/core/bearer-auth";
import { answered, headOf, isHttp } from "./http.ts";

/** What a handler gives, as the host takes it. */
type Answer<Result> = Result extends Response ? HttpResponseInit : Result;

/**
 * Makes a handler of the host's from one that takes a third argument. `Most` is what can have triggered it.
 *
 * A handler of a request may return a `Response` of the web besides what Azure Functions takes.
 */
export type HandlerWrapper<Given extends object, Most = unknown> = <Input extends Most, Result>(
  handler: (input: Input, context: InvocationContext, given: Given) => Result,
) => (input: Input, context: InvocationContext) => Promise<Answer<Awaited<Result>>>;

/**
 * Gives handlers the attached providers, as their third argument: `graph.fetch(url)` sends a request with a fresh token. Lazy by
 * default, so a function that needs no token does not depend on the identity provider. For every kind of trigger; sources that
 * read the request find one in `app.http` only.
 *
 * For a request a failed exchange is logged and answered with problem details (RFC 9457): 503 with `Retry-After` when it may
 * pass, 502 otherwise. What the handler catches by itself is its own affair. For other triggers it is thrown on: the host
 * reports it, and tries again as the function is configured.
 *
 * @param source The providers by name, or a function that makes them from the environment: called once, for the first event.
 * @param options `eager`: obtain every token before the handler runs. `timeoutMs`: how long to wait for one, default 30,000.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is no provider and every unknown option.
 *
 * @example
 * ```ts
 * import { app } from "@azure/functions";
 * import { downstream } from "@tokenhop/azure-functions";
 * import { federate } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const cloud = downstream({
 *   graph: federate({
 *     from: managedIdentity({ clientId: "11111111-1111-4111-8111-111111111111" }),
 *     to: entra({
 *       tenantId: "contoso.onmicrosoft.com",
 *       clientId: "22222222-2222-4222-8222-222222222222",
 *       scope: "https://graph.microsoft.com/.default",
 *     }),
 *   }),
 * });
 * app.http("users", {
 *   handler: cloud((_request, _context, { graph }) => graph.fetch("https://graph.microsoft.com/v1.0/users")),
 * });
 * app.timer("count", {
 *   schedule: "0 0 * * * *",
 *   handler: cloud(async (_timer, context, { graph }) => {
 *     const response = await graph.fetch("https://graph.microsoft.com/v1.0/users/$count");
 *     context.log(response.status);
 *   }),
 * });
 * ```
 */
export function downstream<T extends ProvidersOrFactory>(
  source: T,
  options: DownstreamOptions = {},
): HandlerWrapper<Attached<ProvidersFrom<T>>> {
  const attach = createAttach(source, options);
  return (handler) => (input, context) =>
    answered(input, context, () => {
      const request = isHttp(input) ? () => headOf(input) : undefined;
      if (options.eager) return attach.eagerly(request).then((given) => handler(input, context, given));
      return handler(input, context, attach(request));
    }) as never;
}

/** What a handler behind {@link bearerAuth} is given. */
export interface Authenticated<C extends TokenClaims = TokenClaims> {
  readonly user: VerifiedUser<C>;
}

/** The wrapper of a function without providers. */
const bare: HandlerWrapper<object> = (handler) => (input, context) =>
  answered(input, context, () => handler(input, context, {})) as never;

/**
 * Verifies the bearer token of each request and gives handlers who sent it, as `user` in their third argument. A request without
 * a good token does not reach the handler: it is answered 401, 403 or 400 with the challenge, or 503 when there are no keys.
 *
 * Let such a function be `authLevel: "anonymous"`, or the host wants a key of its own besides.
 *
 * @param auth What `createBearerAuth` gives, or its options.
 * @param then What {@link downstream} gives: handlers are given its providers besides, attached when the user is known.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 *
 * @example
 * ```ts
 * import { app } from "@azure/functions";
 * import { bearerAuth } from "@tokenhop/azure-functions";
 * import { entraIssuer } from "@tokenhop/core/bearer-auth";
 *
 * const signedIn = bearerAuth({
 *   issuers: entraIssuer({ tenantId: process.env.AZURE_TENANT_ID, audience: process.env.API_CLIENT_ID }),
 *   scopes: ["access"],
 * });
 * app.http("me", { handler: signedIn((_request, _context, { user }) => ({ jsonBody: { oid: user.claims.oid } })) });
 * ```
 */
export function bearerAuth<I extends Issuer, C extends TokenClaims = ClaimsOf<I>, Given extends object = object>(
  auth: BearerAuthOptions<I> | BearerAuth<C>,
  then: HandlerWrapper<Given> = bare as HandlerWrapper<Given>,
): HandlerWrapper<Authenticated<C> & Given, HttpRequest> {
  const verifier = ("verify" in auth ? auth : createBearerAuth(auth)) as BearerAuth<C>;
  return (handler) => (input, context) =>
    answered(input, context, async () => {
      const user = await verifier.verify(input);
      if (!isVerifiedUser(user)) throw new ConfigError("bearerAuth()", ["verify: expected a verified user"]);
      return then((same: typeof input, _context, given) => handler(same, context, { ...given, user }))(input, context);
    }) as never;
}
