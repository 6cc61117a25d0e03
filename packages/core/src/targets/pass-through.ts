/**
 * No exchange at all: the identity token itself is the credential, for a service that trusts its issuer.
 *
 * Import from `@tokenhop/core/targets/pass-through`.
 */
import * as v from "valibot";
import { exchangeError } from "../internal/exchange.ts";
import { checkOptions, text } from "../internal/schema.ts";
import { hostList, msBetween } from "../internal/target-options.ts";
import type { BearerToken, SubjectToken, Target } from "../types.ts";

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

/** Until when a token that is asked for once more was dropped, not due: the engine renews none earlier by itself. */
const EARLIEST = 0.7;

/**
 * Gives the identity token as it is. For services that verify tokens of its issuer themselves (a Kubernetes API server, an API
 * behind `bearerAuth` of this package, a registry), and for what wants the token and exchanges it by itself.
 *
 * - The source is asked for a token for `audience`.
 * - Lifetime: the token's own. One that says no end is given for `assumedLifetimeMs` and then asked for again, so that one that
 *   was replaced behind it is noticed.
 * - A renewal waits for no source: while that still holds the same token, this one is given on, and asked for again soon. A
 *   token that was dropped (by `invalidate()`, or after a 401) is one that its source must replace: the same would be refused
 *   again.
 * - Without `hosts` no `fetch` attaches the token. An identity token is worth what its issuer is trusted with everywhere, so name
 *   the hosts of that one service.
 * - Provenance: `unknown`, whatever the token's own is.
 *
 * It keeps no token; the provider that `federate` makes does.
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
  const { audience, hosts = [], assumedLifetimeMs = 300_000 } = checkOptions(optionsSchema, options, "passThrough()");
  /** For each token that was given: before when it cannot be due. Undefined once another one was asked for in its place. */
  const given = new WeakMap<SubjectToken, number | undefined>();
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
      const { token, refreshAt, expiresAt = now + assumedLifetimeMs } = subject;
      const credential: BearerToken = { kind: "bearer", token, expiresAt, refreshAt };
      const dueAt = given.get(subject);
      if (dueAt === undefined) {
        given.set(subject, Math.min(refreshAt ?? expiresAt, now + (expiresAt - now) * EARLIEST));
        return credential;
      }
      // It is due, and its source has no other yet.
      if (now >= dueAt) return { ...credential, refreshAt: now + (expiresAt - now) / 10 };
      given.set(subject, undefined);
      throw exchangeError(STEP, "the token was dropped", { recovery: "subject" });
    },
  };
}
