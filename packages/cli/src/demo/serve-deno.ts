/** The app's process on Deno. */
import { createApp } from "./app.ts";
import { endWithParent } from "./parent.ts";
import { readSettings } from "./settings.ts";

/** The little of Deno that is used here; its full types would clash with those of the other runtimes. */
declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(address: { port: number }): void },
    fetch: (request: Request) => Response | Promise<Response>,
  ): unknown;
};

endWithParent();
const app = createApp(readSettings(process.env), (event) => console.log(JSON.stringify(event)));
const onListen = ({ port }: { port: number }): void => {
  console.log(JSON.stringify({ event: "listening", url: `http://127.0.0.1:${port}` }));
};
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => app.fetch(request));
