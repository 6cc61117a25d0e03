import { downstream } from "@tokenhop/elysia";
import { Elysia } from "elysia";
import { platform, providers } from "../providers.ts";

// Workers compile nothing from texts.
const app = new Elysia({ aot: false })
  .use(downstream(providers, { platform }))
  .get("/users", ({ api }) => api.fetch("https://api.example/users"));

// biome-ignore lint/style/noDefaultExport: what a Worker, Bun and Deno serve
export default { fetch: (request: Request) => app.fetch(request) };
