import { downstream } from "@tokenhop/elysia";
import { Elysia } from "elysia";
import { ANSWER, type Contestant, held, URL_OF_APP, warmProvider } from "../contestant.ts";

export const contestant: Contestant = {
  async make(kind, route) {
    // Workers let nothing be compiled. Each route is written out: Elysia reads the source of a handler to find out what it needs.
    const before = new Elysia({ aot: navigator.userAgent !== "Cloudflare-Workers" });
    const app =
      kind === "downstream"
        ? before.use(downstream({ graph: await warmProvider() })).get("/", ({ graph }) => reply(graph))
        : before.derive(() => ({ graph: held })).get("/", ({ graph }) => reply(graph));
    const reply = ({ token }: Pick<typeof held, "token">): string | Promise<string> =>
      route === "attached" ? ANSWER : token().then((text) => (text ? ANSWER : ""));
    return { once: () => app.handle(new Request(URL_OF_APP)), fetch: (one) => app.handle(one) };
  },
};
