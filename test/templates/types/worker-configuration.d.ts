/**
 * A stand-in for what `wrangler types` writes in the template, as far as its program uses it, so that `npm run check` needs no
 * Wrangler. The part `templates` of the tests checks the same program with what Wrangler itself writes.
 */
import type { TokenMinter } from "@tokenhop/core/sources/self-issued";
import type { BrokerStub, IssuerProps, IssuerStub, NamespaceLike } from "@tokenhop/durable-objects";

declare global {
  interface Env {
    ISSUER: string;
    TENANT_ID: string;
    CLIENT_ID: string;
    RESOURCE_GROUP_ID: string;
    KEYS: NamespaceLike<IssuerStub>;
    BROKER: NamespaceLike<BrokerStub>;
  }

  interface ExecutionContext {
    readonly props: unknown;
    waitUntil(work: Promise<unknown>): void;
    passThroughOnException(): void;
  }

  interface ExportedHandler<Bindings> {
    fetch?(request: Request, env: Bindings, ctx: ExecutionContext): Response | Promise<Response>;
    scheduled?(
      controller: { readonly scheduledTime: number; readonly cron: string; noRetry(): void },
      env: Bindings,
      ctx: ExecutionContext,
    ): void | Promise<void>;
  }
}

declare module "cloudflare:workers" {
  interface WorkerExports {
    Issuer(options: { readonly props: IssuerProps }): TokenMinter;
  }
}
