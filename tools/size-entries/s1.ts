/** S1 without a framework: a workload's ID token becomes a token for Azure's management API. */
import { defaultPlatform, federate } from "@tokenhop/core";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { entra } from "@tokenhop/core/targets/entra";

type Env = Readonly<Record<"TENANT_ID" | "CLIENT_ID" | "RESOURCES", string>>;

function provider(env: Env) {
  return federate({
    from: githubActions(),
    to: entra({
      tenantId: env.TENANT_ID,
      clientId: env.CLIENT_ID,
      scope: "https://management.azure.com/.default",
    }),
    platform: { ...defaultPlatform(), env },
  });
}

// One provider for all requests of an isolate: it is what holds the token.
let arm: ReturnType<typeof provider> | undefined;

// biome-ignore lint/style/noDefaultExport: a Worker is its default export
export default {
  async fetch(_request: Request, env: Env, context: { waitUntil(work: Promise<unknown>): void }): Promise<Response> {
    arm ??= provider(env);
    const { token } = await arm.get({ waitUntil: (work) => context.waitUntil(work) });
    return fetch(env.RESOURCES, { headers: { authorization: `Bearer ${token.reveal()}` } });
  },
};
