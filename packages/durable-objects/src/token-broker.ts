/// <reference path="./cloudflare-workers.d.ts" />
/** The Durable Object that refreshes credentials for all isolates. */
import { DurableObject } from "cloudflare:workers";
import { workersPlatform } from "@tokenhop/cloudflare";
import type { Providers } from "@tokenhop/core";
import { type Broker, createBroker } from "./broker/broker.ts";
import { sha256 } from "./broker/configuration.ts";
import type { BrokerQuestion, BrokerReply } from "./broker/protocol.ts";
import { sealRpc } from "./rpc-surface.ts";

/**
 * Keeps the application's own credentials fresh for all isolates of a Worker. Isolates ask by {@link brokered}; whoever asks first
 * has it exchange, everybody else is given the same credential, and while there is demand the next one is obtained by alarm before
 * anybody needs it. When nobody asks any more, the alarms stop.
 *
 * Credentials are held in memory and nowhere else: an evicted object has none, and exchanges again when an isolate needs one. The
 * object's storage has, by the name of a provider, when it was last asked for and when it is due.
 *
 * What RPC gets of it is `credential`, with plain answers and never an exception; what a class of yours adds stays inside. Only
 * providers of bearer tokens that need no user and no request may be in it.
 *
 * **Whoever holds the namespace holds its tokens.** Bind it to the Workers that may act as these applications, and to no other.
 *
 * A mistake in the providers is the answer to every question (`ERR_CONFIG_INVALID`, with all that is wrong) and is printed once;
 * isolates exchange on their own then.
 *
 * @see https://developers.cloudflare.com/durable-objects/
 *
 * @example
 * ```ts
 * import { federate, type Providers } from "@tokenhop/core";
 * import { selfIssued, type TokenMinter } from "@tokenhop/core/sources/self-issued";
 * import { entra } from "@tokenhop/core/targets/entra";
 * import { TokenBroker } from "@tokenhop/durable-objects";
 *
 * interface Env {
 *   readonly ISSUER: TokenMinter;
 *   readonly TENANT_ID: string;
 *   readonly CLIENT_ID: string;
 * }
 *
 * export class Broker extends TokenBroker<Env> {
 *   protected override providers(env: Env): Providers {
 *     return {
 *       arm: federate({
 *         from: selfIssued(env.ISSUER),
 *         to: entra({ tenantId: env.TENANT_ID, clientId: env.CLIENT_ID, scope: "https://management.azure.com/.default" }),
 *       }),
 *     };
 *   }
 * }
 * ```
 */
export abstract class TokenBroker<Env = unknown> extends DurableObject<Env> {
  readonly #broker: Broker;

  constructor(ctx: object, env: Env) {
    super(ctx, env);
    sealRpc(this, ["credential", "alarm"]);
    this.#broker = createBroker({
      providers: () => this.providers(env),
      storage: this.ctx.storage,
      platform: workersPlatform(),
      waitUntil: (work) => this.ctx.waitUntil(work),
      newId: () => crypto.randomUUID(),
      digest: sha256,
      log: (message) => console.error(message),
    });
  }

  /** What it serves, by name. Asked once in an object's life, with the Worker's bindings. */
  protected abstract providers(env: Env): Providers;

  /**
   * A credential, or word that the one that the isolate holds will do.
   *
   * - `ERR_BROKER_REFUSED`: there is no provider of that name, or another configuration under it, or the question makes no sense
   * - `ERR_CONFIG_INVALID`: the providers are wrong
   * - `ERR_CALL_TIMEOUT`: the exchange goes on; ask again
   * - anything else: what the exchange failed with
   */
  credential(question: BrokerQuestion): Promise<BrokerReply> {
    return this.#broker.credential(question);
  }

  /** Renews what is due and was asked for. The runtime calls this, and nobody else can. */
  alarm(): Promise<void> {
    return this.#broker.alarm();
  }
}
