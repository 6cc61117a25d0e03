/**
 * As much of Workers' own module as is used here. It is no part of what is published as types, so a project has the declarations
 * of `@cloudflare/workers-types` or of `wrangler types`, and no others.
 */
declare module "cloudflare:workers" {
  export function waitUntil(work: Promise<unknown>): void;
  /** The bindings; empty where the flag `disallow_importable_env` is set. */
  export const env: Readonly<Record<string, unknown>>;

  /** For examples and tests. Its methods and getters are what other Workers can call. */
  export abstract class WorkerEntrypoint<Env = unknown> {
    protected readonly ctx: {
      readonly props: unknown;
      waitUntil(work: Promise<unknown>): void;
      passThroughOnException(): void;
    };
    protected readonly env: Env;
    constructor(ctx: object, env: Env);
    fetch?(request: Request): Response | Promise<Response>;
  }
}
