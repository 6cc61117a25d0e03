import { node } from "@elysiajs/node";
import { downstream } from "@tokenhop/elysia";
import { Elysia } from "elysia";
import { platform, providers } from "../providers.ts";

new Elysia({ adapter: node() })
  .use(downstream(providers, { platform }))
  .get("/users", ({ api }) => api.fetch("https://api.example/users"))
  .listen({ hostname: "127.0.0.1", port: 0 }, async (server) => {
    // Which port it is only the server behind the adapter knows.
    const { raw } = Object(server);
    await raw.ready();
    console.log(raw.url);
  });
