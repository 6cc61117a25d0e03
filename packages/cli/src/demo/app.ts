/** The demo's app: an ordinary Hono app that calls Azure without a secret. It runs wherever Hono does. */
import { isTokenError } from "@tokenhop/core";
import { type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";
import type { DemoEvent } from "./events.ts";
import { chainedProvider, type DemoProviders, demoProviders, emulatedPlatform, hiddenChain } from "./providers.ts";
import type { DemoSettings } from "./settings.ts";

interface Resource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

interface AzureError {
  readonly error?: { readonly code?: string };
}

const CHAIN_REFUSED = 700231;

/** What came and what went since the last look, told once each. */
function changes(seen: Map<string, Resource>, now: readonly Resource[], tell: (event: DemoEvent) => void): void {
  const ids = new Set(now.map(({ id }) => id));
  for (const resource of now) {
    if (!seen.has(resource.id))
      tell({ event: "resource.new", name: resource.name, type: resource.type, id: resource.id });
    seen.set(resource.id, resource);
  }
  for (const [id, { name, type }] of seen) {
    if (ids.has(id)) continue;
    seen.delete(id);
    tell({ event: "resource.removed", name, type, id });
  }
}

async function forbidden(response: Response, tell: (event: DemoEvent) => void): Promise<void> {
  const { error } = (await response.clone().json()) as AzureError;
  tell({ event: "forbidden", status: response.status, code: error?.code ?? "unknown" });
}

/** Says how a provider was refused. What is not a refusal is the caller's to handle. */
function refused(
  error: unknown,
  tell: (event: DemoEvent) => void,
): { readonly code: string; readonly message: string } {
  if (!isTokenError(error) || !error.code.endsWith("_CHAIN")) throw error;
  tell({ event: "refused", code: error.code, aadsts: error.errorCodes?.[0] ?? CHAIN_REFUSED });
  return { code: error.code, message: error.message };
}

/**
 * The app.
 *
 * @param settings Where it runs.
 * @param tell Is told what happens, in the order in which it does.
 */
export function createApp(
  settings: DemoSettings,
  tell: (event: DemoEvent) => void,
): Hono<DownstreamEnv<DemoProviders>> {
  const platform = emulatedPlatform(settings);
  const providers = demoProviders(settings, platform, tell);
  const seen = new Map<string, Resource>();
  const app = new Hono<DownstreamEnv<DemoProviders>>();
  app.use(downstream(providers, { platform }));

  app.get("/api/resources/:group", async (c) => {
    const group = `/subscriptions/${settings.AZURE_SUBSCRIPTION_ID}/resourceGroups/${encodeURIComponent(c.req.param("group"))}`;
    const response = await c.var.arm.fetch(`https://management.azure.com${group}/resources?api-version=2021-04-01`);
    if (response.status === 403) await forbidden(response, tell);
    if (response.status === 200) changes(seen, ((await response.clone().json()) as { value: Resource[] }).value, tell);
    return new Response(response.body, response);
  });

  app.get("/api/users", async (c) => {
    const response = await c.var.graph.fetch("https://graph.microsoft.com/v1.0/users?$select=displayName");
    tell({ event: "graph", status: response.status });
    return new Response(response.body, response);
  });

  app.get("/api/users-without-app", async (c) => {
    const response = await c.var.uami.fetch("https://graph.microsoft.com/v1.0/users?$select=displayName");
    if (response.status === 403) await forbidden(response, tell);
    return new Response(response.body, response);
  });

  app.get("/mistake", (c) => {
    try {
      chainedProvider(settings, platform);
    } catch (error) {
      return c.json(refused(error, tell), 409);
    }
    return c.json({ message: "accepted, which Entra would not" }, 500);
  });

  app.get("/mistake/hidden", async (c) => {
    try {
      await hiddenChain(settings, platform).get();
    } catch (error) {
      return c.json(refused(error, tell), 409);
    }
    return c.json({ message: "accepted, which Entra would not" }, 500);
  });
  return app;
}
