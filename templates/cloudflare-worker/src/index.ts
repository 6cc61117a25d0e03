/** A Worker that lists an Azure resource group without any secret. */
import { downstream } from "@tokenhop/cloudflare";
import { brokered, issuerHandler } from "@tokenhop/durable-objects";
import { providers } from "./azure.ts";
import { unedited } from "./settings.ts";

export { Broker } from "./azure.ts";
export { Issuer, Keys } from "./issuer.ts";

const azure = downstream((env: Env) => brokered(env.BROKER, providers(env)));

/** What verifiers read: `/.well-known/openid-configuration` and the public keys. It answers 404 to everything else. */
const publish = issuerHandler((env: Env) => ({ issuer: env.ISSUER, keys: env.KEYS }));

const worker = azure({
  fetch(request, env, _ctx, { arm }) {
    // Anybody may ask for this. Put your own check in front, or bearerAuth of @tokenhop/cloudflare.
    if (request.method === "GET" && new URL(request.url).pathname === "/resources") {
      return arm.fetch(`https://management.azure.com${env.RESOURCE_GROUP_ID}/resources?api-version=2021-04-01`);
    }
    return publish(request, env);
  },

  /** Keeps the credential warm, so that no request waits for one. */
  async scheduled(_controller, _env, _ctx, { arm }) {
    await arm.token();
  },
});

export default {
  ...worker,
  fetch(request, env, ctx) {
    const names = unedited(env);
    if (names.length > 0) return new Response(`Edit in wrangler.jsonc: ${names.join(", ")}\n`, { status: 500 });
    return worker.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<Env>;
