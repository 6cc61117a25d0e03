import { HttpRequest, InvocationContext } from "@azure/functions";
import { downstream } from "@tokenhop/azure-functions";
import { ANSWER, type Contestant, held, URL_OF_APP, warmProvider } from "../contestant.ts";

type Given = { readonly graph: typeof held };
type Handle = (request: HttpRequest, context: InvocationContext, given: Given) => unknown;

/** Its host calls a handler by gRPC, and there is none here: the handler is called as the library calls it. */
export const contestant: Contestant = {
  async make(kind, route) {
    const handle: Handle = async (_request, _context, { graph }) => ({
      body: route === "attached" || (await graph.token()) ? ANSWER : "",
    });
    const wrap = async (): Promise<(request: HttpRequest, context: InvocationContext) => unknown> =>
      kind === "downstream"
        ? downstream({ graph: await warmProvider() })(handle as never)
        : async (request, context) => handle(request, context, { graph: held });
    const handler = await wrap();
    const context = new InvocationContext({ functionName: "hello" });
    return { once: () => handler(new HttpRequest({ method: "GET", url: URL_OF_APP }), context) };
  },
};
