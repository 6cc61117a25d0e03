/** The app's process on Node. */
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { createApp } from "./app.ts";
import { endWithParent } from "./parent.ts";
import { readSettings } from "./settings.ts";

endWithParent();
const app = createApp(readSettings(process.env), (event) => console.log(JSON.stringify(event)));
serve({ hostname: "127.0.0.1", port: 0, fetch: app.fetch }, ({ port }: AddressInfo) => {
  console.log(JSON.stringify({ event: "listening", url: `http://127.0.0.1:${port}` }));
});
