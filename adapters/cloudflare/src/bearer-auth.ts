/** Handlers behind a verified bearer token. */
import {
  type Attached,
  ConfigError,
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
import type { DownstreamWorker, EnvOf } from "./downstream.ts";
import { answering, handlersOf, type Wrapped } from "./handlers.ts";
import { workersPlatform } from "./platform.ts";
import type { WorkerWrapper } from "./types.ts";

type AuthSource<I extends Issuer, C extends TokenClaims> = BearerAuthOptions<I> | BearerAuth<C>;

/** Verification for an `env`: made once for each where it is made of that. */
function authOf<I extends Issuer, C extends TokenClaims, Env>(
  source: AuthSource<I, C> | ((env: Env) => AuthSource<I, C>),
): (env: unknown) => BearerAuth {
  const platform = workersPlatform();
  const create = (one: AuthSource<I, C>): BearerAuth =>
    "verify" in one ? one : createBearerAuth({ ...one, platform: one.platform ?? platform });
  if (typeof source !== "function") {
    const auth = create(source);
    return () => auth;
  }
  const made = new WeakMap<object, BearerAuth>();
  return (env) => {
    const key = (env ?? platform.env) as object;
    const auth = made.get(key) ?? create(source(key as Env));
    made.set(key, auth);
    return auth;
  };
}

/** What {@link bearerAuth} gives handlers of `fetch`. */
export interface Authenticated<C extends TokenClaims = TokenClaims> {
  readonly user: VerifiedUser<C>;
}

/**
 * Verifies the bearer token of each request and gives `fetch` who sent it, as `user` in its fourth argument. A request without a
 * good token does not reach it: it is answered 401, 403 or 400 with the challenge, or 503 when there are no keys. Cron triggers,
 * queues and e-mails carry no token; their handlers are as they would be without this. Call it at module level; nothing happens
 * there.
 *
 * @param source What `createBearerAuth` gives, or its options, or a function that makes them from `env` (once for each `env`).
 * @param then What {@link downstream} gives: handlers are given its providers besides, attached when the user is known.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option; from a function, with the first request.
 *
 * @example
 * ```ts
 * import { bearerAuth } from "@tokenhop/cloudflare";
 * import { entraIssuer } from "@tokenhop/core/bearer-auth";
 *
 * interface Env {
 *   readonly TENANT_ID: string;
 *   readonly API_CLIENT_ID: string;
 * }
 *
 * const signedIn = bearerAuth((env: Env) => ({
 *   issuers: entraIssuer({ tenantId: env.TENANT_ID, audience: env.API_CLIENT_ID }),
 *   scopes: ["access_as_user"],
 * }));
 *
 * export default signedIn({
 *   async fetch(_request, _env, _ctx, { user }) {
 *     return Response.json({ hello: user.claims.oid });
 *   },
 * });
 * ```
 */
export function bearerAuth<
  I extends Issuer,
  C extends TokenClaims = ClaimsOf<I>,
  Env = unknown,
  T extends ProvidersOrFactory = Record<never, never>,
>(
  source: AuthSource<I, C> | ((env: Env) => AuthSource<I, C>),
  then?: DownstreamWorker<T>,
): WorkerWrapper<Env & EnvOf<T>, Authenticated<C> & Attached<ProvidersFrom<T>>, Attached<ProvidersFrom<T>>> {
  const authFor = authOf(source);
  const attach = then as ((handlers: object) => object) | undefined;
  const worker = (handlers: object): Wrapped =>
    handlersOf("bearerAuth()", attach?.(handlers) ?? handlers, (name, handle) =>
      name === "fetch"
        ? answering(async (request, env, ctx) => {
            const user = await authFor(env).verify(request as Request, { executionCtx: ctx });
            if (!isVerifiedUser(user)) throw new ConfigError("bearerAuth()", ["verify: expected a verified user"]);
            return handle(request, env, ctx, { user });
          })
        : handle,
    );
  return worker as ReturnType<typeof bearerAuth<I, C, Env, T>>;
}
