import { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Socket } from "node:net";
import { downstream } from "@tokenhop/express";
import express, { type RequestHandler } from "express";
import { ANSWER, type Contestant, held, warmProvider } from "../contestant.ts";

/** A request without a connection; resolves when it is answered. */
function answered(app: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> {
  return new Promise((resolve) => {
    const request = Object.assign(new IncomingMessage(new Socket()), {
      method: "GET",
      url: "/",
      headers: { host: "localhost" },
    });
    const response = new ServerResponse(request);
    response.end = (): typeof response => {
      resolve();
      return response;
    };
    app(request, response);
  });
}

export const contestant: Contestant = {
  async make(kind, route) {
    const app = express();
    const noOp: RequestHandler = (_request, { locals }, next) => {
      locals.graph = held;
      next();
    };
    app.use(kind === "downstream" ? downstream({ graph: await warmProvider() }) : noOp);
    if (route === "attached") app.get("/", (_request, response) => void response.send(ANSWER));
    else
      app.get(
        "/",
        async (_request, response) => void response.send((await response.locals.graph.token()) ? ANSWER : ""),
      );
    return {
      once: () => answered(app),
      listen: () =>
        new Promise((resolve) => {
          const server = app.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
        }),
    };
  },
};
