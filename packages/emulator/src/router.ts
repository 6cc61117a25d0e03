/** Every route, found by its path on any allowed host: the real names through an injected fetch, or one loopback origin. */
import { type Context, Hono } from "hono";
import { type AdminOptions, adminRoutes } from "./admin/routes.ts";
import { answerRoute } from "./answer.ts";
import { arm } from "./arm/arm.ts";
import { outboundIssuerService } from "./aws/issuer.ts";
import { ecsCredentials, podCredentials } from "./aws/machine/container.ts";
import { imdsMetadata, imdsToken } from "./aws/machine/imds.ts";
import { s3Service } from "./aws/s3/s3.ts";
import { stsService } from "./aws/sts/sts.ts";
import { blobService } from "./blob/blob.ts";
import { instanceDiscovery, openidConfiguration, tenantKeys } from "./entra/discovery.ts";
import { tokenEndpoint } from "./entra/token-endpoint.ts";
import { iamCredentials } from "./gcp/iam-credentials.ts";
import { googleConfiguration, googleKeys } from "./gcp/id-token.ts";
import { metadataServer } from "./gcp/metadata.ts";
import { listBuckets } from "./gcp/storage.ts";
import { stsToken } from "./gcp/sts.ts";
import { listOrganization, listUsers, readMe, readUser } from "./graph/graph.ts";
import { appService } from "./identity/app-service.ts";
import { imds } from "./identity/imds.ts";
import { keyVault } from "./keyvault/keyvault.ts";
import { clusterConfiguration, clusterJwks } from "./kubernetes/discovery.ts";
import { tokenRequest } from "./kubernetes/token-request.ts";
import type { RouteName } from "./log.ts";
import { routedPath } from "./oidc/issuer-path.ts";
import { providerConfiguration, providerKeys, providerToken } from "./oidc/provider.ts";
import { openai } from "./openai/openai.ts";
import { azureArc } from "./platforms/azure-arc.ts";
import { azureMl } from "./platforms/azure-ml.ts";
import { azurePipelinesToken } from "./platforms/azure-pipelines.ts";
import { buildkiteToken } from "./platforms/buildkite.ts";
import { cloudShell } from "./platforms/cloud-shell.ts";
import { flyToken } from "./platforms/fly.ts";
import { machinePath } from "./platforms/machine-path.ts";
import { vercelToken } from "./platforms/vercel.ts";
import { serviceAddress, servicePath } from "./services/address.ts";
import type { Call, Handler } from "./world.ts";

/** What the router needs. */
export interface RouterOptions extends AdminOptions {
  isAllowedHost(request: Request): boolean;
}

/** Builds the router. */
export function createRouter(options: RouterOptions): Hono {
  const { world, isAllowedHost } = options;
  const getPath = (request: Request): string => {
    const url = new URL(request.url);
    const address = serviceAddress(url);
    // Google's hosts stand for services, not for somebody's resources, and share no path.
    if (address?.service === "google-apis") return address.path;
    return address ? servicePath(address.service) : (machinePath(url) ?? routedPath(url, world.config));
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

  app.on(["GET", "POST"], servicePath("aws-sts"), route("aws-sts", stsService));
  app.all(servicePath("aws-s3"), route("aws-s3", s3Service));
  app.all(servicePath("aws-issuer"), route("aws-issuer", outboundIssuerService));
  app.put("/latest/api/token", route("aws-imds", imdsToken));
  app.get("/latest/meta-data/*", route("aws-imds", imdsMetadata));
  app.get("/v1/credentials", route("aws-container", podCredentials));
  app.get("/v2/credentials/:id", route("aws-container", ecsCredentials));

  app.post("/v1/token", route("gcp-sts", stsToken));
  app.post("/v1/projects/:project/serviceAccounts/:operation", route("gcp-iam-credentials", iamCredentials));
  app.get("/storage/v1/b", route("gcp-storage", listBuckets));
  app.get("/oauth2/v3/certs", route("google-issuer", googleKeys));
  app.get(servicePath("google-accounts"), route("google-issuer", googleConfiguration));
  app.get("/computeMetadata/*", route("gcp-metadata", metadataServer));

  app.post("/api/v1/namespaces/:namespace/serviceaccounts/:name/token", route("kubernetes-token", tokenRequest));
  app.get("/.well-known/openid-configuration", route("kubernetes-issuer", clusterConfiguration));
  app.get("/openid/v1/jwks", route("kubernetes-issuer", clusterJwks));

  const pipelineJob = "/:project/_apis/distributedtask/hubs/:hub/plans/:plan/jobs/:job/oidctoken";
  app.post(`/:organization${pipelineJob}`, route("azure-pipelines", azurePipelinesToken));
  app.post("/v3/jobs/:job/oidc/tokens", route("buildkite", buildkiteToken));
  app.post("/~token", route("vercel", vercelToken));
  app.post("/v1/tokens/oidc", route("fly", flyToken));
  app.get("/arc/metadata/identity/oauth2/token", route("azure-arc", azureArc));
  app.get("/azureml/msi/token", route("azure-ml", azureMl));
  app.post("/oauth2/token", route("cloud-shell", cloudShell));

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
