import { type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";
import { ANSWER, type Contestant, held, URL_OF_APP, warmProvider } from "../contestant.ts";

type Providers = { readonly graph: Awaited<ReturnType<typeof warmProvider>> };

export const contestant: Contestant = {
  async make(kind, route) {
    const app = new Hono<DownstreamEnv<Providers>>();
    if (kind === "downstream") app.use(downstream({ graph: await warmProvider() }));
    else {
      app.use(async (c, next) => {
        c.set("graph", held as never);
        await next();
      });
    }
    if (route === "attached") app.get("/", (c) => c.text(ANSWER));
    else app.get("/", async (c) => c.text((await c.var.graph.token()) ? ANSWER : ""));
    return { once: () => app.fetch(new Request(URL_OF_APP)), fetch: (one) => app.fetch(one) };
  },
};
