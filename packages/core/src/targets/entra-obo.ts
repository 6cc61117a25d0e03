/**
 * Microsoft Entra on behalf of a user: the access token that a user sent to this API becomes one for an API behind it, and this
 * API proves who it is by a federated identity credential instead of a secret.
 *
 * Import from `@tokenhop/core/targets/entra-obo`.
 */
import * as v from "valibot";
import { ConfigError, TokenError } from "../errors.ts";
import { cloudOf, V1_ISSUERS } from "../internal/entra.ts";
import { type EntraRequest, type EntraTargetOptions, entraTarget } from "../internal/entra-target.ts";
import { type Asked, userRefusalOf, userTokenOver } from "../internal/entra-user.ts";
import { checkOptions, like, textThat } from "../internal/schema.ts";
import { listOf } from "../internal/target-options.ts";
import { isAppOnly, isVerifiedUser } from "../internal/verified-user.ts";
import type { BearerToken, Target, VerifiedUser } from "../types.ts";

/** What {@link entraObo} is given. */
export interface EntraOboOptions extends EntraTargetOptions {
  /** The tenant, as GUID: users' tokens name theirs so. */
  readonly tenantId: string | undefined;
  /** The client id of this API's app registration: its federated credential trusts the identity token, and users' tokens are issued for it. */
  readonly clientId: string | undefined;
  /**
   * One resource and `/.default` (everything that was consented to), or permissions of one resource with a space between, each
   * written out: `https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Read`. May be left to `with({ scope })`.
   */
  readonly scope?: string | undefined;
  /** Other tenants whose users are served, as GUIDs, each asked at its own. Default: none. */
  readonly tenants?: readonly string[] | undefined;
}

/** What `with()` takes. */
export interface EntraOboParams {
  /** Who sent the request, as `bearerAuth` verified it. */
  readonly user: VerifiedUser;
  readonly scope?: string | undefined;
  /** The user's own tenant, as some SDKs name it in each call; for any other the call fails with `ERR_CONFIG_INVALID`. */
  readonly tenantId?: string | undefined;
}

const STEP = "entra-obo";
const WITH = "entraObo().with()";
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const ONE_RESOURCE = /^(\S+)\/[^\s/]+(?: \1\/[^\s/]+)*$/;
/** What is asked for is permissions, or all of them, not both. */
const MIXED = /\/\.default(?= )| \S+\/\.default/;

const shapes = {
  tenantId: like(GUID, "expected a tenant's GUID"),
  scope: v.optional(
    textThat(
      "expected one resource with /.default behind it, or permissions of one resource, each with it in front",
      (value) => ONE_RESOURCE.test(value) && !MIXED.test(value),
    ),
  ),
  tenants: listOf("GUIDs", (one) => GUID.test(one)),
};
const paramsSchema = v.strictObject({
  scope: shapes.scope,
  tenantId: v.optional(shapes.tenantId),
  user: v.optional(v.custom<VerifiedUser>(isVerifiedUser, "expected a user whom bearerAuth verified")),
});

/** The request cannot be served: its token is a good one, but not for this. */
function unfit(code: "ERR_AUTH_APP_ONLY" | "ERR_AUTH_FORBIDDEN", why: string): TokenError {
  return new TokenError(`Cannot act on behalf of who sent the request: ${why}`, { code, step: STEP });
}

/**
 * Calls another API on behalf of the user who called this one (OAuth 2.0 on-behalf-of, RFC 7523 2.1), without a secret: the
 * identity token is the client assertion. What it gives acts as that user, with what was delegated to this API and no more.
 *
 * The provider has no token of its own: `provider.with({ user })` is one user's, and only what `bearerAuth` verified is a user.
 * Credentials are kept by the hash of the user's token (and scope, and tenant), so no user ever gets another's, and one who
 * signs in again begins anew. They are kept in a bounded cache (`limits.maxPartitions`), and never for longer than the user's
 * own token lasts. Refresh tokens are neither asked for nor kept.
 *
 * Refused before any request, by `with()`: what is no verified user, an application's token (`ERR_AUTH_APP_ONLY`,
 * AADSTS7000114), and a token of another tenant, of another issuer than this cloud's Entra, or for another application
 * (`ERR_AUTH_FORBIDDEN`). A version 1 token names its audience by a URI that says nothing, so that one is left to Entra.
 *
 * When Entra wants something of the user (another factor, consent, a policy's claims), `get` fails with
 * `ERR_EXCHANGE_INTERACTION`, which is never retried: answer with `problemResponse(error)`, that is 401 and the error's
 * `challenge`, as an API must. It is remembered for that user's token alone.
 *
 * Refused at construction of the provider: a token that Entra itself gave through a federated credential (AADSTS700231).
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option. `with()` throws it for what is no user.
 * `get` then fails with `ERR_EXCHANGE_INTERACTION` (fields `challenge`, and `claims` if there are any), with
 * `ERR_AUTH_INVALID` when the user's own token has expired (field `challenge`), or as with `entra`. No message names the user.
 *
 * @example
 * ```ts
 * import { createAttach, federate, type VerifiedUser } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entraObo } from "@tokenhop/core/targets/entra-obo";
 *
 * const me = federate({
 *   from: managedIdentity({ clientId: process.env.UAMI_CLIENT_ID }),
 *   to: entraObo({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.API_CLIENT_ID,
 *     scope: "https://graph.microsoft.com/.default",
 *   }),
 * });
 * const attach = createAttach({ me });
 *
 * export function profile(request: Request, user: VerifiedUser): Promise<Response> {
 *   return attach(request).me.with({ user }).fetch("https://graph.microsoft.com/v1.0/me");
 * }
 * ```
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export function entraObo(options: EntraOboOptions): Target<BearerToken, EntraOboParams> {
  const tenantOf = ({ claims }: VerifiedUser): string => String(claims.tid).toLowerCase();
  const resolve = ({ user, scope = ownScope, tenantId }: EntraOboParams): EntraRequest => {
    if (!isVerifiedUser(user)) throw new ConfigError("entraObo()", ["user: missing; give it to with()"]);
    if (!scope) throw new ConfigError("entraObo()", ["scope: missing; give it to entraObo() or to with()"]);
    const tenant = tenantOf(user);
    if (tenantId && tenantId.toLowerCase() !== tenant)
      throw new ConfigError(WITH, ["tenantId: expected the user's own"]);
    return {
      tenant,
      // In one order, so that one set of permissions is one credential.
      scope: [...new Set(scope.split(" "))].sort().join(" "),
      grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      requested_token_use: "on_behalf_of",
      assertion: user.token.reveal(),
    };
  };
  const askedOf = (user: VerifiedUser): Asked => ({ authority, clientId, tenant: tenantOf(user) });
  const target = entraTarget<EntraOboParams>(
    STEP,
    "entraObo()",
    options,
    (step, reply, platform, assertion, { user }) =>
      userRefusalOf(step, reply, platform, assertion, user, askedOf(user)),
    resolve,
    shapes,
  );
  const { scope: ownScope, tenantId, tenants = [], cloud = "public" } = options;
  const [, authority, clientId] = target.identity as readonly [string, string, string];
  /** Whoever else is trusted here, their users' tokens are not Entra's to see, whatever tenant they name. */
  const isIssuer = (iss: string, tenant: string): boolean =>
    iss === `${cloudOf(cloud).authority}/${tenant}/v2.0` ||
    iss === `${authority.toLowerCase()}/${tenant}/v2.0` ||
    (cloud in V1_ISSUERS && iss === `${V1_ISSUERS[cloud]}/${tenant}/`);
  const served = [String(tenantId), ...tenants].map((one) => one.toLowerCase());

  return {
    ...target,
    validate(params) {
      const { user } = checkOptions(paramsSchema, params, WITH);
      if (!user) return;
      const { aud, iss } = user.claims;
      if (!served.includes(tenantOf(user))) {
        throw unfit(
          "ERR_AUTH_FORBIDDEN",
          "the token is of a tenant that is neither tenantId nor one of the option tenants",
        );
      }
      if (!isIssuer(String(iss).toLowerCase(), tenantOf(user))) {
        throw unfit(
          "ERR_AUTH_FORBIDDEN",
          "the token's issuer is not Entra, or not that of the option cloud or authority",
        );
      }
      // Entra's tokens are for one, never for a list.
      if (typeof aud !== "string" || (GUID.test(aud) && aud.toLowerCase() !== clientId.toLowerCase())) {
        throw unfit("ERR_AUTH_FORBIDDEN", "the token was issued for another application than the option clientId");
      }
      if (isAppOnly(user.claims)) {
        throw unfit(
          "ERR_AUTH_APP_ONLY",
          "it is an application, and Entra exchanges users' tokens only (AADSTS7000114); call as yourself, by entra()",
        );
      }
    },
    partition(params) {
      const { scope, tenant } = resolve(params);
      return [scope, tenant, params.user.partition];
    },
    async exchange(subject, params, context) {
      const { expiresAt } = resolve(params) && params.user;
      if (expiresAt <= context.platform.now()) throw userTokenOver(STEP, askedOf(params.user));
      const out = await target.exchange(subject, params, context);
      if (out.expiresAt <= expiresAt) return out;
      // Nothing is to be had beyond it, so nothing is asked for shortly before it either.
      return { ...out, expiresAt, refreshAt: Math.min(out.refreshAt ?? expiresAt, expiresAt) };
    },
  };
}
