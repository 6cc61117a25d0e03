/// <reference path="./cloudflare-workers.d.ts" />
/** What other Workers are bound to: an identity that their binding names, and nothing else of the issuer. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { TokenError } from "@tokenhop/core";
import { answered, checkOptions, plain, text } from "@tokenhop/core/kit";
import type { MintReply } from "@tokenhop/core/sources/self-issued";
import * as v from "valibot";
import { askObject, type ObjectOptions, stubsOf } from "./ask-object.ts";
import type { IssuerStub } from "./issuer-object.ts";
import { outage } from "./replies.ts";
import { sealRpc } from "./rpc-surface.ts";
import type { NamespaceLike } from "./types.ts";

/** What a binding to an {@link IssuerEntrypoint} says of whom it belongs to: its `props`. */
export interface IssuerProps {
  /** The `sub` of its tokens. */
  readonly subject: string;
  /** Whom its tokens may be for, exactly. */
  readonly audiences: readonly string[];
}

/** The issuer's object: the namespace, where the object is called `issuer`; or with what else is to be said of it. */
export type IssuerKeys = NamespaceLike<IssuerStub> | ObjectOptions<IssuerStub>;

/** The name of the object that has the keys. */
export const ISSUER_NAME = "issuer";

const propsSchema: v.GenericSchema<IssuerProps> = v.strictObject({
  subject: text,
  audiences: v.pipe(
    v.array(text),
    v.check(({ length }) => length > 0, "expected at least one"),
  ),
});
const wantedSchema = v.strictObject({ audience: text });

const refused = (why: string): TokenError =>
  new TokenError(`Cannot mint a token: ${why}`, { code: "ERR_ISSUER_REFUSED" });

/**
 * The door to an {@link IssuerObject} for other Workers. A binding to it *is* an identity: subject and audiences come from the
 * binding's `props`, which are part of the caller's deployed configuration, and nothing that a caller sends can change them. It
 * answers `mint({ audience })` and nothing else; it is a `TokenMinter`, for `selfIssued` of core.
 *
 * The object checks subject and audience against its own lists once more. A call that fails because the object was moved or
 * redeployed in the middle is repeated once.
 *
 * Whoever may deploy a Worker to the account can write any `props` into a binding: an account is one trust domain.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/context/#props
 *
 * @example
 * ```ts
 * import { IssuerEntrypoint, type IssuerKeys } from "@tokenhop/durable-objects";
 *
 * interface Env {
 *   readonly KEYS: IssuerKeys;
 * }
 *
 * export class Issuer extends IssuerEntrypoint<Env> {
 *   protected override keys(env: Env): IssuerKeys {
 *     return env.KEYS;
 *   }
 * }
 * ```
 */
export abstract class IssuerEntrypoint<Env = unknown> extends WorkerEntrypoint<Env, IssuerProps> {
  constructor(ctx: object, env: Env) {
    super(ctx, env);
    sealRpc(this, ["mint"]);
  }

  /** Where the keys are. */
  protected abstract keys(env: Env): IssuerKeys;

  /**
   * Signs a token for the binding's subject.
   *
   * - `ERR_CONFIG_INVALID`: the binding has no `props`, or wrong ones; or the issuer's own configuration is wrong
   * - `ERR_ISSUER_REFUSED`: the audience is not allowed, by the `props` or by the issuer, or the question makes no sense
   * - `ERR_ISSUER_KEYS`: the object does not answer, or has no key for now
   */
  mint(wanted: { readonly audience: string }): Promise<MintReply> {
    return answered(
      async () => {
        const { subject, audiences } = checkOptions(propsSchema, this.ctx.props, "the binding's props");
        if (!v.is(wantedSchema, wanted)) throw refused("the question is not { audience } and nothing else");
        const { audience } = wanted;
        if (!audiences.includes(audience))
          throw refused(`the audience "${plain(audience)}" is not in the binding's props`);
        const stubs = stubsOf(this.keys(this.env), ISSUER_NAME, `${this.constructor.name}.keys()`);
        // A copy: what RPC gave and is handed on as it is keeps a caller that is an object itself awake until it is disposed of.
        return { ...(await askObject(stubs, (stub) => stub.mint({ subject, audience }))) };
      },
      (thrown) => outage("Cannot mint a token: the issuer's object does not answer", thrown),
    );
  }
}
