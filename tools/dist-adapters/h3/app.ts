import { downstream } from "@tokenhop/h3";
import { H3 } from "h3";
import { platform, providers } from "../providers.ts";

const cloud = downstream(providers, { platform });
const app = new H3();
app.use(cloud);
app.get("/users", (event) => cloud.of(event).api.fetch("https://api.example/users"));

// biome-ignore lint/style/noDefaultExport: what a Worker, Bun and Deno serve
export default { fetch: (request: Request) => app.fetch(request) };
