/** Runs a route: faults before, log behind, data in between. */
import { awsFault } from "./aws/fault.ts";
import { errorAnswer } from "./entra/error-answer.ts";
import { ConnectionDropped, type Fault } from "./faults.ts";
import type { LogRecord, RouteName } from "./log.ts";
import type { Answer, Call, Handler, World } from "./world.ts";

type Outcome = LogRecord["outcome"];
type Done = Omit<Answer, "log"> & { readonly log: Omit<Answer["log"], "outcome"> & { readonly outcome: Outcome } };

/** Answers one call of a route and logs it. */
export async function answerRoute(world: World, route: RouteName, handler: Handler, call: Call): Promise<Response> {
  const fault = world.faults.take(route, clientOf(call));
  if (fault?.delayMs) await world.sleep(fault.delayMs, call.signal);
  const add = ({ status, log }: Pick<Done, "status" | "log">): void =>
    world.log.add({ at: world.clock.now(), route, status, ...log });
  if (fault?.kind === "drop" || fault?.kind === "hang") {
    add({ status: 0, log: { outcome: "fault", reason: `A fault: ${fault.kind}` } });
    if (fault.kind === "hang") await untilAborted(call.signal);
    throw new ConnectionDropped();
  }
  const answer = replacement(world, call, fault) ?? edited(await handler(world, call), fault);
  add(answer);
  return toResponse(answer);
}

/** The client that a request names, in its form or its query. */
function clientOf({ form, url }: Call): string | undefined {
  return form.get("client_id") ?? url.searchParams.get("client_id") ?? undefined;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function replacement(world: World, call: Call, fault: Fault | undefined): Done | undefined {
  if (fault?.kind === "aws-error") {
    const log = { outcome: "fault", code: fault.code, reason: "A fault: aws-error" } as const;
    return { ...awsFault(world, call, fault), log };
  }
  if (fault?.kind !== "respond" && fault?.kind !== "entra-error") return undefined;
  const retry = fault.retryAfterSeconds;
  const headers = retry === undefined ? undefined : { "retry-after": String(retry) };
  if (fault.kind === "entra-error") {
    const { code, error, status, description = "A fault was ordered.", suberror, claims } = fault;
    const log = { outcome: "fault", code, reason: "A fault: entra-error" } as const;
    const refusal = { code, error, status, text: description, errorUri: false };
    return { ...errorAnswer(world, call, refusal, { suberror, claims, headers }), log };
  }
  const { status, body = "" } = fault;
  const log = { outcome: "fault", code: status, reason: "A fault: respond" } as const;
  return { status, body, headers: { ...headers, ...fault.headers }, log };
}

function edited(answer: Answer, fault: Fault | undefined): Done {
  if (fault?.kind !== "edit" || typeof answer.body !== "object" || answer.body === null) return answer;
  const members = Object.entries({ ...answer.body, ...fault.set }).filter(([name]) => !fault.remove?.includes(name));
  return {
    ...answer,
    body: Object.fromEntries(members),
    log: { ...answer.log, reason: `${answer.log.reason}; edited by a fault` },
  };
}

function toResponse({ status, body, headers = {} }: Omit<Answer, "log">): Response {
  const isText = typeof body === "string";
  const isRaw = body instanceof Uint8Array || body instanceof ReadableStream;
  const type = isText ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
  const hasBody = body !== undefined && ![204, 205, 304].includes(status);
  const content = isText || isRaw ? (body as BodyInit) : JSON.stringify(body);
  const all = new Headers(hasBody ? { "content-type": type } : {});
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return new Response(hasBody ? content : null, { status, headers: all });
}
