/**
 * A token of your own issuer, for where the platform gives none: Cloudflare Workers above all.
 *
 * Import from `@tokenhop/core/sources/self-issued`.
 */
import * as v from "valibot";
import { peekClaims } from "../internal/jwt.ts";
import { kebabName } from "../internal/kebab-name.ts";
import { errorWith, isPlainError, type PlainError } from "../internal/plain-error.ts";
import { checkOptions, checkReply } from "../internal/schema.ts";
import { secret } from "../internal/secret.ts";
import { mustBeFound, sourceError, tokenText } from "../internal/source.ts";
import { plain } from "../internal/text.ts";
import { waitFor } from "../internal/wait-for.ts";
import type { Detection, IdentitySource } from "../types.ts";

/** What a minter answers: plain data, as RPC carries it. */
export type MintReply =
  | {
      readonly ok: true;
      /** The signed JWT. */
      readonly token: string;
      /** When it ends, epoch ms. The source goes by the token's own `exp`. */
      readonly expiresAt: number;
    }
  | { readonly ok: false; readonly error: PlainError };

/**
 * What mints for one subject: a service binding to an `IssuerEntrypoint` of `@tokenhop/durable-objects`, or
 * `issuer.minter(subject)` of `@tokenhop/issuer`. It answers a refusal too; what it throws is taken for an outage.
 */
export interface TokenMinter {
  // No method: what wants a subject as well, as the issuer itself does, is to be refused by the compiler.
  readonly mint: (wanted: { readonly audience: string }) => MintReply | Promise<MintReply>;
}

/** What {@link selfIssued} may be given besides the minter. */
export interface SelfIssuedOptions {
  /** For messages and events, in kebab-case. Default `self-issued`. */
  readonly name?: string | undefined;
}

const NAME = "self-issued";
const MINTER = "a service binding to an IssuerEntrypoint with props, or issuer.minter(subject)";

// Of a binding every property is a function, whatever the other side has: that shows when it is called.
const isMinter = (value: unknown): boolean => typeof (value as TokenMinter | null)?.mint === "function";
const argumentsSchema = v.strictObject({
  minter: v.optional(v.custom<TokenMinter>(isMinter, `expected ${MINTER}`)),
  name: v.optional(kebabName),
});

/**
 * A token that your own issuer mints, where no platform gives one. On Cloudflare Workers the issuer is another Worker, whose
 * `IssuerEntrypoint` is bound to this one; elsewhere it may run in the same process. Nothing is stored in either place but the
 * issuer's own key.
 *
 * - Audience: any that the binding's `props` (or `issuer.minter`) allow. A token for another one, or for several, is refused.
 * - Lifetime: the token's own `exp`; the issuer's `tokenLifetimeMs`, 10 minutes by default.
 * - Issuer: the URL that the issuer was given. Whoever controls that host name controls the identity.
 * - Subject: exactly the one in the binding's `props`, or the one that was given to `issuer.minter`. It has no form of its
 *   own; a federated credential is compared with it character by character.
 * - Provenance: `external`.
 *
 * A binding that is not there (`env.ISSUER` is undefined) is no mistake yet: `detect` finds nothing, so that `firstOf` goes
 * on to the next source.
 *
 * It reads nothing and caches nothing; the provider that `federate` makes does. It is known by its minter, as an object. The
 * bindings of one `env` are the same objects for as long as there is that `env`, and providers are made once for each; a minter
 * that is made for each request would be another identity each time.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for a minter that is none, or wrong options. `get` then fails with
 * `ERR_SOURCE_UNAVAILABLE` without a minter, with the issuer's own code when it refuses (`ERR_ISSUER_REFUSED`: subject or
 * audience are not allowed; `ERR_ISSUER_KEYS`: it has no key for now), with `ERR_SOURCE_FAILED` when it does not answer
 * (tried again) or the binding leads elsewhere, when its token has expired (tried again) or is for another audience, and with
 * `ERR_SOURCE_REPLY` when its answer makes no sense.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { selfIssued, type TokenMinter } from "@tokenhop/core/sources/self-issued";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * // "services": [{ "binding": "ISSUER", "service": "issuer", "entrypoint": "Issuer",
 * //   "props": { "subject": "worker:orders", "audiences": ["api://AzureADTokenExchange"] } }]
 * interface Env {
 *   readonly ISSUER?: TokenMinter;
 *   readonly AZURE_TENANT_ID: string;
 *   readonly AZURE_CLIENT_ID: string;
 * }
 *
 * export const providers = (env: Env) => ({
 *   arm: federate({
 *     from: selfIssued(env.ISSUER),
 *     to: entra({
 *       tenantId: env.AZURE_TENANT_ID,
 *       clientId: env.AZURE_CLIENT_ID,
 *       scope: "https://management.azure.com/.default",
 *     }),
 *   }),
 * });
 * ```
 *
 * @example In the same process
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { selfIssued } from "@tokenhop/core/sources/self-issued";
 * import { entra } from "@tokenhop/core/targets/entra";
 * import type { Issuer } from "@tokenhop/issuer";
 *
 * export const armOf = (issuer: Issuer) =>
 *   federate({
 *     from: selfIssued(issuer.minter("server:orders")),
 *     to: entra({
 *       tenantId: process.env.AZURE_TENANT_ID,
 *       clientId: process.env.AZURE_CLIENT_ID,
 *       scope: "https://management.azure.com/.default",
 *     }),
 *   });
 * ```
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings/rpc/
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export function selfIssued(minter: TokenMinter | undefined, options: SelfIssuedOptions = {}): IdentitySource {
  const { name = NAME } = checkOptions(argumentsSchema, { ...options, minter }, "selfIssued()");
  const detect = (): Detection => (minter ? { found: true } : { found: false, missing: [MINTER] });
  return {
    name,
    identity: [NAME, minter],
    provenance: "external",
    detect,
    async getToken({ audience }, { platform, signal }) {
      mustBeFound(name, detect(), signal);
      // A minter of this process may throw before there is a promise, and RPC's promise is none of the language's.
      const mint = async (): Promise<unknown> => minter?.mint({ audience });
      // RPC takes no signal.
      const reply = await waitFor(mint, signal).catch((thrown: unknown) => {
        signal.throwIfAborted();
        // RPC brings a stranger's message and fields along, so nothing of it is shown. These are workerd's words.
        const wrong = /^TypeError:.* implement/.test(String(thrown));
        throw sourceError(name, wrong ? `expected ${MINTER}` : "no answer", { recovery: wrong ? "stop" : "retry" });
      });
      const { ok, error, token: given } = Object(reply);
      if (!ok && isPlainError(error)) throw errorWith(error, { step: name });
      const token = checkReply(tokenText, ok && given, name, "ERR_SOURCE_REPLY").trim();
      const { aud, exp } = peekClaims(token) ?? {};
      // One audience, even where it stands in a list: Entra takes no token with several.
      const told = String(aud);
      if (told !== audience) throw sourceError(name, `its token is for ${plain(told)}, not for ${audience}`);
      const expiresAt = Number(exp) * 1_000;
      if (!(expiresAt > platform.now())) throw sourceError(name, "an expired token", { recovery: "retry" });
      return { token: secret(token), expiresAt };
    },
  };
}
