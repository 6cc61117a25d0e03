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
    "const context = c as AttachContext;",
    "const context: AttachContext = { env: c.env as object | undefined, executionCtx: c.executionCtx };",
    "on Node every request fails, for there is no execution context",
  ),
  at(
    hono,
    "const context = c as AttachContext;",
    "const context: AttachContext = {};",
    "a Worker's providers are made without its env, and without what keeps an exchange alive",
  ),
  at(hono, 'c.res.headers.set("cache-control", "no-store");', "", "a failure is cached as the answer would have been"),
  at(
    hono,
    "verify(c.req.raw, c).catch(throwWithAnswer)",
    "verify(c.req.raw, c)",
    "who has no token is told that the server is broken",
  ),
  at(
    hono,
    "verify(c.req.raw, c)",
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
  at(
    h3,
    "isPromised ? Promise.resolve(result).catch(fail) : result",
    "result",
    "an exchange that fails in a route is answered without problem details",
  ),
  at(
    h3,
    'typeof (result as PromiseLike<unknown> | undefined)?.then === "function"',
    "(result as unknown) instanceof Promise",
    "where Promise is another class who has no token is told that the server is broken",
  ),
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
  at(h3, "if (found === undefined) throw", "if (found === null) throw", "of gives nothing where it promises something"),
  at(
    h3,
    "const found = given.get(event);",
    "const { context } = event as H3Event;\n    const found = given.get(event) ?? ((context.user ?? context) as unknown as T);",
    "of gives a user whom another bearerAuth has let in",
  ),
  at(
    h3,
    "    given.set(event, attached);",
    "    given.set(event, context as unknown as All);",
    "of gives a provider of another middleware's",
  ),
  at(
    h3,
    "await orFail(() => verify(event.req, surroundingsOf(event)))",
    "await verify(event.req, surroundingsOf(event))",
    "who has no token is told that the server is broken",
  ),
  ...[hono, h3, elysia].flatMap((file) => [
    at(file, "if (!isVerifiedUser(user)) throw", "if (!user) throw", "what only looks like a user is one"),
    at(
      file,
      "if (!isVerifiedUser(user)) throw",
      "if (false) throw",
      "a verification that gives nobody lets everybody in",
    ),
  ]),
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
  at(
    elysia,
    "const user = await verify(request);",
    "const user = (await verify(request).catch(() => undefined)) as VerifiedUser<C>;",
    "who has no token is told that the server is broken",
  ),
];
