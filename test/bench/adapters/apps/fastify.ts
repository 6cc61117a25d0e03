import type { AddressInfo } from "node:net";
import { downstream } from "@tokenhop/fastify";
import { fastify } from "fastify";
import { ANSWER, type Contestant, held, warmProvider } from "../contestant.ts";

type WithGraph = { graph: typeof held };

export const contestant: Contestant = {
  async make(kind, route) {
    const app = fastify();
    if (kind === "downstream") app.register(downstream({ graph: await warmProvider() }));
    else {
      app.decorateRequest("graph", null);
      app.addHook("onRequest", (request, _reply, done) => {
        (request as unknown as WithGraph).graph = held;
        done();
      });
    }
    if (route === "attached") app.get("/", (_request, reply) => reply.send(ANSWER));
    else {
      app.get("/", async (request) => ((await (request as unknown as WithGraph).graph.token()) ? ANSWER : ""));
    }
    await app.ready();
    return {
      once: () => app.inject("/"),
      async listen() {
        await app.listen({ port: 0, host: "127.0.0.1" });
        return (app.server.address() as AddressInfo).port;
      },
    };
  },
};
