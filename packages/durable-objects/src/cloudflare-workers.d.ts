/**
 * As much of Workers' own module as is used here, and not by `@tokenhop/cloudflare`, which declares its share. It is no part of what
 * is published as types, so a project has the declarations of `@cloudflare/workers-types` or of `wrangler types`, and no others.
 */
declare module "cloudflare:workers" {
  /** What a Worker exports, by name. Whoever knows its classes says more, as `wrangler types` does. */
  export interface WorkerExports {
    // biome-ignore lint/suspicious/noExplicitAny: for examples, whose classes are nobody else's
    readonly [name: string]: any;
  }
  /** The Worker's own entrypoints and namespaces. */
  export const exports: WorkerExports;

  /** For tests: what passes through RPC as a reference. */
  export abstract class RpcTarget {}

  /** Its methods and getters are what other Workers can call. */
  export abstract class WorkerEntrypoint<Env = unknown, Props = unknown> {
    protected readonly ctx: {
      readonly props: Props;
      waitUntil(work: Promise<unknown>): void;
      passThroughOnException(): void;
    };
    protected readonly env: Env;
    constructor(ctx: object, env: Env);
    fetch?(request: Request): Response | Promise<Response>;
  }

  /** Its methods and getters are what whoever has the namespace can call. */
  export abstract class DurableObject<Env = unknown, Props = unknown> {
    protected readonly ctx: {
      readonly id: { readonly name?: string };
      readonly props: Props;
      readonly storage: {
        get<T = unknown>(key: string): Promise<T | undefined>;
        put<T>(key: string, value: T): Promise<void>;
        delete(key: string): Promise<boolean>;
        list<T = unknown>(options?: { readonly prefix?: string }): Promise<Map<string, T>>;
        transaction<T>(
          closure: (storage: {
            get<U = unknown>(key: string): Promise<U | undefined>;
            put<U>(key: string, value: U): Promise<void>;
            delete(key: string): Promise<boolean>;
          }) => Promise<T>,
        ): Promise<T>;
        getAlarm(): Promise<number | null>;
        setAlarm(at: number): Promise<void>;
        deleteAlarm(): Promise<void>;
        sync(): Promise<void>;
      };
      waitUntil(work: Promise<unknown>): void;
      blockConcurrencyWhile<T>(work: () => Promise<T>): Promise<T>;
      abort(reason?: string): void;
    };
    protected readonly env: Env;
    constructor(ctx: object, env: Env);
    fetch?(request: Request): Response | Promise<Response>;
  }
}
