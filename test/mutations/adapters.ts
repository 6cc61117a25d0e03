/** Breaks of the adapters for Hono, h3 and Elysia. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("adapters");
const hono = "hono/src/index.ts";
const h3 = "h3/src/index.ts";
const elysia = "elysia/src/index.ts";

export const adaptersBreaks: readonly Break[] = [
  at(hono, "problem && (await isDefaultAnswer(c.res))", "problem", "a user's own error answer is replaced"),
  at(
    hono,
    "attach.eagerly(raw, context).catch(throwWithAnswer)",
    "attach.eagerly(raw, context)",
    "an eager exchange that fails is answered without problem details",
  ),
  at(hono, "options.eager ? await", "false ? await", "eager is lazy"),
  at(
    hono,
    "{ env: c.env as object | undefined, executionContext: () => c.executionCtx }",
    "{ env: c.env as object | undefined, waitUntil: c.executionCtx.waitUntil }",
    "on Node every request fails, for there is no execution context",
  ),
  at(hono, "env: c.env as object | undefined, ", "", "a Worker's providers are made without its env"),
  at(hono, 'c.res.headers.set("cache-control", "no-store");', "", "a failure is cached as the answer would have been"),
  at(
    hono,
    "verify(c.req.raw, { executionContext: () => c.executionCtx }).catch(throwWithAnswer)",
    "verify(c.req.raw, { executionContext: () => c.executionCtx })",
    "who has no token is told that the server is broken",
  ),
  at(
    hono,
    "verify(c.req.raw, { executionContext: () => c.executionCtx })",
    "verify(c.req.raw)",
    "on Workers the keys that are read for one request are lost with it",
  ),
  at(hono, 'c.set("user", user as never);', "", "a route does not know who sent the request"),
  at(h3, "env: req.runtime.cloudflare.env", "env: undefined", "a Worker's providers are made without its env"),
  at(
    h3,
    "waitUntil: req.waitUntil",
    "waitUntil: undefined",
    "on Workers an exchange ends with the request that began it",
  ),
  at(h3, "{ cause: error }", "{}", "an app's own error handler does not learn what failed"),
  at(h3, "result.catch(fail)", "result", "an exchange that fails in a route is answered without problem details"),
  at(
    h3,
    "    return fail(error);",
    "    throw error;",
    "what a route throws at once is answered without problem details",
  ),
  at(
    h3,
    "put(event, attached, next), fail)",
    "put(event, attached, next))",
    "an eager exchange that fails is answered without problem details",
  ),
  at(h3, "context[name] = attached[name];", "void context;", "nothing is in the context"),
  at(h3, "if (!options.eager) return", "if (true) return", "eager is lazy"),
  at(
    h3,
    "name !== undefined && context[name]",
    "name === undefined && context[name as never]",
    "of gives nothing where it promises something",
  ),
  at(h3, "if (!isVerifiedUser(user)) throw", "if (user === undefined) throw", "of takes anybody for a verified user"),
  at(
    h3,
    "verify(event.req, surroundingsOf(event)).catch(fail)",
    "verify(event.req, surroundingsOf(event))",
    "who has no token is told that the server is broken",
  ),
  at(
    h3,
    "if (problem === undefined) throw error;",
    "if (problem === undefined) return undefined as never;",
    "a bug is answered as if all were well",
  ),
  at(
    elysia,
    "({ error }) => problemResponse(error)",
    "() => undefined",
    "a failure is answered with the error's own message",
  ),
  at(
    elysia,
    "({ error }) => problemResponse(error)",
    "({ error }) => problemResponse(error) ?? new Response(null, { status: 502 })",
    "a bug is answered as a failed exchange",
  ),
  at(elysia, '.derive({ as: "scoped" }', '.derive({ as: "local" }', "the app that uses it gets nothing"),
  at(elysia, '.derive({ as: "scoped" }', '.derive({ as: "global" }', "every other app gets it, too"),
  at(
    elysia,
    '.onError({ as: "scoped" }',
    '.onError({ as: "local" }',
    "a failure in a route is answered with the error's own message",
  ),
  at(elysia, "if (options.eager) return", "if (false) return", "eager is lazy"),
  at(elysia, "{ user: await verify(request) }", "{ user: verify(request) as never }", "nobody waits for the verdict"),
];
