import { downstream } from "@tokenhop/cloudflare";
import { providers } from "../providers.ts";

const worker = downstream(providers);
// @ts-expect-error no such provider
export const first = worker({ fetch: async (_request, _env, _ctx, { graph }) => graph.fetch("https://api.example/") });
// @ts-expect-error no such handler
export const second = worker({ fetched: async () => new Response() });
// @ts-expect-error no such option
downstream(providers, { eagre: true });
// @ts-expect-error a provider needs its factory
downstream({ api: "https://api.example" });
