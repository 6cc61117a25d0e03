/** This Worker's own OpenID Connect issuer, because no platform gives a Worker an identity. */
import { IssuerEntrypoint, IssuerObject, type IssuerObjectOptions } from "@tokenhop/durable-objects";

/** Who this Worker is to Azure: the federated credential names exactly this. */
export const subject = "worker:my-worker";

/** Whom its tokens are for. */
export const audience = "api://AzureADTokenExchange";

/** Makes the signing key, keeps it in its storage, and never gives it away. */
export class Keys extends IssuerObject<Env> {
  protected override issuer(env: Env): IssuerObjectOptions {
    return { issuer: env.ISSUER, subjects: [subject], audiences: [audience] };
  }
}

/** What may be bound elsewhere: it mints for the subject and audiences of its caller's binding. */
export class Issuer extends IssuerEntrypoint<Env> {
  protected override keys(env: Env): Env["KEYS"] {
    return env.KEYS;
  }
}
