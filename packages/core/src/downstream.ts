/** What an adapter puts into a request's context: providers that attach their token to a `fetch`. */
import { attachedFetch, bearerOf, bearerText } from "./attached-fetch.ts";
import { ConfigError, HELP, isTokenError } from "./errors.ts";
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

/** Providers for an `env`: made once for each on Workers, where it belongs to the isolate; elsewhere once, from `platform.env`. */
function providersOf(source: ProvidersOrFactory, platform: Platform): (env: object | undefined) => Providers {
  if (typeof source !== "function") return () => source;
  const make = source as (env: object) => Providers;
  const made = new WeakMap<object, Providers>();
  return (env) => {
    const key = platform.requestBoundIo && env !== undefined ? env : platform.env;
    const known = made.get(key);
    if (known) return known;
    const fresh = make(key);
    check(fresh);
    made.set(key, fresh);
    return fresh;
  };
}

// Both classes are here for speed: they are made for each request, and an object literal with a getter takes long to make.

/** The options of every `get` of one request. */
class RequestOptions implements GetOptions {
  /** What was made is kept here: options that inherit from these would each keep their own. */
  readonly home: RequestOptions;
  made: RequestOrMaker | undefined;
  readonly timeoutMs: number;
  readonly context: AttachContext;

  constructor(request: RequestOrMaker | undefined, timeoutMs: number, context: AttachContext) {
    this.home = this;
    this.made = request;
    this.timeoutMs = timeoutMs;
    this.context = context;
  }

  get request(): Request | undefined {
    const { home } = this;
    if (typeof home.made === "function") home.made = home.made();
    return home.made;
  }

  get waitUntil(): GetOptions["waitUntil"] {
    return waitUntilOf(this.context);
  }
}

/** A provider in one request. Printing it shows neither the request nor a token. */
class View implements Downstream, DownstreamWith<object> {
  readonly #provider: Bearer;
  readonly #options: GetOptions;
  readonly #platform: Platform;

  constructor(provider: Bearer, options: GetOptions, platform: Platform) {
    this.#provider = provider;
    this.#options = options;
    this.#platform = platform;
  }

  // Getters and not methods: what they give works by itself, for a client that takes a `fetch`, and is made only when needed.
  get fetch(): Downstream["fetch"] {
    return (input, init) => attachedFetch(this.#provider, this.#options, this.#platform, input, init);
  }

  get token(): Downstream["token"] {
    return () => bearerOf(this.#provider, this.#options).then(bearerText);
  }

  get with(): DownstreamWith<object>["with"] {
    return (params) => new View(this.#provider.with(params), this.#options, this.#platform);
  }

  get expiresAt(): number | undefined {
    return this.#provider.peek(this.#options)?.expiresAt;
  }
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
  const providers = providersOf(source, platform);
  const attach = (request: RequestOrMaker | undefined, context: AttachContext = {}): Attached<ProvidersFrom<T>> => {
    const call = new RequestOptions(request, timeoutMs, context);
    const attached: Record<string, unknown> = {};
    const all = providers(context.env);
    for (const name in all) attached[name] = new View(all[name] as Bearer, call, platform);
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

const DEFAULT_RETRY_AFTER_MS = 5_000;

/** What a request is refused with for what it carries, or does not. */
const REFUSED: Readonly<Record<string, number>> = {
  ERR_AUTH_MISSING: 401,
  ERR_AUTH_INVALID: 401,
  ERR_AUTH_REQUEST: 400,
  ERR_AUTH_FORBIDDEN: 403,
  ERR_AUTH_APP_ONLY: 403,
  ERR_AUTH_UNAVAILABLE: 503,
  ERR_EXCHANGE_INTERACTION: 401,
};

/**
 * The answer to a request that failed here, as problem details (RFC 9457). It names the error's code, the challenge that the
 * error carries as `WWW-Authenticate`, and nothing else of it.
 *
 * - 503 with `Retry-After` when a credential could not be obtained but may be soon, or a token cannot be checked; 502 otherwise
 * - 401, 403 or 400 for what the client sent (`ERR_AUTH_*`), and 401 when the user has to act (`ERR_EXCHANGE_INTERACTION`)
 *
 * @returns Undefined for anything that is not such a failure, a mistake in the program included.
 */
export function problemResponse(error: unknown): Response | undefined {
  if (!isTokenError(error) || /^ERR_(?:CONFIG|CALL_CLAIMS|DOWNSTREAM|WATCH)/.test(error.code)) return undefined;
  const { code, recovery, retryAfterMs, challenge } = error;
  const refused = REFUSED[code];
  const status = refused ?? (recovery === "stop" ? 502 : 503);
  const title = refused
    ? "The authorization of the request was not accepted"
    : "A credential for a downstream service could not be obtained";
  const seconds = Math.max(1, Math.ceil((retryAfterMs ?? DEFAULT_RETRY_AFTER_MS) / 1000));
  return new Response(JSON.stringify({ type: HELP + code.toLowerCase(), title, status, code }), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(status === 503 && { "retry-after": String(seconds) }),
      ...(challenge && { "www-authenticate": challenge }),
    },
  });
}
