/** The Worker of the template in real workerd, with its Azure, and another Worker that calls it as the platform does. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { openStage, type ServiceOf, type Stage, type WorkerOf } from "../objects/stage.ts";
import { callerModule, type Tell, tellAt } from "../workerd/cloudflare-caller.ts";
import { type Cloud, openCloud, type Trust, values } from "./cloud.ts";
import { edited, original, trustOf, workerFrom } from "./project.ts";

/** An answer over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export interface WorkerStage {
  readonly cloud: Cloud;
  readonly stage: Stage;
  /** A request to the Worker from outside, under its own host or another one. */
  ask(path: string, host?: string): Promise<Answer>;
  /** The same to the Worker's second isolate, which shares the objects with the first and nothing else. */
  askSecond(path: string): Promise<Answer>;
  /** Has a Worker print a part of the token that the broker gives to whoever is bound to it. */
  leak(): Promise<Answer>;
  /** What the Workers are configured with: bindings, variables, and the file that they come from. */
  readonly configuration: string;
  /**
   * Calls its bindings, by RPC, HTTP or as cron does: `APP` is the Worker, `KEYS` and `BROKER` are its objects, `OWN`, `ANOTHER` and
   * `NOBODY` are bound to the issuer.
   */
  readonly tell: Tell;
  close(): Promise<void>;
}

/** How a stage differs from what a user has who followed the README. */
export interface StageOptions {
  readonly edit?: (text: string) => string;
  readonly trust?: Partial<Trust>;
  /** As for {@link openCloud}. */
  readonly hide?: (token: string) => string;
}

/** Prints no more than a signature: what comes before it begins like that of other tokens, which must not be found here. */
const leaky = `export default {
  async fetch(_request, { BROKER }) {
    const { token } = await BROKER.getByName("broker").credential({ version: 1, provider: "arm" });
    console.log("got something signed " + token.split(".")[2]);
    return new Response("printed");
  },
};
`;

/** Less than a test may take, so that it says what it waited for. A key of RSA may take seconds on a busy machine. */
const ANSWER_MS = 20_000;

/** Bindings to the issuer, as the README shows one: with the Worker's own subject, with that of the README, and with none. */
function issuersOf(subject: string): Readonly<Record<string, ServiceOf>> {
  const [, json = ""] = /```jsonc\n(\{\s*"services"[\s\S]*?)```/.exec(original("cloudflare-worker", "README.md")) ?? [];
  const [shown] = (JSON.parse(json) as { readonly services: readonly (ServiceOf & { readonly props: object })[] })
    .services;
  const { entrypoint, props } = shown ?? {};
  const service = "template";
  return {
    OWN: { service, entrypoint, props: { ...props, subject } },
    ANOTHER: { service, entrypoint, props },
    NOBODY: { service, entrypoint },
  };
}

/** A request that names a host of its own. */
export function askAt(url: string, path: string, host: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const read = async (reply: IncomingMessage): Promise<Answer> => {
      let text = "";
      for await (const chunk of reply.setEncoding("utf8")) text += chunk;
      return { status: reply.statusCode ?? 0, headers: reply.headers, text };
    };
    const options = { headers: { host }, agent: false, signal: AbortSignal.timeout(ANSWER_MS) };
    httpRequest(new URL(path, url), options, (reply) => resolve(read(reply)))
      .once("error", (cause) => reject(new Error(`no answer to ${host}${path}`, { cause })))
      .end();
  });
}

/** Opens it. */
export async function openWorkerStage({
  edit = edited,
  trust: trusted,
  hide,
}: StageOptions = {}): Promise<WorkerStage> {
  const trust = trustOf("cloudflare-worker");
  const cloud = await openCloud({ ...trust, ...trusted }, hide);
  const config = edit(original("cloudflare-worker", "wrangler.jsonc"));
  const namespaces = {
    KEYS: { className: "Keys", service: "template" },
    BROKER: { className: "Broker", service: "template" },
  };
  const workers: Readonly<Record<string, WorkerOf>> = {
    template: workerFrom(config),
    second: workerFrom(config, "template"),
    caller: {
      program: callerModule,
      // Without it a service binding has no scheduled().
      flags: ["service_binding_extra_handlers"],
      services: { APP: { service: "template" }, ...issuersOf(trust.subject) },
      namespaces,
    },
    leaky: { program: leaky, namespaces },
  };
  const sockets = Object.keys(workers).map((service) => [service, { service }]);
  const stage = await openStage({ workers, sockets: Object.fromEntries(sockets), internet: cloud.internet });
  const { template = "", second = "", leaky: leaking = "", caller = "" } = stage.urls;
  cloud.issuerAt(template);
  return {
    cloud,
    stage,
    ask: (path, host = values.host) => askAt(template, path, host),
    askSecond: (path) => askAt(second, path, values.host),
    leak: () => askAt(leaking, "/", "leaky.example"),
    configuration: `${config}\n${JSON.stringify(workers)}`,
    tell: tellAt(caller),
    async close() {
      stage.close();
      await cloud.close();
    },
  };
}

/** Opens a stage for one scene. */
export async function onStage(play: (stage: WorkerStage) => Promise<void>, options?: StageOptions): Promise<void> {
  const stage = await openWorkerStage(options);
  try {
    await play(stage);
  } finally {
    await stage.close();
  }
}
