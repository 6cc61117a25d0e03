/**
 * What programs in documents import and this repository does not install: frameworks that have a recipe and no adapter. Of each, only
 * what the recipes use, written down after its documentation.
 */

/** Declarations by a text that only programs which need them hold. */
const frameworks: Readonly<Record<string, string>> = {
  // https://nextjs.org/docs/app/api-reference/functions/after
  '"next/server"': "export function after(task: Promise<unknown> | (() => unknown)): void;",
  // https://nitro.build/docs/quick-start
  '"nitro/h3"': 'export * from "h3";',
  '"nitro/config"': "export function defineNitroConfig(config: { readonly errorHandler?: string }): object;",
  // https://svelte.dev/docs/kit/@sveltejs-kit
  '"@sveltejs/kit"': `export interface RequestEvent {
    readonly request: Request;
    readonly locals: App.Locals;
    readonly platform: App.Platform | undefined;
  }
  export type RequestHandler = (event: RequestEvent) => Response | Promise<Response>;`,
  // https://svelte.dev/docs/kit/hooks
  '"@sveltejs/kit/hooks"': `import type { RequestEvent } from "@sveltejs/kit";
  export type Handle = (input: {
    event: RequestEvent;
    resolve: (event: RequestEvent) => Promise<Response>;
  }) => Response | Promise<Response>;
  export type HandleServerError = (input: {
    kind: "app" | "framework" | "unknown";
    error: unknown;
    event: RequestEvent;
  }) => { status?: number; message?: string } | void;`,
};

/** Globals of one runtime that would clash with another's in one program. */
const globals: Readonly<Record<string, string>> = {
  // https://docs.deno.com/api/deno/
  "Deno.serve": `declare const Deno: {
  readonly env: { get(name: string): string | undefined };
  serve(options: {
    readonly port?: number;
    readonly handler: (request: Request) => Response | Promise<Response>;
    readonly onError?: (error: unknown) => Response | Promise<Response>;
  }): unknown;
};`,
  "App.Locals": "declare namespace App { interface Locals {} interface Platform {} }",
};

/** The declarations that these programs need besides those that are installed. */
export function frameworksIn(programs: string): string {
  const modules = Object.entries(frameworks).map(([name, text]) => [name, `declare module ${name} {\n  ${text}\n}`]);
  const texts = [...modules, ...Object.entries(globals)];
  const needed = texts.filter(([name = ""]) => programs.includes(name)).map(([, text]) => text);
  return needed.join("\n\n");
}
