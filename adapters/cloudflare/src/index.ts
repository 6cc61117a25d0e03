/**
 * Cloudflare Workers: handlers with downstream credentials attached, inbound bearer tokens verified, and the runtime as a platform.
 *
 * Import from `@tokenhop/cloudflare`.
 */
export { type Authenticated, bearerAuth } from "./bearer-auth.ts";
export { type DownstreamWorker, downstream, type EnvOf } from "./downstream.ts";
export { workersPlatform } from "./platform.ts";
export type {
  ExecutionContextLike,
  HandlerName,
  MessageBatchLike,
  MessageLike,
  RetryOptionsLike,
  ScheduledControllerLike,
  WorkerHandlers,
  WorkerWrapper,
} from "./types.ts";
