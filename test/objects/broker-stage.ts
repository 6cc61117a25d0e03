/** A process that has the broker's object, processes that use it, and the upstream behind all of them. */
import { record } from "../leak.ts";
import { SCOPE } from "../workerd/order.ts";
import { startUpstream, type Upstream } from "../workerd/upstream.ts";
import { nameOf } from "./broker-names.ts";
import { openStage, type Stage, type WorkerOf } from "./stage.ts";

/** A request, and which isolate serves it: those that are told apart have nothing in common but the object. */
export interface Wish {
  readonly world: number;
  /** Which of the processes that use the object; the one that has it is -1. Default 0. */
  readonly process?: number;
  /** Default 0. */
  readonly isolate?: number;
  /** Which object. Default: the world's. */
  readonly name?: string;
  readonly timeoutMs?: number;
}

/** What a request came to. */
export interface Answer {
  /** A token that the upstream gave for that world. */
  readonly right: boolean;
  readonly token: string;
  /** Whether its isolate held one that could be given at once. */
  readonly held: boolean;
  /** Why its isolate exchanged on its own, so far. */
  readonly fallbacks: readonly string[];
  /** When it was sent and answered. */
  readonly from: number;
  readonly to: number;
}

export interface BrokerStage {
  readonly upstream: Upstream;
  /** The process that has the object. */
  readonly object: Stage;
  readonly users: readonly Stage[];
  ask(wish: Wish): Promise<Answer>;
  /** Where that request goes, for who sends it in another way. */
  urlOf(wish: Wish): string;
  /** A door of a world's object: see `broker-app.ts`. */
  knock(world: number, path: "/abort" | "/alarm"): Promise<string>;
  /** How many exchanges there were for a world. */
  exchanges(world: number): number;
  /** How often a world's object came to life, and how often its alarm rang. */
  lives(world: number): number;
  rings(world: number): number;
  close(): void;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

const program = `export * from "./test/objects/broker-app.ts";`;

/** @param users How many processes use the object besides its own. */
export async function openBroker(users = 2): Promise<BrokerStage> {
  const upstream = await startUpstream();
  const texts = {
    UPSTREAM: upstream.url,
    IDENTITY_ENDPOINT: `${upstream.url}/msi/token`,
    IDENTITY_HEADER: "the-header",
  };
  const app: WorkerOf = { program, objects: ["Broker"], texts, namespaces: { BROKER: { className: "Broker" } } };
  const object = await openStage({
    workers: { app },
    sockets: { door: { service: "app", entrypoint: "Door" }, native: { service: "app", entrypoint: "handler" } },
  });
  const others = await Promise.all(
    Array.from({ length: users }, () =>
      openStage({
        workers: { user: { program, texts, services: { FAR: { service: "far" } } } },
        sockets: { http: { service: "user", entrypoint: "handler" } },
        elsewhere: { far: object.urls.door ?? "" },
      }),
    ),
  );
  const originOf = (process: number): string => (process < 0 ? object.urls.native : others[process]?.url) ?? "";
  const urlOf = ({ world, process = 0, isolate = 0, name = nameOf(world), timeoutMs = 5_000 }: Wish): string => {
    const query = new URLSearchParams({ world: `${world}`, isolate: `${isolate}`, name, timeoutMs: `${timeoutMs}` });
    return `${originOf(process)}/?${query}`;
  };
  const linesOf = (what: string): number => object.log().filter((line) => line === what).length;

  return {
    upstream,
    object,
    users: others,
    urlOf,
    async ask(wish) {
      const from = performance.now();
      const response = await fetch(urlOf(wish));
      const text = await response.text();
      const to = performance.now();
      const owner = upstream.ownerOf(text);
      const right = response.status === 200 && owner?.world === wish.world && owner.hop === "target";
      if (!right) record("answer", text);
      const fallbacks = (response.headers.get("fallbacks") ?? "").split(",").filter(Boolean);
      const held = response.headers.get("held") === "true";
      return { right, token: text, held, fallbacks, from, to };
    },
    async knock(world, path) {
      const response = await fetch(`${originOf(-1)}${path}?name=${nameOf(world)}`);
      return response.text();
    },
    exchanges: (world) => upstream.count(world, "target", SCOPE),
    lives: (world) => linesOf(`life of ${nameOf(world)}`),
    rings: (world) => linesOf(`alarm of ${nameOf(world)}`),
    close() {
      for (const one of [object, ...others]) one.close();
      upstream.close();
    },
  };
}

/** What is waited for until it is opened. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
