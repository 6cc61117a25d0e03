/** Every route, found by its path on any allowed host: the real names through an injected fetch, or one loopback origin. */
import { type Context, Hono } from "hono";
import { type AdminOptions, adminRoutes } from "./admin/routes.ts";
import { answerRoute } from "./answer.ts";
import { arm } from "./arm/arm.ts";
import { blobService } from "./blob/blob.ts";
import { instanceDiscovery, openidConfiguration, tenantKeys } from "./entra/discovery.ts";
import { tokenEndpoint } from "./entra/token-endpoint.ts";
import { listOrganization, listUsers, readMe, readUser } from "./graph/graph.ts";
import { appService } from "./identity/app-service.ts";
import { imds } from "./identity/imds.ts";
import { keyVault } from "./keyvault/keyvault.ts";
import type { RouteName } from "./log.ts";
import { routedPath } from "./oidc/issuer-path.ts";
import { providerConfiguration, providerKeys, providerToken } from "./oidc/provider.ts";
import { openai } from "./openai/openai.ts";
import { serviceAddress, servicePath } from "./services/address.ts";
import type { Call, Handler } from "./world.ts";

/** What the router needs. */
export interface RouterOptions extends AdminOptions {
  isAllowedHost(request: Request): boolean;
}

/** Builds the router. */
export function createRouter(options: RouterOptions): Hono {
  const { world, isAllowedHost } = options;
  const providers = world.config.oidcProviders ?? [];
  const getPath = (request: Request): string => {
    const url = new URL(request.url);
    const address = serviceAddress(url);
    return address ? servicePath(address.service) : routedPath(url, providers);
  };
  const app = new Hono({ getPath });
  const route = (name: RouteName, handler: Handler) => async (c: Context) =>
    answerRoute(world, name, handler, await readCall(c));

  app.use(async (c, next) => {
    if (!isAllowedHost(c.req.raw)) {
      const { host } = new URL(c.req.url);
      return c.json({ error: `The emulator does not answer for ${host}; name it in the option allowedHosts` }, 421);
    }
    return next();
  });
  // The default would print the error; whoever called shall see it.
  app.onError((error) => {
    throw error;
  });

  app.post("/:tenant/oauth2/v2.0/token", route("token", tokenEndpoint));
  app.get("/:tenant/v2.0/.well-known/openid-configuration", route("openid-configuration", openidConfiguration));
  app.get("/:tenant/discovery/v2.0/keys", route("keys", tenantKeys));
  app.get("/common/discovery/instance", route("instance-discovery", instanceDiscovery));

  app.get("/metadata/identity/oauth2/token", route("imds", imds));
  app.get("/metadata/identity/oauth2/token/", route("imds", imds));
  app.get("/msi/token", route("app-service", appService));

  app.all("/subscriptions/*", route("arm", arm));
  app.get("/v1.0/users", route("graph", listUsers));
  app.get("/v1.0/users/:user", route("graph", readUser));
  app.get("/v1.0/organization", route("graph", listOrganization));
  app.get("/v1.0/me", route("graph", readMe));

  app.all(servicePath("blob"), route("blob", blobService));
  app.all(servicePath("key-vault"), route("key-vault", keyVault));
  app.all(servicePath("openai"), route("openai", openai));

  app.get("/oidc/:provider/.well-known/openid-configuration", route("oidc-discovery", providerConfiguration));
  app.get("/oidc/:provider/jwks", route("oidc-jwks", providerKeys));
  app.on(["GET", "POST"], "/oidc/:provider/token", route("oidc-token", providerToken));

  app.route("/admin", adminRoutes(options));
  return app;
}

async function readCall(c: Context): Promise<Call> {
  const { raw } = c.req;
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  const body = new TextDecoder().decode(bytes);
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(raw.headers.get("content-type") ?? "");
  return {
    method: raw.method,
    url: new URL(raw.url),
    headers: raw.headers,
    signal: raw.signal,
    params: c.req.param(),
    form: new URLSearchParams(isForm ? body : ""),
    bytes,
    body,
  };
}
