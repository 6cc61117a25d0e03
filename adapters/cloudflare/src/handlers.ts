/** What both wrappers of a Worker's handlers do. */
import { ConfigError, problemResponse } from "@tokenhop/core";
import type { ExecutionContextLike, HandlerName } from "./types.ts";

/** Any handler: an event, `env`, the context, and what was attached, by a wrapper around it as well as by its own. */
export type Handler = (event: unknown, env: unknown, ctx: ExecutionContextLike, attached?: object) => unknown;

/** Handlers by their names, without knowledge of what each takes. */
export type Wrapped = { [Name in HandlerName]?: Handler } & object;

const NAMES: readonly HandlerName[] = ["fetch", "scheduled", "queue", "email"];

/**
 * The handlers that an object has, each as `wrap` makes it: a Worker is asked only for what it exports, so nothing is added.
 *
 * @throws {ConfigError} naming every function that is no such handler. Left out silently, it would never be called.
 */
export function handlersOf(
  what: string,
  handlers: object,
  wrap: (name: HandlerName, handle: Handler) => Handler,
): Wrapped {
  const given = handlers as Readonly<Record<string, unknown>>;
  const known = NAMES.filter((name) => typeof given?.[name] === "function");
  const others = Object.keys(given ?? {}).filter((name) => !known.some((one) => one === name));
  const problems = others.map((name) => `${name}: no handler that takes credentials; export it beside the others`);
  if (known.length === 0) problems.push(`handlers: expected an object with ${NAMES.join(", ")}, or some of them`);
  if (problems.length > 0) throw new ConfigError(what, problems);
  const wrapped: Wrapped = {};
  for (const name of known) {
    const handle = given[name] as Handler;
    // As a method of its object: one handler may call another by `this`.
    wrapped[name] = wrap(name, (event, env, ctx, attached) => handle.call(handlers, event, env, ctx, attached));
  }
  return wrapped;
}

/** The answer to a failed exchange, which the log says more about. Anything else is thrown on. */
function answerTo(error: unknown): Response {
  const answer = problemResponse(error);
  if (!answer) throw error;
  // What a client did wrong is no failure of the Worker's.
  if (answer.status >= 500) console.error(error);
  return answer;
}

/** The same `fetch`, with answers to its failed exchanges. */
export const answering =
  (serve: Handler): Handler =>
  (request, env, ctx, attached) => {
    try {
      const result = serve(request, env, ctx, attached) as PromiseLike<unknown> | undefined;
      // Not awaited: each turn that a promise takes here is taken by every request. Nor asked for its class, which may be replaced.
      return typeof result?.then === "function" ? result.then(undefined, answerTo) : result;
    } catch (error) {
      return answerTo(error);
    }
  };
