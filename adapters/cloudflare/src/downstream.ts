/** Handlers with credentials attached. */
import {
  type AttachContext,
  type Attached,
  createAttach,
  type DownstreamOptions,
  type ProvidersFrom,
  type ProvidersOrFactory,
} from "@tokenhop/core";
import { answering, type Handler, handlersOf, type Wrapped } from "./handlers.ts";
import { workersPlatform } from "./platform.ts";
import type { ExecutionContextLike, WorkerWrapper } from "./types.ts";

/** What the function that makes providers takes; nothing in particular where there is none. */
export type EnvOf<T> = T extends (env: infer Env) => unknown ? Env : unknown;

/**
 * What {@link downstream} gives: call it with a Worker's handlers, each of which is then given the attached providers by name, as
 * its fourth argument. Elsewhere in the Worker it attaches by `attach`.
 */
export interface DownstreamWorker<T extends ProvidersOrFactory>
  extends WorkerWrapper<EnvOf<T>, Attached<ProvidersFrom<T>>, Attached<ProvidersFrom<T>>> {
  /**
   * The providers attached by hand: in a method of a `WorkerEntrypoint`, a Durable Object or a Workflow, with its own `env` and
   * `ctx`. They are the same providers that the handlers get, so a token is obtained once for all.
   *
   * It is a function outside of the class, because every method and getter of an entrypoint can be called by whoever is bound
   * to it. What it returns does not pass through RPC; the text that `token()` gives does, so keep that to yourself.
   *
   * @param request For sources that read it; RPC has none.
   */
  attach(env: EnvOf<T>, ctx: Pick<ExecutionContextLike, "waitUntil">, request?: Request): Attached<ProvidersFrom<T>>;
}

const contextOf = (env: unknown, ctx: Pick<ExecutionContextLike, "waitUntil">): AttachContext => ({
  env: env as object,
  executionCtx: ctx,
});

/**
 * Attaches providers to what a Worker's handlers do: `graph.fetch(url)` sends the request with a fresh token. Lazy by default, so
 * a request that needs no token does not depend on the identity provider. Call it at module level; nothing happens there.
 *
 * In `fetch` a failed exchange is printed to the log and answered with problem details (RFC 9457): 503 with `Retry-After` when it
 * may pass, 502 otherwise. What the handler catches by itself is its own affair. In `scheduled`, `queue` and `email` it is
 * thrown on, as any error: the runtime reports it, and retries as the queue is configured.
 *
 * @param source The providers by name, or a function that makes them from `env` (once for each `env`).
 * @param options `eager`: obtain every token before the handler runs. `timeoutMs`: how long to wait for a token, default 30,000.
 * `platform`: default {@link workersPlatform}.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is no provider and every unknown option.
 *
 * @example
 * ```ts
 * import { downstream } from "@tokenhop/cloudflare";
 * import { federate } from "@tokenhop/core";
 * import { fromFunction } from "@tokenhop/core/sources/from-function";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * interface Env {
 *   readonly ISSUER: { issue(audience: string): Promise<string> };
 *   readonly TENANT_ID: string;
 *   readonly CLIENT_ID: string;
 * }
 *
 * const providers = (env: Env) => ({
 *   graph: federate({
 *     from: fromFunction(({ audience }) => env.ISSUER.issue(audience), { provenance: "external" }),
 *     to: entra({ tenantId: env.TENANT_ID, clientId: env.CLIENT_ID, scope: "https://graph.microsoft.com/.default" }),
 *   }),
 * });
 *
 * export default downstream(providers)({
 *   async fetch(_request, _env, _ctx, { graph }) {
 *     return graph.fetch("https://graph.microsoft.com/v1.0/users");
 *   },
 * });
 * ```
 */
export function downstream<T extends ProvidersOrFactory>(
  source: T,
  options: DownstreamOptions = {},
): DownstreamWorker<T> {
  const { eager, platform = workersPlatform() } = options;
  const attach = createAttach(source, { ...options, platform });
  const worker = (handlers: object): Wrapped =>
    handlersOf("downstream()", handlers, (name, handle) => {
      const serve: Handler = (event, env, ctx, known) => {
        // What a wrapper around this one knows, the user, is not hidden by a provider of the same name.
        const run = (attached: object): unknown => handle(event, env, ctx, Object.assign(attached, known));
        const request = name === "fetch" ? (event as Request) : undefined;
        const context = contextOf(env, ctx);
        return eager ? attach.eagerly(request, context).then(run) : run(attach(request, context));
      };
      return name === "fetch" ? answering(serve) : serve;
    });
  return Object.assign(worker as DownstreamWorker<T>, {
    attach: ((env, ctx, request) => attach(request, contextOf(env, ctx))) satisfies DownstreamWorker<T>["attach"],
  });
}
