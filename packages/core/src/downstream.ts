/** What an adapter puts into a request's context: providers that attach their token to a `fetch`. */
import { attachedFetch, bearerOf, bearerText } from "./attached-fetch.ts";
import { ConfigError, isTokenError } from "./errors.ts";
import { type RequestContext, waitUntilOf } from "./internal/wait-until.ts";
import { defaultPlatform } from "./platform.ts";
import type {
  Attached,
  BearerToken,
  CredentialProvider,
  Downstream,
  DownstreamWith,
  GetOptions,
  Platform,
  Providers,
  ProvidersOrFactory,
} from "./types.ts";

/** Options of an adapter, and of {@link createAttach}. */
export interface DownstreamOptions {
  /** Obtain every token before the handler runs, instead of when it is first needed. Default false. */
  readonly eager?: boolean | undefined;
  /** How long a request waits for a token before it fails with `ERR_CALL_TIMEOUT`. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Default: {@link defaultPlatform}. */
  readonly platform?: Platform | undefined;
}

/** What a framework knows of the request besides the request itself. */
export interface AttachContext extends RequestContext {
  /** The Worker's `env`: providers made from it are kept as long as it. */
  readonly env?: object | undefined;
}

/** The providers that `T` stands for. */
export type ProvidersFrom<T extends ProvidersOrFactory> = T extends (env: never) => infer R
  ? R extends Providers
    ? R
    : never
  : T extends Providers
    ? T
    : never;

/**
 * The request being served, or what makes one of it where a framework has none: called at most once, and only when a source
 * asks for the request. {@link requestHead} makes one from Node's.
 */
export type RequestOrMaker = Request | (() => Request);

/** Attaches providers to one request, or to work that serves none: a cron trigger, a queue, RPC. */
export interface Attach<T extends ProvidersOrFactory> {
  (request: RequestOrMaker | undefined, context?: AttachContext): Attached<ProvidersFrom<T>>;
  /** The same, with every token that needs no parameter obtained first. */
  eagerly(request: RequestOrMaker | undefined, context?: AttachContext): Promise<Attached<ProvidersFrom<T>>>;
}

type Bearer = CredentialProvider<BearerToken, object>;

const OPTIONS = ["eager", "timeoutMs", "platform"];

/** @throws {ConfigError} naming every provider and option that is none. */
function check(providers: object, options: object = {}): void {
  const wrong = Object.entries(providers).filter(([, one]) => typeof one?.with !== "function");
  const unknown = Object.keys(options).filter((name) => !OPTIONS.includes(name));
  const { timeoutMs = 0 } = options as DownstreamOptions;
  const problems = [
    ...wrong.map(([name]) => `${name}: expected a provider, as federate() gives`),
    ...unknown.map((name) => `${name}: unknown option`),
    ...(timeoutMs >= 0 ? [] : ["timeoutMs: expected at least 0 ms"]),
  ];
  if (problems.length > 0) throw new ConfigError("downstream()", problems);
}

/** A provider by its name, and what every request's view of it shares. */
interface Attachable {
  readonly name: string;
  readonly provider: Bearer;
  readonly timeoutMs: number;
  readonly platform: Platform;
}

/** Providers for an `env`: made once for each on Workers, where it belongs to the isolate; elsewhere once, from `platform.env`. */
function providersOf(
  source: ProvidersOrFactory,
  shared: Pick<Attachable, "timeoutMs" | "platform">,
): (env: object | undefined) => readonly Attachable[] {
  const { platform } = shared;
  const list = (providers: Providers): readonly Attachable[] =>
    Object.entries(providers).map(([name, provider]) => ({ ...shared, name, provider: provider as Bearer }));
  if (typeof source !== "function") {
    const all = list(source);
    return () => all;
  }
  const make = source as (env: object) => Providers;
  const made = new WeakMap<object, readonly Attachable[]>();
  return (env) => {
    const key = platform.requestBoundIo && env !== undefined ? env : platform.env;
    const known = made.get(key);
    if (known) return known;
    const providers = make(key);
    check(providers);
    const fresh = list(providers);
    made.set(key, fresh);
    return fresh;
  };
}

// Both classes are here for speed: an object literal with a getter takes long to make. A view is made for each request, so it
// holds no more than it was given, and the options are made when they are needed.

/** The options of a `get` of one request. */
class RequestOptions implements GetOptions {
  readonly asked: RequestOrMaker | undefined;
  readonly timeoutMs: number;
  readonly context: AttachContext;

  constructor(asked: RequestOrMaker | undefined, timeoutMs: number, context: AttachContext) {
    this.asked = asked;
    this.timeoutMs = timeoutMs;
    this.context = context;
  }

  get request(): Request | undefined {
    const { asked } = this;
    return typeof asked === "function" ? asked() : asked;
  }

  get waitUntil(): GetOptions["waitUntil"] {
    return waitUntilOf(this.context);
  }
}

/** A provider in one request. Printing it shows neither the request nor a token. */
class View implements Downstream, DownstreamWith<object> {
  readonly #one: Attachable;
  readonly #asked: RequestOrMaker | undefined;
  readonly #context: AttachContext;

  constructor(one: Attachable, asked: RequestOrMaker | undefined, context: AttachContext) {
    this.#one = one;
    this.#asked = asked;
    this.#context = context;
  }

  get #options(): GetOptions {
    return new RequestOptions(this.#asked, this.#one.timeoutMs, this.#context);
  }

  // Getters and not methods: what they give works by itself, for a client that takes a `fetch`, and is made only when needed.
  get fetch(): Downstream["fetch"] {
    const { provider, platform } = this.#one;
    return (input, init) => attachedFetch(provider, this.#options, platform, input, init);
  }

  get token(): Downstream["token"] {
    return () => bearerOf(this.#one.provider, this.#options).then(bearerText);
  }

  get with(): DownstreamWith<object>["with"] {
    return (params) =>
      new View({ ...this.#one, provider: this.#one.provider.with(params) }, this.#asked, this.#context);
  }

  get expiresAt(): number | undefined {
    return this.#one.provider.peek(this.#options)?.expiresAt;
  }
}

/** Makes a request once, however many providers ask for it. */
function once(make: () => Request): () => Request {
  let made: Request | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** A provider that needs parameters has no token before `with`. If it is a mistake, the first use shows it. */
function laterIfParameters(error: unknown): void {
  if (!isTokenError(error) || error.code !== "ERR_CONFIG_INVALID") throw error;
}

/**
 * Prepares providers for a framework that has no adapter: what it returns attaches them to a request. Call it once, when the
 * server starts; call the result for each request. Nothing is fetched until a route asks for it.
 *
 * @param source The providers by name, or a function that makes them from a Worker's `env`.
 * @param options See {@link DownstreamOptions}.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is no provider and every unknown option.
 *
 * @example
 * ```ts
 * import { createAttach, federate } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const attach = createAttach((env: { TENANT: string; UAMI: string; APP: string }) => ({
 *   graph: federate({
 *     from: managedIdentity({ clientId: env.UAMI }),
 *     to: entra({ tenantId: env.TENANT, clientId: env.APP, scope: "https://graph.microsoft.com/.default" }),
 *   }),
 * }));
 *
 * export async function handle(request: Request): Promise<Response> {
 *   const { graph } = attach(request);
 *   return graph.fetch("https://graph.microsoft.com/v1.0/users");
 * }
 * ```
 */
export function createAttach<T extends ProvidersOrFactory>(source: T, options: DownstreamOptions = {}): Attach<T> {
  check(source, options);
  const { timeoutMs = 30_000, platform = defaultPlatform() } = options;
  const attachables = providersOf(source, { timeoutMs, platform });
  const attach = (request: RequestOrMaker | undefined, context: AttachContext = {}): Attached<ProvidersFrom<T>> => {
    const asked = typeof request === "function" ? once(request) : request;
    const attached: Record<string, unknown> = {};
    for (const one of attachables(context.env)) attached[one.name] = new View(one, asked, context);
    return attached as Attached<ProvidersFrom<T>>;
  };
  const eagerly = async (
    request: RequestOrMaker | undefined,
    context: AttachContext = {},
  ): Promise<Attached<ProvidersFrom<T>>> => {
    const attached = attach(request, context);
    const one = async ({ token }: Downstream): Promise<unknown> => token().catch(laterIfParameters);
    await Promise.all(Object.values(attached as Record<string, Downstream>).map(one));
    return attached;
  };
  return Object.assign(attach, { eagerly });
}
