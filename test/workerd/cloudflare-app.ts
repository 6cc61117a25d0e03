/**
 * The Worker that the tests of `@tokenhop/cloudflare` play with, as a user would write it: everything is made at module level.
 * It runs in workerd as it is. Each service that serves it has a world of its own by its bindings.
 */
import { env as bindings, WorkerEntrypoint } from "cloudflare:workers";
import { downstream, workersPlatform } from "@tokenhop/cloudflare";
import {
  type Attached,
  type BearerToken,
  type CredentialProvider,
  defaultPlatform,
  federate,
  isTokenError,
  type Platform,
  type Target,
  TokenError,
} from "@tokenhop/core";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { type EntraParams, entra } from "@tokenhop/core/targets/entra";
import { SCOPE, TENANT, USER_HEADER } from "./order.ts";

/** Texts of the service's own. `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` are there too, for the source. */
export interface Env {
  readonly UPSTREAM: string;
  readonly CLIENT_ID: string;
}

type Api = CredentialProvider<BearerToken, EntraParams>;

/** Where only the adapter says how work may outlive what began it. */
const bare: Platform = { ...defaultPlatform(), env: workersPlatform().env };

const targetOf = ({ UPSTREAM, CLIENT_ID }: Env): Target<BearerToken, EntraParams> =>
  entra({
    tenantId: TENANT,
    clientId: CLIENT_ID,
    scope: SCOPE,
    authority: UPSTREAM,
    allowHttpLoopback: true,
    hosts: [UPSTREAM],
  });

/** The API as the Worker's own identity. */
export const apiOf = (env: Env, platform: Platform = bare): Api =>
  federate({
    from: managedIdentity({ clientId: env.CLIENT_ID }),
    to: targetOf(env),
    platform,
    limits: { attempts: 1 },
  });

/** The same as the user whose token comes with the request. */
const mineOf = (env: Env): Api =>
  federate({
    from: fromRequest((request) => request.headers.get(USER_HEADER), { provenance: "external" }),
    to: targetOf(env),
    platform: bare,
  });

/** Each `env` that providers were made from. */
const made: object[] = [];
const azure = downstream((env: Env) => {
  made.push(env);
  return { api: apiOf(env), mine: mineOf(env) };
});
const impatient = downstream((env: Env) => ({ api: apiOf(env) }), { eager: true });

/** The problems of handlers that cannot be wrapped. */
function problemsOf(handlers: unknown): readonly string[] {
  try {
    azure(handlers as never);
    return [];
  } catch (error) {
    return (isTokenError(error) && error.problems) || [String(error)];
  }
}

/** The API answers with the token that it was called with. */
export const call = (api: Attached<{ api: Api }>["api"], { UPSTREAM }: Env): Promise<Response> =>
  api.fetch(`${UPSTREAM}/api?ms=0`);

export const worker = azure({
  async fetch(request, env, ctx, { api, mine }) {
    const { pathname } = new URL(request.url);
    if (pathname === "/made") return Response.json([made.length, made[0] === env]);
    if (pathname === "/startup")
      return Response.json((globalThis as { startup?: readonly string[] }).startup ?? ["no watch"]);
    if (pathname === "/mine") return call(mine, env);
    if (pathname === "/wrong") {
      const none = async (): Promise<void> => undefined;
      return Response.json([{ sheduled: none, fetch: none }, { fetch: 1 }, {}, undefined].map(problemsOf));
    }
    if (pathname === "/evil") return api.fetch("https://evil.example/");
    if (pathname === "/bug") throw new TypeError("a bug");
    if (pathname === "/email") {
      await worker.email(request.url, env, ctx);
      return new Response(request.url);
    }
    if (pathname === "/caught") {
      return call(api, env).catch((error) => new Response(isTokenError(error) ? error.code : "other", { status: 418 }));
    }
    if (pathname === "/other-env") {
      const answers = [{ ...env }, { ...env }].map((copy) =>
        worker.fetch(new Request("https://app.example/"), copy, ctx),
      );
      await Promise.all(answers);
      return Response.json(made.length);
    }
    return call(api, env);
  },

  async scheduled(controller, env, _ctx, { api }) {
    if (controller.cron === "* * * * bug") throw new TypeError("a bug");
    if (controller.cron === "* * * * once") controller.noRetry();
    await call(api, env);
  },

  async queue(batch, env, _ctx, { api }) {
    for (const message of batch.messages) {
      if (message.body === "later") message.retry({ delaySeconds: 7 });
      else {
        await call(api, env);
        message.ack();
      }
    }
  },

  async email(_message, env, _ctx, { api }) {
    await call(api, env);
  },
});

/** Every token before the handler. */
export const Eager = impatient({
  async fetch(_request, _env, _ctx, { api }) {
    return Response.json(api.expiresAt !== undefined);
  },
  async scheduled(controller, env, ctx, attached) {
    await this.email(controller.cron, env, ctx, attached);
  },
  async email(_message, env, _ctx, { api }) {
    await call(api, env);
  },
  async queue(batch) {
    batch.ackAll();
  },
});

/** Made of bindings that the module imports, and used without an adapter: only the platform says how work may outlive a request. */
const alone = apiOf(bindings as unknown as Env, workersPlatform());
const callAlone = async ({ UPSTREAM }: Env): Promise<Response> => {
  const { token } = await alone.get();
  return fetch(`${UPSTREAM}/api?ms=0`, { headers: { authorization: `Bearer ${token.reveal()}` } });
};
export const Alone = downstream({ api: alone })({
  // Not async: what it throws is thrown at once, as by `with({ user })`.
  fetch({ url }, env: Env, _ctx, { api }) {
    if (url.endsWith("/at-once")) throw new TokenError("Cannot", { code: "ERR_AUTH_APP_ONLY" });
    return url.endsWith("/attached") ? call(api, env) : callAlone(env);
  },
});

/** What other Workers may call, and what must not get a token out of it. */
export class Reports extends WorkerEntrypoint<Env> {
  attached = azure.attach(this.env, this.ctx);

  async status(): Promise<number> {
    const { api } = azure.attach(this.env, this.ctx);
    return (await call(api, this.env)).status;
  }

  async mine(): Promise<number> {
    const { mine } = azure.attach(this.env, this.ctx);
    return (await call(mine, this.env)).status;
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.url.endsWith("/mine")) return call(azure.attach(this.env, this.ctx, request).mine, this.env);
    return worker.fetch(request, this.env, this.ctx);
  }

  giveAll(): object {
    return azure.attach(this.env, this.ctx);
  }

  giveOne(): object {
    return azure.attach(this.env, this.ctx).api;
  }

  get clients(): object {
    return azure.attach(this.env, this.ctx);
  }

  get client(): object {
    return azure.attach(this.env, this.ctx).api;
  }
}
