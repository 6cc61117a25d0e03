/**
 * A Worker that measures one adapter. It counts and does not measure: in a Worker time stands still while code runs, so whoever
 * asks for a batch looks at the clock. It runs in workerd as it is.
 */
import type { App, Contestant, Kind, Route } from "./contestant.ts";

/** A Worker's module. */
export interface Worker {
  fetch(request: Request): Promise<Response>;
}

/** Answers `/batch?kind=&route=&requests=` when it has served as many, and anything else as the app that its host name says. */
export function createWorker(contestant: Contestant): Worker {
  const apps = new Map<string, App>();
  const appOf = async (kind: Kind, route: Route): Promise<App> => {
    const key = `${kind} ${route}`;
    const app = apps.get(key) ?? (await contestant.make(kind, route));
    apps.set(key, app);
    return app;
  };
  return {
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      const text = (name: string): string => searchParams.get(name) ?? "";
      if (pathname !== "/batch") {
        const [kind, route] = (request.headers.get("x-app") ?? "no-op attached").split(" ") as [Kind, Route];
        const app = await appOf(kind, route);
        return app.fetch?.(request) ?? new Response(null, { status: 404 });
      }
      const app = await appOf(text("kind") as Kind, text("route") as Route);
      for (let left = Number(text("requests")); left > 0; left--) await app.once();
      return new Response("done");
    },
  };
}
