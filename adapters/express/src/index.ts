/**
 * Express middleware that puts downstream credentials, and the verified user, into `res.locals`.
 *
 * Import from `@tokenhop/express`.
 */
import {
  type Attached,
  ConfigError,
  createAttach,
  type DownstreamOptions,
  type ProvidersFrom,
  type ProvidersOrFactory,
  problemResponse,
  requestHead,
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
import type { NextFunction, Request, Response } from "express";
import { answerable, withAnswerableErrors } from "./answerable.ts";
import { sentAs } from "./headers.ts";
import { send } from "./send.ts";

export { send };

/** What {@link downstream} puts into `res.locals`. A handler says so of its `res`: `Response<unknown, DownstreamLocals<typeof providers>>`. */
export type DownstreamLocals<T extends ProvidersOrFactory> = Attached<ProvidersFrom<T>>;

/** What {@link bearerAuth} puts into `res.locals`. Join it by `&` with {@link DownstreamLocals} and your own. */
export interface AuthLocals<C extends TokenClaims = TokenClaims> {
  readonly user: VerifiedUser<C>;
}

type Locals = { readonly locals: object };
type Incoming = Pick<Request, "method" | "originalUrl" | "headers" | "rawHeaders">;

/** Middleware that fills `res.locals`. */
export interface LocalsMiddleware<L extends object> {
  // By this one it stands beside other middleware, whatever that puts there.
  (request: Incoming, response: Locals, next: NextFunction): unknown;
  // By this one, the last, a handler behind it in the same call knows its `res.locals`.
  (request: Incoming, response: { readonly locals: L }, next: NextFunction): unknown;
}

/**
 * Attaches providers to each request: `res.locals.graph.fetch(url)` sends a request with a fresh token. Lazy by default, so a
 * route that needs no token does not depend on the identity provider.
 *
 * An exchange that failed reaches your error handlers with the `status` (503 when it may pass, 502 otherwise) and `headers` of
 * the answer, which is what Express' own answers with too; what the other server answered is in its `errorCodes` and message.
 * {@link problems} answers problem details.
 *
 * @param source The providers by name, or a function that makes them from the environment: called once, for the first request.
 * @param options `eager`: obtain every token before the handler runs. `timeoutMs`: how long a request waits, default 30,000.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is no provider and every unknown option.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 * import { type DownstreamLocals, downstream, problems, send } from "@tokenhop/express";
 * import express, { type Response } from "express";
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
 * const app = express();
 * app.use("/api", downstream(providers));
 * app.get("/api/users", (_req, res: Response<unknown, DownstreamLocals<typeof providers>>) =>
 *   send(res, res.locals.graph.fetch("https://graph.microsoft.com/v1.0/users")),
 * );
 * app.use(problems);
 * ```
 */
export function downstream<T extends ProvidersOrFactory>(
  source: T,
  options: DownstreamOptions = {},
): LocalsMiddleware<DownstreamLocals<T>> {
  const attach = createAttach(withAnswerableErrors(source), options);
  return function tokenhop(request: Incoming, { locals }: Locals, next: NextFunction) {
    const head = (): globalThis.Request => {
      // A router takes its own part off `url`.
      const { method, originalUrl: url, headers } = request;
      return requestHead({ method, url, headers });
    };
    if (options.eager) {
      return attach.eagerly(head).then((attached) => {
        Object.assign(locals, attached);
        next();
      });
    }
    Object.assign(locals, attach(head));
    next();
  };
}

/**
 * Verifies the bearer token of each request and puts who sent it into `res.locals.user`. A request without a good one gets no
 * further: the error carries `status` (401, 403, 400, or 503 when there are no keys) and `headers` with the challenge, and
 * {@link problems} answers it.
 *
 * @param auth What `createBearerAuth` gives, or its options.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 *
 * @example
 * ```ts
 * import { entraIssuer } from "@tokenhop/core/bearer-auth";
 * import { bearerAuth, problems } from "@tokenhop/express";
 * import express from "express";
 *
 * const issuers = entraIssuer({ tenantId: process.env.AZURE_TENANT_ID, audience: process.env.API_CLIENT_ID });
 * const app = express();
 * app.get("/api/me", bearerAuth({ issuers, scopes: ["access"] }), (_req, res) => {
 *   res.json({ oid: res.locals.user.claims.oid });
 * });
 * app.use(problems);
 * ```
 */
export function bearerAuth<I extends Issuer, C extends TokenClaims = ClaimsOf<I>>(
  auth: BearerAuthOptions<I> | BearerAuth<C>,
): LocalsMiddleware<AuthLocals<C>> {
  const verifier = ("verify" in auth ? auth : createBearerAuth(auth)) as BearerAuth<C>;
  return async function tokenhop(request: Incoming, { locals }: Locals, next: NextFunction) {
    const headers = { get: (name: string) => sentAs(request, name) };
    const user = await verifier.verify({ headers }).catch((error) => {
      throw answerable(error);
    });
    if (!isVerifiedUser(user)) throw new ConfigError("bearerAuth()", ["verify: expected a verified user"]);
    Object.assign(locals, { user });
    next();
  };
}

/**
 * The error handler that answers failures of {@link downstream} and {@link bearerAuth} with problem details (RFC 9457), and
 * hands on every other error. Put it behind the routes; your own error handlers in front of it come first.
 *
 * @example
 * ```ts
 * import { isTokenError } from "@tokenhop/core";
 * import { problems } from "@tokenhop/express";
 * import express, { type ErrorRequestHandler } from "express";
 *
 * const logged: ErrorRequestHandler = (error, _req, _res, next) => {
 *   if (isTokenError(error)) console.error(error.code, error.errorCodes, error.correlationId);
 *   next(error);
 * };
 * express().use(logged, problems);
 * ```
 */
export function problems(error: unknown, _request: unknown, response: Response, next: NextFunction): unknown {
  const problem = response.headersSent ? undefined : problemResponse(error);
  return problem ? send(response, problem) : next(error);
}
