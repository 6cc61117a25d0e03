/**
 * What Workers hand to a handler, as far as it is documented. Structural: the types of `@cloudflare/workers-types` fit, and so
 * does what is made of these where one of those is expected. Name yours where you need more (`ctx: ExecutionContext<Props>`).
 */

/** @see https://developers.cloudflare.com/workers/runtime-apis/context/ */
export interface ExecutionContextLike {
  /** What a service binding was configured with. */
  readonly props: unknown;
  /** Keeps the Worker alive for work that outlives the answer. */
  waitUntil(work: Promise<unknown>): void;
  passThroughOnException(): void;
}

/** @see https://developers.cloudflare.com/workers/runtime-apis/handlers/scheduled/ */
export interface ScheduledControllerLike {
  readonly cron: string;
  /** Epoch ms. */
  readonly scheduledTime: number;
  noRetry(): void;
}

/** @see https://developers.cloudflare.com/queues/configuration/javascript-apis/#queueretryoptions */
export interface RetryOptionsLike {
  delaySeconds?: number;
}

/** @see https://developers.cloudflare.com/queues/configuration/javascript-apis/#message */
export interface MessageLike<Body = unknown> {
  readonly id: string;
  readonly timestamp: Date;
  readonly body: Body;
  /** From 1. */
  readonly attempts: number;
  ack(): void;
  retry(options?: RetryOptionsLike): void;
}

/** @see https://developers.cloudflare.com/queues/configuration/javascript-apis/#messagebatch */
export interface MessageBatchLike<Body = unknown> {
  readonly queue: string;
  readonly messages: readonly MessageLike<Body>[];
  ackAll(): void;
  retryAll(options?: RetryOptionsLike): void;
}

type Awaitable<T> = T | Promise<T>;

/**
 * Handlers of a Worker, with what was attached as further arguments: `OfFetch` goes to `fetch`, `OfRest` to the others. Written as
 * methods, so that a handler may say more exactly what it takes.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/handlers/
 */
export interface WorkerHandlers<
  Env = unknown,
  OfFetch extends readonly object[] = [],
  OfRest extends readonly object[] = [],
> {
  fetch(request: Request, env: Env, ctx: ExecutionContextLike, ...attached: OfFetch): Awaitable<Response>;
  scheduled(
    controller: ScheduledControllerLike,
    env: Env,
    ctx: ExecutionContextLike,
    ...attached: OfRest
  ): Awaitable<void>;
  queue(batch: MessageBatchLike, env: Env, ctx: ExecutionContextLike, ...attached: OfRest): Awaitable<void>;
  /** The message is Email Routing's: name its type, `ForwardableEmailMessage`. */
  email(message: unknown, env: Env, ctx: ExecutionContextLike, ...attached: OfRest): Awaitable<void>;
}

/** The name of one of them. */
export type HandlerName = keyof WorkerHandlers;

/**
 * Turns handlers that are given more than a Worker's are into a Worker's, ready to be exported.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` when there is no handler, or one that nothing can be attached to.
 */
export type WorkerWrapper<DefaultEnv, OfFetch extends object, OfRest extends object> = <
  Name extends HandlerName,
  Env = DefaultEnv,
>(
  handlers: Pick<WorkerHandlers<Env, [OfFetch], [OfRest]>, Name>,
) => Pick<WorkerHandlers<Env>, Name>;
