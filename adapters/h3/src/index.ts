/**
 * h3 middleware that puts downstream credentials, and who sent the request, into an event's context.
 *
 * Import from `@tokenhop/h3`.
 */
import {
  type AttachContext,
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
import { type H3Event, HTTPError, type HTTPEvent, type Middleware } from "h3";

/** A middleware, and what it gave an event. h3 has one type for the context of every app; this has the middleware's own. */
export interface EventMiddleware<Given> extends Middleware {
  /** @throws {ConfigError} `ERR_CONFIG_INVALID` for an event that did not pass such a middleware. */
  of(event: HTTPEvent): Given;
}

const requestOf = ({ req }: H3Event): Request => req as unknown as Request;

/** What the event's server knows besides the request. Where there is no `env`, the request itself says it: it may have `waitUntil`. */
const surroundingsOf = ({ req }: H3Event): AttachContext =>
  req.runtime?.cloudflare ? { env: req.runtime.cloudflare.env, waitUntil: req.waitUntil } : req;

/** What one middleware gave to events. */
interface Given<T> {
  get(event: HTTPEvent): T | undefined;
  set(event: HTTPEvent, given: T): void;
}

/** On the event itself, by a key that nobody else has: a `WeakMap` would cost more than the rest of the middleware. */
function givenTo<T>(): Given<T> {
  const key = Symbol("@tokenhop/h3");
  const keyed = (event: HTTPEvent): { [key]?: T } => event as { [key]?: T };
  return {
    get: (event) => keyed(event)[key],
    set(event, given) {
      keyed(event)[key] = given;
    },
  };
}

/** Looks up what one middleware gave. Its own alone: what another one put into the context was let in by other rules. */
const ofIn =
  <T>(what: string, given: Given<T>) =>
  (event: HTTPEvent): T => {
    const found = given.get(event);
    if (found === undefined) throw new ConfigError(`${what}.of()`, ["event: its route does not use this middleware"]);
    return found;
  };

/** Has h3 answer the problem, unless an app's own `onError` does, which finds the error itself in `cause`. */
async function fail(error: unknown): Promise<never> {
  const problem = problemResponse(error);
  if (problem === undefined) throw error;
  const body = (await problem.json()) as { readonly title: string };
  const { status, headers } = problem;
  throw Object.assign(new HTTPError(body.title, { status, headers, body: { ...body } }), { cause: error });
}

/** What comes of it, and of what it promises; where h3 needs no promise, none is made. */
function orFail<T>(run: () => T): T | Promise<Awaited<T>> {
  try {
    const result = run();
    // By class it is not told: some libraries put one of their own in the place of Promise.
    const isPromised = typeof (result as PromiseLike<unknown> | undefined)?.then === "function";
    return isPromised ? Promise.resolve(result).catch(fail) : result;
  } catch (error) {
    return fail(error);
  }
}

/**
 * Attaches providers to each event: `cloud.of(event).graph.fetch(url)` sends the request with a fresh token. Lazy by
 * default, so a route that needs no token does not depend on the identity provider.
 *
 * A failed exchange answers problem details (RFC 9457): 503 with `Retry-After` when it may pass, 502 otherwise. An app's own
 * `onError` goes before that, and finds the error in `error.cause`.
 *
 * @param source The providers by name, or a function that makes them from the Worker's `env` (once per `env` on Workers, where
 *   h3 is told of it by its own `serve` or by Nitro; once elsewhere).
 * @param options `eager`: obtain every token before the handler runs. `timeoutMs`: how long a request waits, default 30,000.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is no provider and every unknown option.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 * import { downstream } from "@tokenhop/h3";
 * import { H3 } from "h3";
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
 * export const app = new H3();
 * app.use("/api/**", cloud);
 * app.get("/api/users", (event) => cloud.of(event).graph.fetch("https://graph.microsoft.com/v1.0/users"));
 * ```
 */
export function downstream<T extends ProvidersOrFactory>(
  source: T,
  options: DownstreamOptions = {},
): EventMiddleware<Attached<ProvidersFrom<T>>> {
  const attach = createAttach(source, options);
  type All = Attached<ProvidersFrom<T>>;
  const given = givenTo<All>();
  function put(event: H3Event, attached: All, next: () => unknown): unknown {
    const { context } = event;
    for (const name in attached) context[name] = attached[name];
    given.set(event, attached);
    return orFail(next);
  }
  const middleware: Middleware = function tokenhop(event, next) {
    const request = requestOf(event);
    const surroundings = surroundingsOf(event);
    if (!options.eager) return put(event, attach(request, surroundings), next);
    return attach.eagerly(request, surroundings).then((attached) => put(event, attached, next), fail);
  };
  return Object.assign(middleware, { of: ofIn("downstream()", given) });
}

/**
 * Verifies the bearer token of each event: `auth.of(event)` is whom this middleware has verified, `event.context.user` whom the
 * last one has. Who may not pass is answered problem details (RFC 9457) with the challenge that is due: 401 without a good token,
 * 400 for a header that is none, 403 without the scopes or roles, 503 when the issuer's keys cannot be had. An app's own
 * `onError` goes before that.
 *
 * @param auth What `createBearerAuth` gives, or its options.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 *
 * @example
 * ```ts
 * import { entraIssuer } from "@tokenhop/core/bearer-auth";
 * import { bearerAuth } from "@tokenhop/h3";
 * import { H3 } from "h3";
 *
 * const auth = bearerAuth({
 *   issuers: entraIssuer({
 *     tenantId: "33333333-3333-4333-8333-333333333333",
 *     audience: "22222222-2222-4222-8222-222222222222",
 *   }),
 *   scopes: ["access_as_user"],
 * });
 * export const app = new H3();
 * app.use("/api/**", auth);
 * app.get("/api/me", (event) => ({ hello: auth.of(event).claims.oid }));
 * ```
 */
export function bearerAuth<I extends Issuer, C extends TokenClaims = ClaimsOf<I>>(
  auth: BearerAuth<C> | BearerAuthOptions<I>,
): EventMiddleware<VerifiedUser<C>> {
  const { verify } = ("verify" in auth ? auth : createBearerAuth(auth)) as BearerAuth<C>;
  const given = givenTo<VerifiedUser<C>>();
  const middleware: Middleware = async function tokenhop(event, next) {
    const user = await orFail(() => verify(event.req, surroundingsOf(event)));
    if (!isVerifiedUser(user)) throw new ConfigError("bearerAuth()", ["verify: expected a verified user"]);
    event.context.user = user;
    given.set(event, user);
    return orFail(next);
  };
  return Object.assign(middleware, { of: ofIn("bearerAuth()", given) });
}
