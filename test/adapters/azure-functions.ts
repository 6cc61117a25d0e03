/** Azure Functions under the contract. */
import type { HttpHandler, HttpRequest } from "@azure/functions";
import { bearerAuth, downstream } from "@tokenhop/azure-functions";
import type { Call, Plan, ServedFramework } from "../contract/adapter/framework.ts";
import { type FunctionsHost, startHost } from "./functions-host.ts";

/** The library and its host are one for all apps; functions are told apart by name. */
const hosts = new Map<string, Promise<FunctionsHost>>();
const names = new Set<string>();

/** The host whose functions are reached over HTTP, or the one with an older way: requests and answers are plain data. */
export function hostOf(kind: "streams" | "plain data"): Promise<FunctionsHost> {
  const stream = kind === "streams";
  const started = hosts.get(kind) ?? startHost(`azure-functions${stream ? "" : ".min"}.js`, { stream });
  hosts.set(kind, started);
  return started;
}

/** A name that no function has. */
export function freshName(): string {
  const name = `function-${names.size}`;
  names.add(name);
  return name;
}

/** A request of the library's as one of the web. */
function requestOf({ method, url, headers, body }: HttpRequest): Request {
  return new Request(url, {
    method,
    headers,
    ...(body && { body: body as unknown as ReadableStream, duplex: "half" }),
  });
}

/** Headers on whatever a function answers. */
const withHeaders =
  (headers: Readonly<Record<string, string>>, handler: HttpHandler): HttpHandler =>
  async (request, context) => {
    const answer = await handler(request, context);
    return { ...answer, headers: [...new Headers(answer.headers), ...Object.entries(headers)] };
  };

export const azureFunctions: ServedFramework = {
  name: "azure-functions",
  ownErrors: "route",
  // Its library takes headers from Node's record, which keeps one line of those that must not come twice.
  lines: "first",
  async serve({ providers = {}, options, auth, headers = {}, onError, handle }: Plan) {
    const { app, serve } = await hostOf("streams");
    const name = freshName();
    const cloud = downstream(providers, options);
    const route = async (request: HttpRequest, { user, ...attached }: Partial<Call>): Promise<Response> => {
      try {
        return await handle({ attached: attached as Call["attached"], user, request: requestOf(request) });
      } catch (error) {
        if (onError) return onError(error);
        throw error;
      }
    };
    const handler = auth
      ? bearerAuth(auth, cloud)((request, _context, given) => route(request, given))
      : cloud((request: HttpRequest, _context, given) => route(request, given));
    app.http(name, { methods: ["GET", "HEAD", "POST", "OPTIONS"], handler: withHeaders(headers, handler) });
    return serve(name);
  },
};
