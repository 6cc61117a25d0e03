/**
 * Microsoft Entra: an identity token becomes an access token, by a federated identity credential instead of a secret.
 *
 * Import from `@tokenhop/core/targets/entra`.
 */
import * as v from "valibot";
import { ConfigError } from "../errors.ts";
import { refusalOf } from "../internal/entra.ts";
import { type EntraRequest, type EntraTargetOptions, entraTarget, scope, tenantId } from "../internal/entra-target.ts";
import { checkOptions } from "../internal/schema.ts";
import type { BearerToken, Target } from "../types.ts";

/** What {@link entra} is given. */
export interface EntraOptions extends EntraTargetOptions {
  /** The tenant, as GUID or domain name. `common` and its like cannot issue app tokens. */
  readonly tenantId: string | undefined;
  /** The client id of the app registration or managed identity whose federated credential trusts the identity token. */
  readonly clientId: string | undefined;
  /** One resource and `/.default`: `https://graph.microsoft.com/.default`. May be left to `with({ scope })`. */
  readonly scope?: string | undefined;
  /** Other tenants that `with({ tenantId })` may name. Default: none. */
  readonly tenants?: readonly string[] | undefined;
}

/** What `with()` may change. */
export interface EntraParams {
  readonly scope?: string | undefined;
  readonly tenantId?: string | undefined;
}

const STEP = "entra";
const paramsSchema = v.strictObject({ scope, tenantId: v.optional(tenantId) });

/**
 * Exchanges an identity token for an access token of an app registration or a user-assigned managed identity, by the client
 * credentials grant with a client assertion (RFC 6749 4.4, RFC 7523 2.2). One target serves many scopes: `with({ scope })`.
 * It caches nothing; the provider that `federate` makes does.
 *
 * Refused at construction of the provider: a token that Entra itself gave through a federated credential (AADSTS700231).
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 * `get` then fails with `ERR_EXCHANGE_REFUSED` (fields `errorCodes`, `correlationId`, `traceId`), `ERR_EXCHANGE_CHAIN`,
 * `ERR_EXCHANGE_FAILED` (no OAuth error in the reply), `ERR_EXCHANGE_REPLY`, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const azure = federate({
 *   from: githubActions(),
 *   to: entra({ tenantId: process.env.AZURE_TENANT_ID, clientId: process.env.AZURE_CLIENT_ID }),
 * });
 * export const arm = azure.with({ scope: "https://management.azure.com/.default" });
 * export const vault = azure.with({ scope: "https://vault.azure.net/.default" });
 * ```
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function entra(options: EntraOptions): Target<BearerToken, EntraParams> {
  const resolve = ({ scope = ownScope, tenantId = home }: EntraParams): EntraRequest => {
    if (scope) return { scope, tenant: tenantId.toLowerCase() };
    throw new ConfigError("entra()", ["scope: missing; give it to entra() or to with()"]);
  };
  const target = entraTarget(STEP, "entra()", options, refusalOf, resolve);
  // Checked by now.
  const { scope: ownScope, tenantId: home, tenants = [] } = options as EntraOptions & { readonly tenantId: string };
  return {
    ...target,
    validate(params) {
      const { tenantId = home } = checkOptions(paramsSchema, params, "entra().with()");
      if (![home, ...tenants].some((known) => known.toLowerCase() === tenantId.toLowerCase())) {
        throw new ConfigError("entra().with()", ["tenantId: expected one of the option tenants"]);
      }
    },
  };
}
