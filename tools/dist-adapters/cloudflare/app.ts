import { downstream } from "@tokenhop/cloudflare";
import { platform, providers } from "../providers.ts";

// biome-ignore lint/style/noDefaultExport: what a Worker, Bun and Deno serve
export default downstream(providers, { platform })({
  fetch(_request: Request, _env: unknown, _ctx: unknown, { api }) {
    return api.fetch("https://api.example/users");
  },
});
