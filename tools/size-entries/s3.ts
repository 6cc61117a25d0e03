/** S3 without a framework: a Worker that no platform gives an identity to asks the issuer that is bound to it. */
import { federate } from "@tokenhop/core";
import { selfIssued, type TokenMinter } from "@tokenhop/core/sources/self-issued";
import { entra } from "@tokenhop/core/targets/entra";

interface Env extends Readonly<Record<"TENANT_ID" | "CLIENT_ID" | "RESOURCES", string>> {
  readonly ISSUER: TokenMinter;
}

function provider(env: Env) {
  return federate({
    from: selfIssued(env.ISSUER),
    to: entra({
      tenantId: env.TENANT_ID,
      clientId: env.CLIENT_ID,
      scope: "https://management.azure.com/.default",
    }),
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
