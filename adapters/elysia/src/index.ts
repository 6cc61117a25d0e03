/**
 * Elysia plugins that put downstream credentials, and who sent the request, into its context.
 *
 * Import from `@tokenhop/elysia`.
 */
import {
  type Attached,
  ConfigError,
  createAttach,
  type DownstreamOptions,
  type ProvidersFrom,
  type ProvidersOrFactory,
  problemResponse,
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
import { Elysia } from "elysia";

type Nothing = Record<never, never>;
type Scope<Derived extends object> = {
  derive: Derived extends Record<string, unknown> ? Derived : never;
  resolve: Nothing;
  schema: Nothing;
  standaloneSchema: Nothing;
  response: Nothing;
};

/** A plugin that gives the app which uses it these properties of the context. */
export type ContextPlugin<Derived extends object> = Elysia<
  "",
  { decorator: Nothing; store: Nothing; derive: Nothing; resolve: Nothing },
  { typebox: Nothing; error: Nothing },
  {
    schema: Nothing;
    standaloneSchema: Nothing;
    macro: Nothing;
    macroFn: Nothing;
    parser: Nothing;
    response: Nothing;
  },
  Nothing,
  Scope<Derived>,
  Scope<Nothing>
>;

type Derive = (context: { readonly request: Request }) => object | Promise<object>;

/** The plugin that derives this for each request; what it or a route fails with is answered as a problem. */
const pluginOf = <Derived extends object>(derive: Derive): ContextPlugin<Derived> =>
  new Elysia()
    .derive({ as: "scoped" }, derive as () => Record<string, unknown>)
    .onError({ as: "scoped" }, ({ error }) => problemResponse(error)) as unknown as ContextPlugin<Derived>;

/**
 * Attaches providers to each request of the app that uses it: `({ graph }) => graph.fetch(url)` sends the request with a fresh
 * token. Lazy by default, so a route that needs no token does not depend on the identity provider.
 *
 * A failed exchange answers problem details (RFC 9457): 503 with `Retry-After` when it may pass, 502 otherwise. An app's own
 * `onError` goes before that when it is registered before the plugin, as everything does in Elysia.
 *
 * @param source The providers by name, or a function that makes them, once, from `platform.env`.
 * @param options `eager`: obtain every token before the handler runs. `timeoutMs`: how long a request waits, default 30,000.
 *   `platform`: on Workers `workersPlatform()` of `@tokenhop/cloudflare`, for Elysia knows neither `env` nor `waitUntil`.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is no provider and every unknown option.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 * import { downstream } from "@tokenhop/elysia";
 * import { Elysia } from "elysia";
 *
 * const providers = {
 *   graph: federate({
 *     from: managedIdentity({ clientId: "11111111-1111-4111-8111-111111111111" }),
 *     to: entra({
 *       tenantId: "contoso.onmicrosoft.com",
 *       clientId: "22222222-2222-4222-8222-222222222222",
 *       scope: "https://graph.microsoft.com/.default",
 *     }),
 *   }),
 * };
 * export const app = new Elysia()
 *   .use(downstream(providers))
 *   .get("/api/users", ({ graph }) => graph.fetch("https://graph.microsoft.com/v1.0/users"));
 * ```
 */
export function downstream<T extends ProvidersOrFactory>(
  source: T,
  options: DownstreamOptions = {},
): ContextPlugin<Attached<ProvidersFrom<T>>> {
  const attach = createAttach(source, options);
  if (options.eager) return pluginOf(async ({ request }) => attach.eagerly(request));
  return pluginOf(({ request }) => {
    // Elysia reads the text of functions, and waits for those that return what they call.
    const attached = attach(request);
    return attached;
  });
}

/**
 * Verifies the bearer token of each request of the app that uses it: `({ user }) => ...` has who sent it. Who may not pass is
 * answered problem details (RFC 9457) with the challenge that is due: 401 without a good token, 400 for a header that is none,
 * 403 without the scopes or roles, 503 when the issuer's keys cannot be had. An app's own `onError` goes before that when it is
 * registered before the plugin.
 *
 * @param auth What `createBearerAuth` gives, or its options.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 *
 * @example
 * ```ts
 * import { entraIssuer } from "@tokenhop/core/bearer-auth";
 * import { bearerAuth } from "@tokenhop/elysia";
 * import { Elysia } from "elysia";
 *
 * const auth = bearerAuth({
 *   issuers: entraIssuer({
 *     tenantId: "33333333-3333-4333-8333-333333333333",
 *     audience: "22222222-2222-4222-8222-222222222222",
 *   }),
 *   scopes: ["access_as_user"],
 * });
 * export const app = new Elysia().use(auth).get("/api/me", ({ user }) => ({ hello: user.claims.oid }));
 * ```
 */
export function bearerAuth<I extends Issuer, C extends TokenClaims = ClaimsOf<I>>(
  auth: BearerAuth<C> | BearerAuthOptions<I>,
): ContextPlugin<{ user: VerifiedUser<C> }> {
  const { verify } = "verify" in auth ? auth : createBearerAuth(auth);
  return pluginOf(async ({ request }) => {
    const user = await verify(request);
    if (!isVerifiedUser(user)) throw new ConfigError("bearerAuth()", ["verify: expected a verified user"]);
    return { user };
  });
}
