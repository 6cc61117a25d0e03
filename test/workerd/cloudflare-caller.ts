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

/** Its module. Values go through JSON on their way to the test, and through RPC before that. */
export const callerModule: string = `async function play({ kind, service, args }, env) {
  const binding = env[service];
  if (kind === "fetch") {
    const response = await binding.fetch(args[0], args[1]);
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
  }
  if (kind === "scheduled") return { value: await binding.scheduled({ scheduledTime: new Date(1e12), cron: args[0] }) };
  if (kind === "queue") {
    const messages = args[0].map((body, at) => ({ id: "m" + at, timestamp: new Date(), body, attempts: 1 }));
    return { value: await binding.queue("jobs", messages) };
  }
  const [way, how] = args;
  const last = way.slice(0, -1).reduce((at, name) => at[name], binding);
  const value = await (how === "call" ? last[way.at(-1)]() : last[way.at(-1)]);
  return { value: typeof value === "function" ? "a function" : value };
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
    // The answer that is meant to be a token is not searched for one.
    if (seen.status !== 200) record("what a Worker saw", seen);
    return seen;
  };
