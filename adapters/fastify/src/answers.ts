/** What is answered in the scopes of this package's plugins: problems where Fastify itself would answer, and responses of the web. */
import { isTokenError, problemResponse, type TokenError } from "@tokenhop/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const failure = Symbol("@tokenhop/fastify: what the request failed with");
type Failed = FastifyRequest & { [failure]?: TokenError };

/** What belongs to one connection and not to the message (RFC 9110, 7.6.1). An answer by HTTP/2 must have none of it. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Whether this is an error as Fastify itself serialises it. */
function isDefaultAnswer(payload: unknown, { code, message }: TokenError): boolean {
  try {
    const said = JSON.parse(String(payload)) as Record<string, unknown>;
    return said.code === code && said.message === message && Object.keys(said).length === 4;
  } catch {
    return false;
  }
}

function copyHead({ status, headers }: Response, reply: FastifyReply): void {
  const named = (headers.get("connection") ?? "").toLowerCase().split(/\s*,\s*/);
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  reply.code(status);
  for (const [name, value] of headers) if (!dropped.has(name)) reply.header(name, value);
}

/**
 * Has failures answered with problem details where Fastify's own error handler would answer, and a `Response` handed on well.
 * By hooks and not by an error handler: of those a scope has one, and that is the user's.
 */
export function mindAnswers(app: FastifyInstance): void {
  if (app.hasRequestDecorator(failure)) return;
  app.decorateRequest(failure);
  app.addHook("onError", (request: Failed, _reply, error, done) => {
    const problem = problemResponse(error);
    if (problem && isTokenError(error)) {
      request[failure] = error;
      // What Fastify answers with, and many a handler. Failing that it is `status`, by which ours say what another server answered.
      Object.defineProperties(error, {
        statusCode: { value: problem.status, configurable: true },
        headers: { value: Object.fromEntries(problem.headers), configurable: true },
      });
    }
    done();
  });
  app.addHook("onSend", (request: Failed, reply, payload, done) => {
    const error = request[failure];
    const problem = error && isDefaultAnswer(payload, error) && problemResponse(error);
    if (problem) {
      copyHead(problem, reply);
      problem.text().then((text) => done(null, text), done);
      return;
    }
    // Fastify takes a `Response`, connection and all. But for HEAD: the routes that it makes of those for GET cannot measure one.
    if (!(payload instanceof Response) || payload.bodyUsed) return done(null, payload);
    copyHead(payload, reply);
    done(null, payload.body ?? (request.method === "HEAD" ? "" : null));
  });
}
