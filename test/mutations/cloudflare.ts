/** Breaks of Cloudflare's adapter. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("adapters/cloudflare/src");

const breaks: readonly Break[] = [
  at("downstream.ts", "  executionCtx: ctx,\n", "", "nothing is refreshed behind an answer"),
  at("downstream.ts", "  env: env as object,\n", "", "providers are made of other bindings than the handler's"),
  at(
    "downstream.ts",
    "eager ? attach.eagerly(request, context).then(run) : run(attach(request, context))",
    "run(attach(request, context))",
    "eager is not obeyed",
  ),
  at(
    "handlers.ts",
    "? result.then(undefined, answerTo) : result",
    "? result : result",
    "a failed exchange is an exception",
  ),
  at(
    "handlers.ts",
    "    } catch (error) {\n      return answerTo(error);",
    "    } catch (error) {\n      throw error;",
    "an application in place of a user is an exception",
  ),
  at(
    "downstream.ts",
    'return name === "fetch" ? answering(serve) : serve;',
    "return answering(serve);",
    "a failed exchange acknowledges a batch of messages",
  ),
  at(
    "downstream.ts",
    'name === "fetch" ? (event as Request) : undefined',
    "undefined",
    "a source does not see the request of fetch",
  ),
  at(
    "downstream.ts",
    "Object.assign(attached, known)",
    "Object.assign({ ...known }, attached)",
    "a provider of that name hides the verified user",
  ),
  at(
    "downstream.ts",
    "attach(request, contextOf(env, ctx))",
    "attach(undefined, contextOf(env, ctx))",
    "a source does not see the request of an entrypoint",
  ),
  at("handlers.ts", "handle.call(handlers, event,", "handle(event,", "a handler cannot call another one of its object"),
  at(
    "handlers.ts",
    "if (problems.length > 0) throw",
    "if (problems.length > 9) throw",
    "a misspelt handler is never called",
  ),
  at("handlers.ts", "if (known.length === 0) problems", "if (!given) problems", "a Worker without handlers starts"),
  at("handlers.ts", "if (!answer) throw error;", "if (!answer) return Response.error();", "bugs are hidden"),
  at("handlers.ts", "answer.status >= 500", "answer.status >= 400", "whoever sends a bad token fills the log"),
  at("handlers.ts", "answer.status >= 500", "answer.status >= 600", "nobody is told why exchanges fail"),
  at("bearer-auth.ts", "made.get(key) ?? create(", "create(", "keys are fetched for every request"),
  at("bearer-auth.ts", "        : handle,", "        : async () => undefined,", "cron triggers do nothing"),
  at("bearer-auth.ts", "attach?.(handlers) ?? handlers", "handlers", "users get through, and no provider does"),
  at("bearer-auth.ts", "? answering(async", "? (async", "a request without a token is an exception"),
  at("bearer-auth.ts", '"verify" in one ? one : ', "", "what createBearerAuth gave is refused"),
  at("bearer-auth.ts", "if (!isVerifiedUser(user))", "if (!user)", "whom nobody has verified gets through"),
  at("bearer-auth.ts", ", { executionCtx: ctx }", "", "issuers' keys are not renewed behind a request"),
  at("platform.ts", '...(env && { env: env as Platform["env"] }),', "", "sources do not find their variables"),
  at("platform.ts", "waitUntil(work) }),", "undefined }),", "a provider of its own is not refreshed behind an answer"),
  at("platform.ts", "requestBoundIo: true", "requestBoundIo: false", "providers are made of other bindings"),
];

export const cloudflareBreaks: readonly Break[] = breaks.map((one) => ({ ...one, list: "mutations/workers" }));
