/** Breaks of the adapters of frameworks that live on Node. They are noticed by those adapters' own tests. */
import { type Break, breaksIn } from "./break.ts";

const express = breaksIn("adapters/express/src");
const fastify = breaksIn("adapters/fastify/src");
const functions = breaksIn("adapters/azure-functions/src");

const breaks: readonly Break[] = [
  express(
    "answerable.ts",
    "status: problem.status",
    "status: failure.status",
    "what the identity provider refuses with 401 is answered as this server's own 401",
  ),
  express(
    "answerable.ts",
    "headers: { value: Object.fromEntries(problem.headers) }",
    "headers: { value: {} }",
    "without problems() nobody is told when to come again",
  ),
  express(
    "answerable.ts",
    "// A copy: others wait for the same exchange, and see the same error.\n  return Object.defineProperties(new TokenError(failure.message, { ...failure, status: problem.status }), {",
    "return Object.defineProperties(Object.assign(failure, { status: problem.status }), {",
    "an error that others hold changes under them",
  ),
  express(
    "answerable.ts",
    "return answering(provider.with(params));",
    "return provider.with(params) as never;",
    "with another scope the status is another server's",
  ),
  express(
    "answerable.ts",
    "} catch (error) {\n      throw answerable(error);",
    "} catch (error) {\n      throw error;",
    "an application where a user is needed is answered 500",
  ),
  express(
    "answerable.ts",
    "problem.status < 500 ?",
    "problem.status < 0 ?",
    "strangers are told why their token is no good, and where the app's files are",
  ),
  ...[express, fastify, functions].flatMap((at) => [
    at("index.ts", "if (!isVerifiedUser(user)) throw", "if (!user) throw", "what only looks like a user is one"),
    at(
      "index.ts",
      "if (!isVerifiedUser(user)) throw",
      "if (false) throw",
      "a verification that gives nobody lets all in",
    ),
  ]),
  express("headers.ts", "sent.length > 1 ? sent : headers[name]", "headers[name]", "of two tokens the first is taken"),
  express(
    "index.ts",
    "{ method, originalUrl: url, headers }",
    "{ method, url, headers }",
    "a source sees a path without the part that a router has taken",
  ),
  express(
    "index.ts",
    "response.headersSent ? undefined : problemResponse(error)",
    "problemResponse(error)",
    "an error that comes too late is hidden by another one",
  ),
  express("send.ts", "if (!dropped.has(name))", "if (name)", "headers of one connection are sent on another"),
  express(
    "send.ts",
    "for (const name of OF_THE_BODY) response.removeHeader(name);",
    "",
    "a body is cut to the length of another one",
  ),
  express(
    "send.ts",
    "if (cookies.length > 0)",
    "if (cookies.length === 0)",
    "several cookies become one that no browser reads",
  ),
  express(
    "send.ts",
    "sent.body?.cancel().catch(() => undefined);",
    "sent.status;",
    "bodies that nobody reads are left open",
  ),
  express(
    "send.ts",
    'if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;',
    "throw error;",
    "each client that goes away is reported as an error",
  ),
  express(
    "send.ts",
    'if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;',
    "",
    "nobody is told of a body that broke off",
  ),
  fastify("headers.ts", "sent.length > 1 ? sent : headers[name]", "headers[name]", "of two tokens the first is taken"),
  fastify(
    "index.ts",
    "request[slot] ??= attach(",
    "request[slot] = attach(",
    "providers are attached anew each time that they are looked at",
  ),
  fastify(
    "index.ts",
    '"onRequest", async (request: FastifyRequest & Verified)',
    '"preHandler", async (request: FastifyRequest & Verified)',
    "anybody's body is read",
  ),
  fastify(
    "index.ts",
    "(request: Verified) => request[slot],",
    "(request: Verified) => request.user ?? undefined,",
    "of() gives a user whom another bearerAuth has let in",
  ),
  fastify(
    "plugin.ts",
    '[Symbol.for("skip-override")]: true',
    '[Symbol.for("skip-override")]: false',
    "no route is guarded",
  ),
  fastify(
    "plugin.ts",
    "if (app.hasRequestDecorator(name)) throw",
    "if (name === undefined) throw",
    "a provider takes the place of a request's own URL",
  ),
  fastify("plugin.ts", "if (found === undefined)", "if (found === 0)", "of() gives what is not there"),
  fastify(
    "answers.ts",
    "said.message === message && ",
    "",
    "an answer of the app's own is replaced because it looks alike",
  ),
  fastify(
    "answers.ts",
    "statusCode: { value: problem.status,",
    "statusCode: { value: undefined,",
    "what the identity provider refuses with 401 is answered as this server's own 401",
  ),
  fastify(
    "answers.ts",
    "headers: { value: Object.fromEntries(problem.headers),",
    "headers: { value: {},",
    "where the app has a form for errors nobody is told when to come again",
  ),
  fastify("answers.ts", "if (app.hasRequestDecorator(failure)) return;", "", "both plugins cannot be in one scope"),
  fastify("answers.ts", "copyHead(problem, reply);", "", "a problem is cached, and called JSON of any kind"),
  fastify(
    "answers.ts",
    'request.method === "HEAD" ? "" : null',
    "null",
    "HEAD of a route that gives a Response without a body is answered 500",
  ),
  fastify(
    "answers.ts",
    "if (!(payload instanceof Response) || payload.bodyUsed) return",
    "return",
    "HEAD of a route that hands a Response on is answered 500",
  ),
  fastify("answers.ts", "if (!dropped.has(name)) reply", "reply", "headers of one connection are sent on another"),
  functions(
    "http.ts",
    'typeof Object(input).headers?.get === "function"',
    "Object(input).headers instanceof Headers",
    "with older versions of the library who has no token is told that the function is broken",
  ),
  functions("http.ts", "if (!isHttp(input)) return run();", "", "a timer that failed is never tried again"),
  functions("http.ts", "if (problem.status >= 500) context.error(error);", "", "nobody learns what has failed"),
  functions("http.ts", "!dropped.has(name)", "name", "the host is told of another connection's encoding"),
  functions("http.ts", "cookies.length > 1 && { cookies }", "false && { cookies }", "of several cookies one arrives"),
  functions("cookies.ts", "value: decoded(value)", "value", "cookies are encoded twice"),
  functions("index.ts", "isHttp(input) ? () => headOf(input) : undefined", "undefined", "a source finds no request"),
];

/** Each with the list that has these tests. */
export const adaptersNodeBreaks: readonly Break[] = breaks.map((one) => ({ ...one, list: "mutations/node-adapters" }));
