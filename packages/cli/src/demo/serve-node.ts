/** The app's process on Node. */
import { serve } from "@hono/node-server";
import { appFor } from "./app-for.ts";
import { printPort } from "./events.ts";
import { endWithParent } from "./parent.ts";

endWithParent();
const app = appFor(process.argv[2], process.env);
serve({ hostname: "127.0.0.1", port: 0, fetch: app.fetch }, ({ port }) => printPort(port));
