/// <reference path="./cloudflare-workers.d.ts" />
/** The Durable Object that owns an issuer's keys. */
import { DurableObject } from "cloudflare:workers";
import { ConfigError, isTokenError, type TokenError } from "@tokenhop/core";
import { answered, type Refusal } from "@tokenhop/core/kit";
import type { MintReply } from "@tokenhop/core/sources/self-issued";
import {
  createIssuer,
  type Issuer,
  type IssuerDocuments,
  type IssuerOptions,
  type MintQuestion,
  type WhichKeys,
} from "@tokenhop/issuer";
import { durableObjectKeyStore } from "@tokenhop/issuer/stores/durable-object";
import { outage, saysOf } from "./replies.ts";
import { sealRpc } from "./rpc-surface.ts";

/** What {@link IssuerObject} is configured with: all that `createIssuer` takes but where the keys are, and the clock. */
export type IssuerObjectOptions = Omit<IssuerOptions, "keyStore" | "platform">;

/** The public documents, as RPC carries them. */
export type DocumentsReply = ({ readonly ok: true } & IssuerDocuments) | Refusal;

/** What an emergency comes to. */
export type DropReply = { readonly ok: true } | Refusal;

/** What the Worker that has the object's namespace can ask it. */
export interface IssuerStub {
  mint(question: MintQuestion): Promise<MintReply>;
  documents(): Promise<DocumentsReply>;
  dropKeys(which: WhichKeys): Promise<DropReply>;
}

/** After a failure. */
const AGAIN_MS = 60_000;
/** After a mistake in the configuration, which the next deployment may have removed. */
const AFTER_MISTAKE_MS = 3_600_000;
/** An alarm is never further away than this. */
const LONGEST_MS = 30 * 24 * 3_600_000;

const failed = (thrown: unknown): TokenError => outage("Cannot use the issuer's keys", thrown);

/**
 * An issuer of identity tokens whose private key never leaves this object: it is made here, kept in the object's own storage, and
 * imported for use so that it cannot be exported. All isolates of the Worker share the object, so they share the key.
 *
 * Keys are rotated by alarm, in an idle object as well, and by use. What RPC gets of it is `mint`, `documents` and `dropKeys`, with
 * plain answers (`{ ok: true, ... }` or `{ ok: false, error }`) and never an exception; what a class of yours adds stays inside.
 *
 * **Whoever holds the namespace can mint for every subject in the list.** Bind it to the issuer's own Worker and to no other: other
 * Workers get a binding to its {@link IssuerEntrypoint}.
 *
 * A mistake in the configuration is the answer to every call (`ERR_CONFIG_INVALID`, with all that is wrong) and is printed once.
 *
 * @see https://developers.cloudflare.com/durable-objects/
 *
 * @example
 * ```ts
 * import { IssuerObject, type IssuerObjectOptions } from "@tokenhop/durable-objects";
 *
 * interface Env {
 *   readonly ISSUER_URL: string;
 * }
 *
 * export class Keys extends IssuerObject<Env> {
 *   protected override issuer(env: Env): IssuerObjectOptions {
 *     return {
 *       issuer: env.ISSUER_URL,
 *       subjects: ["worker:orders"],
 *       audiences: ["api://AzureADTokenExchange"],
 *     };
 *   }
 * }
 * ```
 */
export abstract class IssuerObject<Env = unknown> extends DurableObject<Env> {
  #issuer: Issuer | undefined;
  #mistake: TokenError | undefined;
  /** When the alarm rings. In the beginning nobody knows. */
  #dueAt = 0;

  constructor(ctx: object, env: Env) {
    super(ctx, env);
    sealRpc(this, ["mint", "documents", "dropKeys", "alarm"]);
  }

  /** The configuration. Asked once in an object's life, with the Worker's bindings. */
  protected abstract issuer(env: Env): IssuerObjectOptions;

  /**
   * Signs a token.
   *
   * - `ERR_ISSUER_REFUSED`: subject, audience or lifetime is not allowed, or the question makes no sense
   * - `ERR_ISSUER_KEYS`: there is no key to sign with for now
   */
  mint(question: MintQuestion): Promise<MintReply> {
    return answered(async () => {
      const { token, expiresAt } = await (await this.#ready()).mint(question);
      return { ok: true, token: token.reveal(), expiresAt } as const;
    }, failed);
  }

  /** The public documents. The first question makes the first key. */
  documents(): Promise<DocumentsReply> {
    return answered(async () => ({ ok: true, ...(await (await this.#ready()).documents()) }) as const, failed);
  }

  /** Emergency: these keys are gone at once, and another one signs from now on. */
  dropKeys(which: WhichKeys): Promise<DropReply> {
    return answered(async () => {
      await this.#open().dropKeys(which);
      await this.#keepAnyway();
      return { ok: true } as const;
    }, failed);
  }

  /** Rotation. The runtime calls this, and nobody else can. */
  alarm(): Promise<void> {
    return this.#keep();
  }

  #open(): Issuer {
    if (this.#mistake) throw this.#mistake;
    try {
      this.#issuer ??= createIssuer({
        ...this.issuer(this.env),
        keyStore: durableObjectKeyStore(this.ctx.storage),
        platform: { now: Date.now, requestBoundIo: false },
      });
      return this.#issuer;
    } catch (error) {
      const where = `${this.constructor.name}.issuer()`;
      this.#mistake = isTokenError(error) ? error : new ConfigError(where, [`it threw ${saysOf(error)}`]);
      console.error(this.#mistake.message);
      throw this.#mistake;
    }
  }

  async #ready(): Promise<Issuer> {
    const issuer = this.#open();
    if (Date.now() >= this.#dueAt) await this.#keepAnyway();
    return issuer;
  }

  /** Carries out what is due, and has the object woken when something is due again. */
  async #keep(): Promise<void> {
    const at = await this.#rotate();
    const { storage } = this.ctx;
    if ((await storage.getAlarm()) !== at) await storage.setAlarm(at);
    this.#dueAt = at;
  }

  /** The same for a call, which is not to fail of it: what needs a key sees for itself whether there is one. */
  #keepAnyway(): Promise<void> {
    return this.#keep().catch((error) => console.error(`Cannot set the alarm of the issuer's keys: ${saysOf(error)}`));
  }

  /** When something is due again. An alarm that throws rings some more times and then never: so this does not. */
  async #rotate(): Promise<number> {
    const now = Date.now();
    try {
      const { nextChangeAt } = await this.#open().maintain();
      return Math.min(nextChangeAt, now + LONGEST_MS);
    } catch (error) {
      if (this.#mistake) return now + AFTER_MISTAKE_MS;
      console.error(`Cannot rotate the issuer's keys: ${saysOf(error)}`);
      return now + AGAIN_MS;
    }
  }
}
