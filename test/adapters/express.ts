/** Express under the contract. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AuthLocals, bearerAuth, downstream, problems, send } from "@tokenhop/express";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import type { Call, Plan, Served, ServedFramework } from "../contract/adapter/framework.ts";
import { requestOf } from "./node-http.ts";

/** Any app of Express', listening. */
export function listen(app: express.Express): Promise<Served> {
  return new Promise((resolve, reject) => {
    const server: Server = app.listen(0, "127.0.0.1", (error) => {
      if (error) return reject(error);
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}`,
        close() {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

export const expressFramework: ServedFramework = {
  name: "express",
  serve({ providers, options, auth, headers = {}, onError, handle }: Plan) {
    const app = express();
    // In front, for what is behind is not reached when a request is refused.
    app.use((_req, res, next) => next(void res.set(headers)));
    if (auth) app.use(bearerAuth(auth));
    if (providers) app.use(downstream(providers, options));
    const route: RequestHandler = async (req, res) => {
      // The names are not known here, so they are taken without their types.
      const { user, ...attached } = res.locals as AuthLocals & Call["attached"];
      await send(res, handle({ attached, user, request: requestOf(req) }));
    };
    app.get("/", route).post("/", route).options("/", route);
    const own: ErrorRequestHandler = (error, _req, res, _next) => onError && send(res, onError(error));
    app.use(onError ? own : problems);
    return listen(app);
  },
};
