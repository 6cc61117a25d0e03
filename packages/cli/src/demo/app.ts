/** The demo's app: an ordinary Hono app that calls Azure without a secret. It runs wherever Hono does. */
import { isTokenError, type Platform } from "@tokenhop/core";
import { type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";
import { ANSWERED_BY, type Tell } from "./events.ts";
import { chainedProvider, type DemoProviders, demoProviders, hiddenChain } from "./providers.ts";
import type { AppSettings } from "./settings.ts";
import { errorCodeIn, printable, readObject } from "./text.ts";

/** The app, as a server serves it. */
export type DemoApp = Hono<DownstreamEnv<DemoProviders>>;

interface Resource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

const RESOURCE_MANAGER = "Azure Resource Manager";
const GRAPH = "Microsoft Graph";
const CHAIN_REFUSED = 700231;

/** What came and what went since the last look, told once each. */
function changes(seen: Map<string, Resource>, now: readonly Resource[] | undefined, tell: Tell): void {
  if (now === undefined) return;
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

/** The resources of a list; undefined if it is none. */
function resourcesIn(body: string): readonly Resource[] | undefined {
  const { value } = readObject(body);
  const isResource = (one: unknown): one is Resource =>
    ["id", "name", "type"].every((name) => typeof (Object(one) as Record<string, unknown>)[name] === "string");
  const shown = ({ id, name, type }: Resource): Resource => ({
    id: printable(id),
    name: printable(name),
    type: printable(type),
  });
  return Array.isArray(value) ? value.filter(isResource).map(shown) : undefined;
}

/** Somebody said no, and gave this as the reason. */
export function forbidden(code: string | undefined, tell: Tell): void {
  tell({ event: "forbidden", status: 403, code: code ?? "unknown" });
}

/** Somebody else's answer, without its headers: what they allow to pages, and their cookies, are not ours to repeat. */
export function passedOn(by: string, { status, headers }: Response, body: string): Response {
  const type = headers.get("content-type");
  // Not an empty text: some statuses have no body.
  return new Response(body || null, { status, headers: { [ANSWERED_BY]: by, ...(type && { "content-type": type }) } });
}

/** Says how a provider was refused. What is not a refusal is the caller's to handle. */
function refused(error: unknown, tell: Tell): { readonly code: string; readonly message: string } {
  if (!isTokenError(error) || !error.code.endsWith("_CHAIN")) throw error;
  tell({ event: "refused", code: error.code, aadsts: error.errorCodes?.[0] ?? CHAIN_REFUSED });
  return { code: error.code, message: error.message };
}

/** A web page can lead a name of its own to this machine, and then read what the app answers; but not under our name. */
function isOurs(url: string): boolean {
  return ["127.0.0.1", "localhost"].includes(new URL(url).hostname);
}

/** A web page can also ask without reading the answer. A browser says so; no program does, nor a browser of what its user typed. */
function isFromPage(headers: Headers): boolean {
  return headers.has("origin") || (headers.get("sec-fetch-site") ?? "none") !== "none";
}

/**
 * The app.
 *
 * @param settings Whom it becomes, and where it looks.
 * @param platform Where that leads to.
 * @param tell Is told what happens, in the order in which it does.
 */
export function createApp(settings: AppSettings, platform: Platform, tell: Tell): DemoApp {
  const providers = demoProviders(settings, platform, tell);
  const seen = new Map<string, Map<string, Resource>>();
  const app: DemoApp = new Hono();
  app.use(async (c, next) => {
    if (!isOurs(c.req.url)) return c.text("Misdirected Request", 421);
    return isFromPage(c.req.raw.headers) ? c.text("Forbidden: not for web pages", 403) : next();
  });
  app.use(downstream(providers, { platform }));

  app.get("/api/resources/:group", async (c) => {
    const name = c.req.param("group");
    const group = `/subscriptions/${settings.AZURE_SUBSCRIPTION_ID}/resourceGroups/${encodeURIComponent(name)}`;
    const response = await c.var.arm.fetch(`https://management.azure.com${group}/resources?api-version=2021-04-01`);
    const known = seen.get(name) ?? new Map<string, Resource>();
    seen.set(name, known);
    const body = await response.text();
    if (response.status === 403) forbidden(errorCodeIn(body), tell);
    if (response.status === 200) changes(known, resourcesIn(body), tell);
    return passedOn(RESOURCE_MANAGER, response, body);
  });

  app.get("/api/users", async (c) => {
    const response = await c.var.graph.fetch("https://graph.microsoft.com/v1.0/users?$select=displayName");
    tell({ event: "graph", status: response.status });
    return passedOn(GRAPH, response, await response.text());
  });

  app.get("/api/users-without-app", async (c) => {
    const response = await c.var.uami.fetch("https://graph.microsoft.com/v1.0/users?$select=displayName");
    const body = await response.text();
    if (response.status === 403) forbidden(errorCodeIn(body), tell);
    return passedOn(GRAPH, response, body);
  });

  // The next request gets a new credential, for whoever does not want to wait for the end of this one.
  app.post("/refresh", (c) => {
    providers.arm.invalidate();
    return c.body(null, 204);
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
