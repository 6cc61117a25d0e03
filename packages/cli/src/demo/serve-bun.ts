/** The app's process on Bun. */
import { createApp } from "./app.ts";
import { endWithParent } from "./parent.ts";
import { readSettings } from "./settings.ts";

endWithParent();
const app = createApp(readSettings(process.env), (event) => console.log(JSON.stringify(event)));
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app.fetch });
console.log(JSON.stringify({ event: "listening", url: `http://127.0.0.1:${server.port}` }));
