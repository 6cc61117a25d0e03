/** A Worker that calls others as the platform does: by HTTP, cron, queue and RPC. It is told what to do by HTTP, too. */
import { record } from "../leak.ts";

/** What the calling Worker saw: what it was given, or the message of what was thrown. */
export interface Seen {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly value?: unknown;
  readonly thrown?: string;
}

/**
 * Its module. Values go through JSON on their way to the test, and through RPC before that. A step of the way of a call is a name,
 * or a name with arguments, which is called. The binding `exports` is the Worker's own exports, where this is a module of one.
 */
export const callerModule: string = `import * as workers from "cloudflare:workers";

const step = (at, one) => (Array.isArray(one) ? at[one[0]](...one.slice(1)) : at[one]);

async function seen(value) {
  if (typeof value === "function") return { value: "a function" };
  if (!(value instanceof Response)) return { value };
  return { status: value.status, headers: Object.fromEntries(value.headers), text: await value.text() };
}

async function play({ kind, service, args }, env) {
  const binding = service === "exports" ? workers.exports : env[service];
  if (kind === "fetch") return seen(await binding.fetch(args[0], args[1]));
  if (kind === "scheduled") return { value: await binding.scheduled({ scheduledTime: new Date(1e12), cron: args[0] }) };
  if (kind === "queue") {
    const messages = args[0].map((body, at) => ({ id: "m" + at, timestamp: new Date(), body, attempts: 1 }));
    return { value: await binding.queue("jobs", messages) };
  }
  const [way, how] = args;
  const last = way.slice(0, -1).reduce(step, binding);
  return seen(await step(last, how === "call" ? [way.at(-1)].flat() : way.at(-1)));
}

export default {
  async fetch(request, env) {
    const order = await request.json();
    try {
      return Response.json(await play(order, env));
    } catch (error) {
      return Response.json({ thrown: String(error) });
    }
  },
};
`;

/** A service, and which of its entrypoints. */
export interface Bound {
  readonly service: string;
  readonly entrypoint?: string | undefined;
}

/** `const caller :Workerd.Worker`, in workerd's configuration, with what it may call by the names of its bindings. */
export function callerConfig(bindings: Readonly<Record<string, Bound>>): string {
  const bound = Object.entries(bindings).map(([name, { service, entrypoint }]) => {
    const which = entrypoint ? `(name = "${service}", entrypoint = "${entrypoint}")` : `"${service}"`;
    return `(name = "${name}", service = ${which})`;
  });
  return `const caller :Workerd.Worker = (
  modules = [ (name = "caller", esModule = embed "caller.js") ],
  compatibilityDate = "2026-10-23", compatibilityFlags = ["no_nodejs_compat_v2", "service_binding_extra_handlers"],
  bindings = [ ${bound.join(", ")} ],
);`;
}

/** What calls other Workers' cron and queue handlers is an experiment of workerd's; nothing that is tested depends on it. */
export const callerFlags: readonly string[] = ["--experimental"];

/** Without the token of an answer that is meant to hold one: that is not to be searched for tokens. */
function shown({ value, ...seen }: Seen): unknown {
  if (seen.status === 200) return { status: 200 };
  const isToken = typeof value === "object" && value !== null && "token" in value;
  return { ...seen, value: isToken ? { ...value, token: "" } : value };
}

/** Has it call something. */
export type Tell = (
  kind: "fetch" | "scheduled" | "queue" | "rpc",
  binding: string,
  ...args: readonly unknown[]
) => Promise<Seen>;

/** Talks to the one that is served at a URL. */
export const tellAt =
  (url: string): Tell =>
  async (kind, service, ...args) => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify({ kind, service, args }) });
    const seen = (await response.json()) as Seen;
    record("what a Worker saw", shown(seen));
    return seen;
  };
