/**
 * A stand-in for Deno's own declarations, as far as the template uses them: in one program with Bun's they would clash. The part
 * `templates` of the tests has `deno check` look at the same program.
 */
import type { DenoKv } from "@tokenhop/issuer/stores/deno-kv";

declare global {
  const Deno: {
    readonly build: { readonly os: string };
    umask(mask: number): number;
    readonly env: { get(name: string): string | undefined };
    openKv(path?: string): Promise<DenoKv>;
    serve(options: {
      readonly hostname?: string;
      readonly port?: number;
      readonly handler: (request: Request) => Response | Promise<Response>;
      readonly onError?: (error: unknown) => Response | Promise<Response>;
    }): unknown;
  };
}
