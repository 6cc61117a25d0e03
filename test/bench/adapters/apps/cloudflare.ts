import { downstream, type WorkerHandlers } from "@tokenhop/cloudflare";
import type { Attached } from "@tokenhop/core";
import { ANSWER, type Contestant, held, URL_OF_APP, warmProvider } from "../contestant.ts";

type Providers = { readonly graph: Awaited<ReturnType<typeof warmProvider>> };
type Handlers = Pick<WorkerHandlers<unknown, [Attached<Providers>]>, "fetch">;

/** Does what a wrapper has to do, and no more. */
const noOp = (handlers: Handlers): Pick<WorkerHandlers, "fetch"> => ({
  async fetch(request, env, ctx) {
    return handlers.fetch(request, env, ctx, { graph: held as never });
  },
});

export const contestant: Contestant = {
  async make(kind, route) {
    const handlers: Handlers = {
      async fetch(_request, _env, _ctx, { graph }) {
        return new Response(route === "attached" || (await graph.token()) ? ANSWER : "");
      },
    };
    const worker = kind === "downstream" ? downstream({ graph: await warmProvider() })(handlers) : noOp(handlers);
    const env = {};
    const ctx = { props: {}, waitUntil: () => undefined, passThroughOnException: () => undefined };
    return { once: () => worker.fetch(new Request(URL_OF_APP), env, ctx), fetch: (one) => worker.fetch(one, env, ctx) };
  },
};
