import { type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";
import { platform, providers } from "../providers.ts";

const app = new Hono<DownstreamEnv<typeof providers>>();
app.use(downstream(providers, { platform }));
app.get("/users", (c) => c.var.api.fetch("https://api.example/users"));

// biome-ignore lint/style/noDefaultExport: what a Worker, Bun and Deno serve
export default app;
