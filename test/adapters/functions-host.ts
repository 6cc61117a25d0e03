/**
 * The host of Azure Functions, for Node: without one the library only pretends. It is given the module that the real worker has,
 * `@azure/functions-core`, registers its functions there, and is called the way the worker calls it: `getInvocationModel`,
 * `getArguments`, the handler, `getResponse`. Requests reach it as on Azure with `enableHttpStream`: a server in front sends them on to
 * the library's own, named by an invocation id. A second copy of the library runs without that: requests and answers are plain data.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, request, Server, type ServerResponse } from "node:http";
import { createRequire, registerHooks } from "node:module";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Served } from "../contract/adapter/framework.ts";
import { record } from "../leak.ts";

type Library = typeof import("@azure/functions");
type Callback = (...inputs: readonly unknown[]) => unknown;

interface Binding {
  readonly name: string;
  readonly type: string;
}

/** What the library registers. */
interface Registered {
  readonly metadata: { readonly name: string; readonly bindings: Readonly<Record<string, Binding>> };
  readonly callback: Callback;
}

interface Invocation {
  getArguments(): Promise<{ readonly context: object; readonly inputs: readonly unknown[] }>;
  invokeFunction(context: object, inputs: readonly unknown[], callback: Callback): Promise<unknown>;
  getResponse(context: object, result: unknown): Promise<{ readonly returnValue?: unknown }>;
}

interface Model {
  getInvocationModel(context: object): Invocation;
  getCapabilities(capabilities: object): Promise<{ readonly HttpUri?: string }>;
}

/** A log line of a function. */
export interface Logged {
  readonly level: string;
  readonly text: string;
}

/** A library with its host. */
export interface FunctionsHost {
  readonly app: Library["app"];
  /** What functions have logged, oldest first. */
  readonly logged: readonly Logged[];
  /** Triggers a function with this data, and resolves with what it returned to the host. */
  invoke(name: string, data: object, metadata?: object, id?: string): Promise<unknown>;
  /** A server whose every request triggers this function. */
  serve(name: string): Promise<Served>;
}

const host = "127.0.0.1";

const registered = new Map<string, Registered>();
const models: Model[] = [];
const url = "functions-core:";
const key = Symbol.for("tokenhop.test.functions-core");

/** Puts the module where the library looks for it. Every copy of the library gets the same one, as Node remembers where it was. */
function install(): void {
  if (key in globalThis) return;
  const core = {
    version: "4.1042.100",
    setProgrammingModel: (model: Model) => void models.push(model),
    registerFunction: (metadata: Registered["metadata"], callback: Callback) =>
      void registered.set(metadata.name, { metadata, callback }),
    registerHook: () => ({ dispose: () => undefined }),
    log: () => undefined,
  };
  Object.assign(globalThis, { [key]: core });
  const source = `module.exports = globalThis[Symbol.for("${key.description}")]`;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "@azure/functions-core"
        ? { url, format: "commonjs", shortCircuit: true }
        : next(specifier, context),
    load: (asked, context, next) =>
      asked === url ? { format: "commonjs", source, shortCircuit: true } : next(asked, context),
  });
}

/** What the library listens on is all of this machine; here it is loopback. */
async function onLoopback<T>(run: () => Promise<T>): Promise<T> {
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ready: () => void) {
    return listen.call(this, { port: 0, host }, ready);
  } as typeof listen;
  try {
    return await run();
  } finally {
    Server.prototype.listen = listen;
  }
}

/** Starts a host. One for each copy of the library: `azure-functions.js`, or `azure-functions.min.js`. */
export async function startHost(library: string, { stream }: { readonly stream: boolean }): Promise<FunctionsHost> {
  const logged: Logged[] = [];
  install();
  const { app } = createRequire(import.meta.url)(`@azure/functions/dist/${library}`) as Library;
  app.setup({ enableHttpStream: stream });
  // The first registration brings the model.
  app.warmup("warmup", { handler: () => undefined });
  const model = models.at(-1);
  if (!model) throw new Error("The library has not found its host");
  const { HttpUri } = await onLoopback(() => model.getCapabilities({}));

  const invoke: FunctionsHost["invoke"] = async (name, data, metadata = {}, id = randomUUID()) => {
    const one = registered.get(name);
    if (!one) throw new Error(`No function ${name} is registered`);
    const bindings = Object.values(one.metadata.bindings);
    const trigger = bindings.find(({ type }) => type.endsWith("Trigger"))?.name;
    const invocation = model.getInvocationModel({
      invocationId: id,
      metadata: one.metadata,
      request: { inputData: [{ name: trigger, data }], triggerMetadata: metadata },
      log(level: string, _category: string, text: string) {
        record("functions log", text);
        logged.push({ level, text });
      },
    });
    const { context, inputs } = await invocation.getArguments();
    const result = await invocation.invokeFunction(context, inputs, one.callback);
    return (await invocation.getResponse(context, result)).returnValue;
  };

  /** Sends a request on to the library's server, and its answer back; a failed invocation is the host's own 500. */
  function forward(name: string, message: IncomingMessage, response: ServerResponse): void {
    const id = randomUUID();
    const { method, url, headers } = message;
    const forwarded = { "x-ms-invocation-id": id, "x-forwarded-host": headers.host, "x-forwarded-proto": "http" };
    const onward = request(`http://${host}:${new URL(HttpUri ?? "").port}${url}`, {
      method,
      headers: { ...headers, ...forwarded },
      agent: false,
    });
    const fail = (): void => {
      onward.destroy();
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    };
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.rawHeaders);
      pipeline(answer, response).catch(() => onward.destroy());
    });
    pipeline(message, onward).catch(fail);
    response.on("close", () => onward.destroy());
    invoke(name, { http: {} }, { Headers: { json: JSON.stringify(headers) }, Query: { json: "{}" } }, id).catch(fail);
  }

  const serve = (name: string): Promise<Served> =>
    new Promise((resolve) => {
      const server = createServer((message, response) => forward(name, message, response));
      server.listen(0, host, () => {
        resolve({
          url: `http://${host}:${(server.address() as AddressInfo).port}`,
          close() {
            server.closeAllConnections();
            server.close();
          },
        });
      });
    });

  return { app, logged, invoke, serve };
}
