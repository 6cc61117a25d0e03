/** The app as a Worker, for workerd as it is: no Node compatibility, settings as bindings. */
import type { DemoApp } from "./app.ts";
import { emulatedApp } from "./cloud/app.ts";
import { printLine } from "./events.ts";
import { readSettings } from "./settings.ts";

/** What a Worker is given beside the request. */
interface ExecutionContext {
  readonly props: unknown;
  waitUntil(work: Promise<unknown>): void;
  passThroughOnException(): void;
}

/** A Worker's module. */
export interface Worker {
  fetch(
    request: Request,
    env: Readonly<Record<string, string>>,
    context: ExecutionContext,
  ): Response | Promise<Response>;
}

function createWorker(): Worker {
  let app: DemoApp | undefined;
  return {
    fetch(request, env, context) {
      // Made at the first request: before that a Worker knows no settings.
      app ??= emulatedApp(readSettings(env), printLine);
      // With the context goes its waitUntil, by which a refresh outlives the request that started it.
      return app.fetch(request, env, context);
    },
  };
}

/** The Worker; what bundles it makes it the default export. */
export const worker: Worker = createWorker();
