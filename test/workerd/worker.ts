/**
 * The Worker under test: what a user would write, plus handlers that end badly. It runs in workerd as it is, so nothing here
 * may need Node. Each world is a provider of its own, made by the first request that names it.
 */
import { type BearerToken, type CredentialProvider, defaultPlatform, federate, type Platform } from "@tokenhop/core";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { type EntraParams, entra } from "@tokenhop/core/targets/entra";
import { type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";
import { clientIdOf, type Order, orderIn, TENANT, USER_HEADER } from "./order.ts";

/** Keeps the runtime alive for work that outlives a request. */
type WaitUntil = (work: Promise<unknown>) => void;

/** What a Worker is given beside the request. */
interface ExecutionContext {
  readonly props: unknown;
  waitUntil(work: Promise<unknown>): void;
  passThroughOnException(): void;
}

interface Env {
  /** The origin of everything that it talks to. */
  readonly UPSTREAM: string;
}

/** A Worker's module. */
export interface Worker {
  fetch(request: Request, env: Env, context: ExecutionContext): Response | Promise<Response>;
}

type Provider = CredentialProvider<BearerToken, EntraParams>;
type GetToken = () => Promise<string>;

function platformFor({ keep }: Order, { UPSTREAM }: Env, waitUntil: WaitUntil): Platform {
  return {
    ...defaultPlatform(),
    env: { IDENTITY_ENDPOINT: `${UPSTREAM}/msi/token`, IDENTITY_HEADER: "the-header" },
    ...(keep === "platform" && { waitUntil }),
  };
}

function providerFor(order: Order, env: Env, waitUntil: WaitUntil): Provider {
  const clientId = clientIdOf(order.world);
  return federate({
    from: order.perUser
      ? fromRequest((request) => request.headers.get(USER_HEADER), { provenance: "external" })
      : managedIdentity({ clientId }),
    to: entra({ tenantId: TENANT, clientId, authority: env.UPSTREAM, allowHttpLoopback: true }),
    platform: platformFor(order, env, waitUntil),
    limits: { joinTimeoutMs: order.joinTimeoutMs },
  });
}

/** What the handler does with its token, if it waits for it at all. */
async function obey({ act, ms, world }: Order, { UPSTREAM }: Env, getToken: GetToken): Promise<Response> {
  if (act === "throw" || act === "leave") {
    getToken().catch(() => undefined);
    // A fetch of its own, which is answered when the test wants this handler to end.
    if (ms > 0) await fetch(`${UPSTREAM}/until?world=${world}`);
    if (act === "leave") return new Response("left");
    throw new Error("The handler throws");
  }
  const token = await getToken();
  if (act === "get") return new Response(token);
  return fetch(`${UPSTREAM}/api?ms=${ms}`, { headers: { authorization: `Bearer ${token}` } });
}

/** By hono's middleware, as most users have it. */
function viaAdapter(
  order: Order,
  provider: Provider,
  request: Request,
  env: Env,
  context: ExecutionContext,
): Response | Promise<Response> {
  const app = new Hono<DownstreamEnv<{ api: Provider }>>();
  app.use(downstream({ api: provider }));
  app.get("/:act", (c) => obey(order, env, () => c.var.api.with({ scope: order.scope }).token()));
  return app.fetch(request, env, context);
}

/** The Worker; `waitUntil` is the one of "cloudflare:workers". */
export function createWorker(waitUntil: WaitUntil): Worker {
  const worlds = new Map<number, Provider>();
  return {
    async fetch(request, env, context) {
      const order = orderIn(request.url);
      const provider = worlds.get(order.world) ?? providerFor(order, env, waitUntil);
      worlds.set(order.world, provider);
      if (order.keep === "adapter") return viaAdapter(order, provider, request, env, context);
      const own = order.keep === "call" ? { waitUntil: (work: Promise<unknown>) => context.waitUntil(work) } : {};
      const view = provider.with({ scope: order.scope });
      return obey(order, env, async () => (await view.get({ request, ...own })).token.reveal());
    },
  };
}
