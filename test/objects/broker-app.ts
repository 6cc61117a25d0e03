/**
 * The Workers that the tests of the broker play with, as a user would write them: one has the object, others use it. They run in
 * workerd as they are. Each world is a provider of its own with an object of its own, so that scenes do not see each other.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { type DownstreamWorker, downstream, type ExecutionContextLike, workersPlatform } from "@tokenhop/cloudflare";
import {
  type BearerToken,
  type CredentialProvider,
  type Downstream,
  federate,
  isTokenError,
  type Providers,
} from "@tokenhop/core";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { entra } from "@tokenhop/core/targets/entra";
import {
  type BrokerQuestion,
  type BrokerStub,
  brokered,
  type NamespaceLike,
  type SharedProviders,
  TokenBroker,
} from "@tokenhop/durable-objects";
import { clientIdOf, SCOPE, TENANT } from "../workerd/order.ts";
import { nameOf } from "./broker-names.ts";

/** Bindings and variables. `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` are there too, for the source. */
export interface Env {
  readonly UPSTREAM: string;
  /** Of the Worker that has the object. */
  readonly BROKER?: Objects;
  /** Of a Worker in another process. */
  readonly FAR?: { credential(name: string, question: BrokerQuestion): Promise<unknown> };
}

type Objects = NamespaceLike<BrokerStub & { fetch(url: string): Promise<Response> }>;

const WORLDS = 20;

const providerOf = (world: number, { UPSTREAM }: Env): CredentialProvider<BearerToken, object> =>
  federate({
    from: managedIdentity({ clientId: clientIdOf(world) }),
    to: entra({
      tenantId: TENANT,
      clientId: clientIdOf(world),
      scope: SCOPE,
      authority: UPSTREAM,
      allowHttpLoopback: true,
      hosts: [UPSTREAM],
    }),
    platform: workersPlatform(),
  }) as CredentialProvider<BearerToken, object>;

/** The object, with a line in the log for its life and its alarms, and doors for the test. */
export class Broker extends TokenBroker<Env> {
  constructor(ctx: object, env: Env) {
    super(ctx, env);
    console.log(`life of ${this.ctx.id.name}`);
  }

  protected override providers(env: Env): Providers {
    const all = Array.from({ length: WORLDS }, (_, at) => [nameOf(at + 1), providerOf(at + 1, env)] as const);
    return Object.fromEntries(all) as Providers;
  }

  override alarm(): Promise<void> {
    console.log(`alarm of ${this.ctx.id.name}`);
    return super.alarm();
  }

  override async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === "/abort") this.ctx.abort("the end of an object");
    return Response.json(await this.ctx.storage.getAlarm());
  }
}

/** What objects of these names answer. */
const odd: Readonly<Record<string, () => unknown>> = {
  "version 0": () => ({ version: 0, ok: true, id: "a", token: "old", expiresInMs: 60_000, refreshInMs: 30_000 }),
  "version 2": () => ({
    version: 2,
    ok: false,
    error: { code: "ERR_EXCHANGE_REFUSED", recovery: "stop", message: "no" },
  }),
  "no version": () => ({ ok: true, id: "a", token: "new", expiresInMs: 60_000, refreshInMs: 30_000 }),
  nonsense: () => "a token",
  "a function": () => () => "a token",
  silence: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  failure: () => {
    throw Object.assign(new Error("out of order"), { retryable: true });
  },
};

/** The way to the object for other processes. */
export class Door extends WorkerEntrypoint<Env> {
  credential(name: string, question: BrokerQuestion): unknown {
    return odd[name]?.() ?? (this.env.BROKER as Objects).getByName(name).credential(question);
  }
}

/** What stands for the namespace: a binding to it cannot lead to another process here. */
const objectsOf = ({ BROKER, FAR }: Env): NamespaceLike<BrokerStub> | undefined =>
  BROKER ?? (FAR && { getByName: (name) => ({ credential: (question) => FAR.credential(name, question) }) });

/** An isolate that is cold when it is first asked for. */
interface Cold {
  readonly worker: DownstreamWorker<(env: Env) => SharedProviders>;
  readonly fallbacks: string[];
}

const colds = new Map<string, Cold>();

function open(key: string, world: number, name: string, timeoutMs: number): Cold {
  const fallbacks: string[] = [];
  const onFallback = (_: string, reason: string): void => void fallbacks.push(reason);
  const worker = downstream(
    (env: Env): SharedProviders =>
      brokered(
        objectsOf(env),
        { [nameOf(world)]: providerOf(world, env) },
        {
          name,
          timeoutMs,
          onFallback,
        },
      ),
  );
  const cold: Cold = { worker, fallbacks };
  colds.set(key, cold);
  return cold;
}

/** Answers with the token. */
export const handler = {
  async fetch(request: Request, env: Env, ctx: ExecutionContextLike): Promise<Response> {
    const { searchParams, search, pathname } = new URL(request.url);
    // A door to the object itself.
    if (pathname !== "/") return (env.BROKER as Objects).getByName(searchParams.get("name") ?? "").fetch(request.url);
    const world = Number(searchParams.get("world"));
    const cold =
      colds.get(search) ?? open(search, world, searchParams.get("name") ?? "", Number(searchParams.get("timeoutMs")));
    const attached = cold.worker.attach(env, ctx, request) as unknown as Readonly<Record<string, Downstream>>;
    const downstream = attached[nameOf(world)] as Downstream;
    // Whether there is one to be given without waiting for anybody.
    const held = String(downstream.expiresAt !== undefined);
    const headers = (): HeadersInit => ({ held, fallbacks: cold.fallbacks.join() });
    try {
      return new Response(await downstream.token(), { headers: headers() });
    } catch (error) {
      return new Response(isTokenError(error) ? error.message : String(error), { status: 503, headers: headers() });
    }
  },
};
