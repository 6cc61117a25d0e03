/**
 * Hono middleware that puts downstream credentials, and who sent the request, into its context.
 *
 * Import from `@tokenhop/hono`.
 */
import {
  type AttachContext,
  type Attached,
  ConfigError,
  createAttach,
  type DownstreamOptions,
  type Providers,
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
import type { MiddlewareHandler } from "hono";

/**
 * The `Env` of an app that uses {@link downstream} with these providers: `c.var` has them by name, and `c.env` is what the
 * function form takes. Combine it with your own by `&`.
 */
export type DownstreamEnv<T extends ProvidersOrFactory> = T extends (env: infer E extends object) => infer R
  ? { Bindings: E; Variables: Attached<R extends Providers ? R : never> }
  : T extends Providers
    ? { Variables: Attached<T> }
    : never;

/** Whether Hono answered by itself; what a user's own `onError` says stays. */
async function isDefaultAnswer(response: Response): Promise<boolean> {
  const text = response.status === 500 && /^text\/plain/.test(response.headers.get("content-type") ?? "");
  return text && (await response.clone().text()) === "Internal Server Error";
}

/** Lets Hono's own error handler answer with the problem; an app's own comes first and sees the error itself. */
function throwWithAnswer(error: unknown): never {
  if (problemResponse(error))
    Object.defineProperty(error, "getResponse", { value: () => problemResponse(error), configurable: true });
  throw error;
}

/**
 * Attaches providers to each request: `c.var.graph.fetch(url)` sends the request with a fresh token. Lazy by default, so a
 * route that needs no token does not depend on the identity provider.
 *
 * A failed exchange answers problem details (RFC 9457): 503 with `Retry-After` when it may pass, 502 otherwise. An app's own
 * `onError` goes before that.
 *
 * @param source The providers by name, or a function that makes them from `c.env` (once per `env` on Workers, once elsewhere).
 * @param options `eager`: obtain every token before the handler runs. `timeoutMs`: how long a request waits, default 30,000.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is no provider and every unknown option.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 * import { type DownstreamEnv, downstream } from "@tokenhop/hono";
 * import { Hono } from "hono";
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
 * export const app = new Hono<DownstreamEnv<typeof providers>>();
 * app.use("/api/*", downstream(providers));
 * app.get("/api/users", (c) => c.var.graph.fetch("https://graph.microsoft.com/v1.0/users"));
 * ```
 */
export function downstream<T extends ProvidersOrFactory>(
  source: T,
  options: DownstreamOptions = {},
): MiddlewareHandler<DownstreamEnv<T>> {
  const attach = createAttach(source, options);
  return async function tokenhop(c, next) {
    // It has `env`, and `executionCtx` for whoever asks.
    const context = c as AttachContext;
    const { raw } = c.req;
    const attached = options.eager ? await attach.eagerly(raw, context).catch(throwWithAnswer) : attach(raw, context);
    for (const name in attached) c.set(name as never, attached[name] as never);
    await next();
    const problem = c.error && problemResponse(c.error);
    if (problem && (await isDefaultAnswer(c.res))) {
      c.res = problem;
      // Hono keeps the headers of the answer that is replaced, whatever they are.
      c.res.headers.set("cache-control", "no-store");
    }
  };
}

/** The `Env` of an app that uses {@link bearerAuth} with this. Combine it with your own by `&`. */
export type BearerAuthEnv<A extends BearerAuth> = {
  Variables: { user: A extends BearerAuth<infer C> ? VerifiedUser<C> : never };
};

/**
 * Verifies the bearer token of each request: `c.var.user` is who sent it. Who may not pass is answered problem details
 * (RFC 9457) with the challenge that is due: 401 without a good token, 400 for a header that is none, 403 without the scopes or
 * roles, 503 when the issuer's keys cannot be had. An app's own `onError` goes before that.
 *
 * @param auth What `createBearerAuth` gives, or its options.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 *
 * @example
 * ```ts
 * import { createBearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
 * import { type BearerAuthEnv, bearerAuth } from "@tokenhop/hono";
 * import { Hono } from "hono";
 *
 * const auth = createBearerAuth({
 *   issuers: entraIssuer({
 *     tenantId: "33333333-3333-4333-8333-333333333333",
 *     audience: "22222222-2222-4222-8222-222222222222",
 *   }),
 *   scopes: ["access_as_user"],
 * });
 * export const app = new Hono<BearerAuthEnv<typeof auth>>();
 * app.use("/api/*", bearerAuth(auth));
 * app.get("/api/me", (c) => c.json({ hello: c.var.user.claims.oid }));
 * ```
 */
export function bearerAuth<I extends Issuer, C extends TokenClaims = ClaimsOf<I>>(
  auth: BearerAuth<C> | BearerAuthOptions<I>,
): MiddlewareHandler<BearerAuthEnv<BearerAuth<C>>> {
  const { verify } = "verify" in auth ? auth : createBearerAuth(auth);
  return async function tokenhop(c, next) {
    const user = await verify(c.req.raw, c).catch(throwWithAnswer);
    if (!isVerifiedUser(user)) throw new ConfigError("bearerAuth()", ["verify: expected a verified user"]);
    c.set("user", user as never);
    await next();
  };
}
