/** The app's process on Bun. */
import { appFor } from "./app-for.ts";
import { printPort } from "./events.ts";
import { endWithParent } from "./parent.ts";

endWithParent();
const app = appFor(process.argv[2], process.env);
printPort(Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app.fetch }).port);
