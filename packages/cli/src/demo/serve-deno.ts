/** The app's process on Deno. */
import { appFor } from "./app-for.ts";
import { printPort } from "./events.ts";
import { endWithParent } from "./parent.ts";

/** The little of Deno that is used here; its full types would clash with those of the other runtimes. */
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(address: { port: number }): void },
    fetch: (request: Request) => Response | Promise<Response>,
  ): unknown;
};

endWithParent();
const app = appFor(process.argv[2], process.env);
const onListen = ({ port }: { port: number }): void => printPort(port);
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => app.fetch(request));
