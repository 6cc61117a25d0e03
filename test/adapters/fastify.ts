/** Fastify under the contract. */
import { bearerAuth, downstream } from "@tokenhop/fastify";
import { type FastifyInstance, fastify } from "fastify";
import type { Call, Plan, Served, ServedFramework } from "../contract/adapter/framework.ts";
import { requestOf } from "./node-http.ts";

/** Any app of Fastify's, listening. */
export async function listen(app: FastifyInstance): Promise<Served> {
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    url,
    async close() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

export const fastifyFramework: ServedFramework = {
  name: "fastify",
  serve({ providers, options, auth, headers = {}, onError, handle }: Plan) {
    const app = fastify({ exposeHeadRoutes: true, forceCloseConnections: true });
    // Bodies are left to the route.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _body, done) => done(null));
    const signedIn = auth && bearerAuth(auth);
    const cloud = providers && downstream(providers, options);
    if (signedIn) app.register(signedIn);
    if (cloud) app.register(cloud);
    app.addHook("onSend", async (_request, reply) => void reply.headers(headers));
    if (onError) app.setErrorHandler((error) => onError(error));
    app.route({
      method: ["GET", "POST", "OPTIONS"],
      url: "/",
      handler: (request) =>
        handle({
          attached: (cloud?.of(request) ?? {}) as Call["attached"],
          user: signedIn?.of(request),
          request: requestOf(request.raw),
        }),
    });
    return listen(app);
  },
};
