/**
 * No exchange at all: the identity token itself is the credential, for a service that trusts its issuer.
 *
 * Import from `@tokenhop/core/targets/pass-through`.
 */
import * as v from "valibot";
import { checkOptions, text } from "../internal/schema.ts";
import { hostList, msBetween } from "../internal/target-options.ts";
import type { BearerToken, Target } from "../types.ts";

/** What {@link passThrough} is given. */
export interface PassThroughOptions {
  /** What the identity token must be issued for: what the service that it is sent to calls itself. */
  readonly audience: string | undefined;
  /** Hosts that may be sent the token. Default: none, so no `fetch` attaches it. */
  readonly hosts?: readonly string[] | undefined;
  /** How long a token that says no end is given before another one is asked for, in ms: a second to an hour. Default 300,000. */
  readonly assumedLifetimeMs?: number | undefined;
}

const STEP = "pass-through";
const optionsSchema = v.strictObject({
  audience: text,
  hosts: hostList,
  assumedLifetimeMs: v.optional(msBetween(1_000, 3_600_000)),
});
const paramsSchema = v.strictObject({});

/** After which part of what is left the source is asked whether it has another token; it answers with the one that it holds. */
const LOOK_AFTER = 1 / 5;

/**
 * Gives the identity token as it is. For services that verify tokens of its issuer themselves (a Kubernetes API server, an API
 * behind `bearerAuth` of this package, a registry), and for what wants the token and exchanges it by itself.
 *
 * - The source is asked for a token for `audience`.
 * - Lifetime: the token's own. One that says no end is given for `assumedLifetimeMs` and then asked for again, so that one that
 *   was replaced behind it is noticed.
 * - A renewal waits for no source: while that still holds the same token, this one is given on, with what is left of its life.
 *   So the source is asked again after each fifth of that, or when it advised to, which is no request while it holds the token.
 * - A token that was dropped (by `invalidate()`, or after a 401) comes again until its source renews it, between 70 % and 85 % of
 *   its life unless advised or told otherwise: what the source's token was refused for, nothing here can tell it. Only a source
 *   that holds none (of a token that says no end) is asked for another one at once. Where `from` is a provider, drop the token
 *   there as well.
 * - Without `hosts` no `fetch` attaches the token. An identity token is worth what its issuer is trusted with everywhere, so name
 *   the hosts of that one service.
 * - Provenance: `unknown`, whatever the token's own is.
 *
 * It keeps nothing at all, and one may serve any number of providers; they keep the token.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option. `get` then fails as the source does.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { passThrough } from "@tokenhop/core/targets/pass-through";
 *
 * const orders = federate({
 *   from: githubActions(),
 *   to: passThrough({ audience: "https://orders.contoso.com", hosts: ["orders.contoso.com"] }),
 * });
 * console.log(new Date((await orders.get()).expiresAt));
 * ```
 *
 * @example For `google-auth-library`, which exchanges by itself and asks for the token
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { passThrough } from "@tokenhop/core/targets/pass-through";
 *
 * const provider =
 *   "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/providers/github";
 * const identity = federate({ from: githubActions(), to: passThrough({ audience: `https:${provider}` }) });
 * export const subject_token_supplier = {
 *   getSubjectToken: async () => (await identity.get()).token.reveal(),
 * };
 * // new IdentityPoolClient({ type: "external_account", audience: provider, subject_token_supplier,
 * //   subject_token_type: "urn:ietf:params:oauth:token-type:jwt" })
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750
 */
export function passThrough(options: PassThroughOptions): Target<BearerToken> {
  const config = checkOptions(optionsSchema, options, "passThrough()");
  const { audience, assumedLifetimeMs = 300_000 } = config;
  // The list is the caller's own, who may change it.
  const hosts: readonly string[] = Object.freeze([...(config.hosts ?? [])]);
  return {
    name: STEP,
    identity: [STEP, audience, assumedLifetimeMs],
    audience,
    produces: "unknown",
    validate: (params) => void checkOptions(paramsSchema, params, "passThrough().with()"),
    hosts: () => hosts,
    async exchange(subject, _params, { platform, signal }) {
      signal.throwIfAborted();
      const now = platform.now();
      const { token, expiresAt, refreshAt = 0 } = subject;
      if (expiresAt === undefined) return { kind: "bearer", token, expiresAt: now + assumedLifetimeMs };
      // Advice that has passed was taken: the source had no other token yet.
      const lookAt = refreshAt > now ? refreshAt : now + (expiresAt - now) * LOOK_AFTER;
      return { kind: "bearer", token, expiresAt, refreshAt: lookAt };
    },
  };
}
