/** What this Worker calls, and as whom. */
import { exports } from "cloudflare:workers";
import { federate } from "@tokenhop/core";
import { selfIssued } from "@tokenhop/core/sources/self-issued";
import { entra } from "@tokenhop/core/targets/entra";
import { TokenBroker } from "@tokenhop/durable-objects";
import { audience, subject } from "./issuer.ts";

export const providers = (env: Env) => ({
  arm: federate({
    from: selfIssued(exports.Issuer({ props: { subject, audiences: [audience] } })),
    to: entra({ tenantId: env.TENANT_ID, clientId: env.CLIENT_ID, scope: "https://management.azure.com/.default" }),
  }),
});

/** Exchanges for all isolates, and keeps what it got in memory, for as long as anybody asks. */
export class Broker extends TokenBroker<Env> {
  protected override providers(env: Env): ReturnType<typeof providers> {
    return providers(env);
  }
}
