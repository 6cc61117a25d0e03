/**
 * As much of Workers' own module as is used here. It is no part of what is published as types, so a project has the declarations
 * of `@cloudflare/workers-types` or of `wrangler types`, and no others.
 */
declare module "cloudflare:workers" {
  export function waitUntil(work: Promise<unknown>): void;
  /** The bindings; empty where the flag `disallow_importable_env` is set. */
  export const env: Readonly<Record<string, unknown>>;
}
