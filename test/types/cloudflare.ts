/**
 * What Cloudflare's own declarations say must fit `@tokenhop/cloudflare`, and the other way round: `@cloudflare/workers-types`, as
 * far as it matters here, written down after its documentation. Compiled by `npm run check`, never run.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/handlers/
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { bearerAuth, downstream, type MessageBatchLike, workersPlatform } from "@tokenhop/cloudflare";
import { type BearerToken, federate, type IdentitySource, type Target, type VerifiedUser } from "@tokenhop/core";
import { createBearerAuth, entraIssuer, oidcIssuer } from "@tokenhop/core/bearer-auth";

interface ExecutionContext<Props = unknown> {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
  readonly exports: object;
  readonly props: Props;
  abort(reason?: unknown): void;
}
interface ScheduledController {
  readonly scheduledTime: number;
  readonly cron: string;
  noRetry(): void;
}
interface QueueRetryOptions {
  delaySeconds?: number;
}
interface Message<Body = unknown> {
  readonly id: string;
  readonly timestamp: Date;
  readonly body: Body;
  readonly attempts: number;
  retry(options?: QueueRetryOptions): void;
  ack(): void;
}
interface MessageBatch<Body = unknown> {
  readonly messages: readonly Message<Body>[];
  readonly queue: string;
  readonly metadata: object;
  retryAll(options?: QueueRetryOptions): void;
  ackAll(): void;
}
interface ForwardableEmailMessage {
  readonly from: string;
  forward(to: string): Promise<void>;
}
/** Its members are functions and not methods, as theirs: parameters are compared strictly. */
interface ExportedHandler<Env = unknown, Body = unknown, Props = unknown> {
  fetch?: (
    request: Request & { readonly cf?: object },
    env: Env,
    ctx: ExecutionContext<Props>,
  ) => Promise<Response> | Response;
  scheduled?: (controller: ScheduledController, env: Env, ctx: ExecutionContext<Props>) => void | Promise<void>;
  queue?: (batch: MessageBatch<Body>, env: Env, ctx: ExecutionContext<Props>) => void | Promise<void>;
  email?: (message: ForwardableEmailMessage, env: Env, ctx: ExecutionContext<Props>) => void | Promise<void>;
}

interface Env {
  readonly CLIENT_ID: string;
  readonly KV: { put(key: string, value: string): Promise<void> };
}
interface Job {
  readonly url: string;
}

declare const source: IdentitySource;
declare const appTarget: Target<BearerToken>;
declare const userTarget: Target<BearerToken, { readonly user: VerifiedUser }>;
declare const request: Request;
declare const env: Env;
declare const ctx: ExecutionContext;

const providers = {
  graph: federate({ from: source, to: appTarget, platform: workersPlatform() }),
  me: federate({ from: source, to: userTarget }),
};
const fromEnv = ({ CLIENT_ID }: { readonly CLIENT_ID: string }) => (CLIENT_ID === "" ? providers : providers);
const URL_OF_USERS = "https://graph.microsoft.com/v1.0/users";

// Right uses.
const azure = downstream(fromEnv);
export const plain = azure({
  async fetch({ url }, { CLIENT_ID }, { waitUntil }, { graph }) {
    waitUntil(Promise.resolve());
    return graph.fetch(`${URL_OF_USERS}?${url}${CLIENT_ID.length}`);
  },
}) satisfies ExportedHandler<Env>;
export const answer: Promise<Response> | Response = plain.fetch(request, env, ctx);

export const all = azure({
  async fetch(_request, own: Env, { exports, props }: ExecutionContext<{ readonly a: 1 }>, { graph }) {
    await own.KV.put("a", `${exports} ${props.a}`);
    return graph.fetch(URL_OF_USERS);
  },
  async scheduled({ cron, scheduledTime, noRetry }, _env, _ctx, { graph }) {
    noRetry();
    await graph.fetch(`${URL_OF_USERS}?${cron.length}${scheduledTime.toFixed()}`);
  },
  async queue(batch: MessageBatch<Job>, _env, _ctx, { graph }) {
    for (const { body, ack } of batch.messages) await graph.fetch(body.url).then(ack);
    batch.retryAll({ delaySeconds: batch.messages[0]?.attempts ?? 1 });
  },
  async email(message: ForwardableEmailMessage, _env, _ctx, { graph }) {
    await message.forward(await graph.token());
  },
}) satisfies ExportedHandler<Env, Job, { readonly a: 1 }>;

export const untyped = downstream(providers)({
  async queue(batch: MessageBatchLike<Job>, own: Env, _ctx, { graph }) {
    for (const { body } of batch.messages) await own.KV.put(body.url, await graph.token());
  },
});

const signedIn = bearerAuth(
  (own: Env) => ({ issuers: entraIssuer({ tenantId: "contoso.com", audience: own.CLIENT_ID }) }),
  azure,
);
export const mine = signedIn({
  async fetch(_request, own, _ctx, { user, me }) {
    const oid: string | undefined = user.claims.oid;
    await own.KV.put("oid", oid ?? "");
    return me.with({ user }).fetch(URL_OF_USERS);
  },
  async scheduled(_controller, _env, _ctx, { graph }) {
    await graph.token();
  },
}) satisfies ExportedHandler<Env>;

const auth = createBearerAuth({ issuers: oidcIssuer({ issuer: "https://id.example", audience: "api" }) });
export const alone = bearerAuth(auth)({
  async fetch(_request, own: Env, _ctx, { user }) {
    await own.KV.put("sub", user.claims.sub ?? "");
    return Response.json(user.expiresAt);
  },
}) satisfies ExportedHandler<Env>;

export class Reports extends WorkerEntrypoint<Env> {
  async count(): Promise<number> {
    const { graph } = azure.attach(this.env, this.ctx);
    return (await graph.fetch(URL_OF_USERS)).status;
  }

  override async fetch(own: Request): Promise<Response> {
    azure.attach(this.env, this.ctx, own);
    return plain.fetch(own, this.env, this.ctx);
  }
}

// Wrong uses.
// @ts-expect-error no provider has this name
azure({ fetch: async (_request, _env, _ctx, { nope }) => new Response(`${nope}`) });
// @ts-expect-error nobody has verified who it is
azure({ fetch: async (_request, _env, _ctx, { user, me }) => me.with({ user }).fetch(URL_OF_USERS) });
// @ts-expect-error a cron trigger comes from nobody
signedIn({ scheduled: async (_controller, _env, _ctx, { user }) => void user });
// @ts-expect-error without a user there is nothing to fetch with
signedIn({ fetch: async (_request, _env, _ctx, { me }) => me.fetch(URL_OF_USERS) });
// @ts-expect-error a text is no verified user
signedIn({ fetch: async (_request, _env, _ctx, { me }) => me.with({ user: "a.b.c" }).fetch(URL_OF_USERS) });
// @ts-expect-error a Worker has no such handler
azure({ sheduled: async () => undefined });
// @ts-expect-error the answer of `fetch` is a response
azure({ fetch: async () => "text" });
// @ts-expect-error this env has no such binding
azure({ fetch: async (_request, { KV }, _ctx, { graph }) => graph.fetch(KV) });
// @ts-expect-error it has no other handlers than it was given
plain.scheduled;
// @ts-expect-error env and context change places
azure.attach(ctx, env);
// @ts-expect-error the function that makes providers wants to know the client id
azure.attach({}, ctx);
// @ts-expect-error what is no provider
downstream({ graph: source });
// @ts-expect-error no such option
downstream(providers, { eagre: true });
// @ts-expect-error an issuer is needed
bearerAuth({});
// @ts-expect-error what comes behind it attaches providers
bearerAuth(auth, providers);
