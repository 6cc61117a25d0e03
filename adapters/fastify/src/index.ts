/**
 * Fastify plugins that put downstream credentials, and the verified user, onto each request.
 *
 * Import from `@tokenhop/fastify`.
 */
import {
  type Attached,
  ConfigError,
  createAttach,
  type DownstreamOptions,
  type ProvidersFrom,
  type ProvidersOrFactory,
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
import type { FastifyRequest } from "fastify";
import { sentAs } from "./headers.ts";
import { decorate, type Incoming, pluginOf, type RequestPlugin } from "./plugin.ts";

export type { RequestPlugin } from "./plugin.ts";

/**
 * Attaches providers to each request of the scope that registers the plugin, and of those within: `cloud.of(request).graph.fetch(url)`
 * sends a request with a fresh token. Lazy by default, so a route that needs no token does not depend on the identity provider.
 *
 * The request is decorated with each provider's name as well (`request.graph`), unless a function makes them; that needs
 * `declare module "fastify"` for its type, or `request.getDecorator`.
 *
 * A failed exchange answers problem details (RFC 9457): 503 with `Retry-After` when it may pass, 502 otherwise. An error handler
 * of your own goes before that, and finds the same in the error's `statusCode` and `headers`.
 *
 * @param source The providers by name, or a function that makes them from the environment: called once, for the first request.
 * @param options `eager`: obtain every token before the handler runs. `timeoutMs`: how long a request waits, default 30,000.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is no provider and every unknown option; `register` fails
 * with it when a request has something of a provider's name already.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 * import { downstream } from "@tokenhop/fastify";
 * import { fastify } from "fastify";
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
 * const app = fastify();
 * app.register(cloud);
 * app.get("/api/users", (request) => cloud.of(request).graph.fetch("https://graph.microsoft.com/v1.0/users"));
 * ```
 */
export function downstream<T extends ProvidersOrFactory>(
  source: T,
  options: DownstreamOptions = {},
): RequestPlugin<Attached<ProvidersFrom<T>>> {
  type All = Attached<ProvidersFrom<T>>;
  const attach = createAttach(source, options);
  const slot = Symbol("@tokenhop/fastify: what is attached");
  type Slotted = Incoming & { [slot]?: All };
  const of = (request: Slotted): All | undefined => {
    if (slot in request) request[slot] ??= attach(() => requestHead(request));
    return request[slot];
  };
  return pluginOf(
    "downstream",
    (app) => {
      app.decorateRequest(slot);
      for (const name of typeof source === "function" ? [] : Object.keys(source)) {
        decorate(app, name, function (this: Slotted) {
          return of(this)?.[name];
        });
      }
      if (!options.eager) return;
      app.addHook("onRequest", async (request: FastifyRequest & Slotted) => {
        request[slot] = await attach.eagerly(() => requestHead(request));
      });
    },
    of,
  );
}

/**
 * Verifies the bearer token of each request of the scope that registers the plugin, and of those within, before the body is read.
 * Who sent it is `auth.of(request)`, and `request.user`. A request without a good token is answered 401, 403 or 400 with the
 * challenge, or 503 when there are no keys; an error handler of your own goes before that.
 *
 * @param auth What `createBearerAuth` gives, or its options.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option; `register` fails with it when requests have a `user` already.
 *
 * @example
 * ```ts
 * import { entraIssuer } from "@tokenhop/core/bearer-auth";
 * import { bearerAuth } from "@tokenhop/fastify";
 * import { fastify } from "fastify";
 *
 * const auth = bearerAuth({
 *   issuers: entraIssuer({ tenantId: process.env.AZURE_TENANT_ID, audience: process.env.API_CLIENT_ID }),
 *   scopes: ["access"],
 * });
 * const app = fastify();
 * app.register(async (api) => {
 *   api.register(auth);
 *   api.get("/api/me", (request) => ({ oid: auth.of(request).claims.oid }));
 * });
 * ```
 */
export function bearerAuth<I extends Issuer, C extends TokenClaims = ClaimsOf<I>>(
  auth: BearerAuthOptions<I> | BearerAuth<C>,
): RequestPlugin<VerifiedUser<C>> {
  const verifier = ("verify" in auth ? auth : createBearerAuth(auth)) as BearerAuth<C>;
  const slot = Symbol("@tokenhop/fastify: who was verified");
  type Verified = Incoming & { user?: VerifiedUser<C>; [slot]?: VerifiedUser<C> };
  return pluginOf(
    "bearerAuth",
    (app) => {
      decorate(app, "user");
      app.decorateRequest(slot);
      app.addHook("onRequest", async (request: FastifyRequest & Verified) => {
        const user = await verifier.verify({ headers: { get: (name) => sentAs(request, name) } });
        if (!isVerifiedUser(user)) throw new ConfigError("bearerAuth()", ["verify: expected a verified user"]);
        request.user = user;
        request[slot] = user;
      });
    },
    // Its own alone: what else is there under that name was let in by other rules.
    (request: Verified) => request[slot],
  );
}
