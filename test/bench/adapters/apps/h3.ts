import { downstream } from "@tokenhop/h3";
import { H3, type HTTPEvent } from "h3";
import { ANSWER, type Contestant, held, URL_OF_APP, warmProvider } from "../contestant.ts";

interface Variables {
  graph: typeof held;
}

export const contestant: Contestant = {
  async make(kind, route) {
    const app = new H3();
    if (kind === "downstream") app.use(downstream({ graph: await warmProvider() }));
    else {
      app.use((event, next) => {
        event.context.graph = held;
        return next();
      });
    }
    const variables = (event: HTTPEvent): Variables => (event as { context?: unknown }).context as Variables;
    if (route === "attached") app.get("/", () => ANSWER);
    else app.get("/", async (event) => ((await variables(event).graph.token()) ? ANSWER : ""));
    return { once: () => app.fetch(new Request(URL_OF_APP)), fetch: (one) => app.fetch(one) };
  },
};
