/**
 * Azure Machine Learning: the managed identity of a compute instance, cluster or endpoint.
 *
 * Import from `@tokenhop/core/sources/azure-ml`.
 */
import * as v from "valibot";
import { send } from "../internal/http.ts";
import { guid, managedToken, missingEndpoint, resourceOf, withQuery } from "../internal/managed-identity.ts";
import { mustGoDirectly } from "../internal/no-proxy.ts";
import { checkOptions } from "../internal/schema.ts";
import { detected, mustBeFound } from "../internal/source.ts";
import type { IdentitySource } from "../types.ts";

/** What {@link azureMl} may be given. */
export interface AzureMlOptions {
  /** Client id of a user-assigned identity. Default: the variable `DEFAULT_IDENTITY_CLIENT_ID`, else the system-assigned one. */
  readonly clientId?: string | undefined;
}

const NAME = "azure-ml";
const optionsSchema = v.strictObject({ clientId: v.optional(guid) });

/**
 * The token of the managed identity of a compute of Azure Machine Learning (`MSI_ENDPOINT`, which must be on loopback or
 * link-local, and `MSI_SECRET`).
 *
 * - Audience: any resource of the tenant; `/.default` is taken off. For a federated credential `api://AzureADTokenExchange`.
 * - Lifetime: as the reply says (a formatted date), corrected by its `Date`; up to 24 hours. A token for more than 2 hours is
 *   renewed at half of it.
 * - Issuer: `https://login.microsoftonline.com/TENANT/v2.0` for `api://AzureADTokenExchange`. For another audience that, or
 *   `https://sts.windows.net/TENANT/` (v1), by the API's `requestedAccessTokenVersion` (UNCONFIRMED). Subject: the identity's object id.
 * - Provenance: `platform`. A user-assigned identity is chosen by its client id only.
 *
 * App Service sets the same two variables besides its newer ones: in `firstOf`, `managedIdentity` goes before. It caches nothing;
 * the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` (no endpoint
 * here, or a proxy before it that `NO_PROXY` does not take away), `ERR_SOURCE_FAILED` (it refuses: `status`, `error`),
 * `ERR_SOURCE_REPLY`, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { azureMl } from "@tokenhop/core/sources/azure-ml";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const graph = federate({
 *   from: azureMl(),
 *   to: entra({
 *     tenantId: "contoso.onmicrosoft.com",
 *     clientId: "22222222-2222-4222-8222-222222222222",
 *     scope: "https://graph.microsoft.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication
 */
export function azureMl(options: AzureMlOptions = {}): IdentitySource {
  const { clientId } = checkOptions(optionsSchema, options, "azureMl()");
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, clientId],
    provenance: "platform",
    detect({ env }) {
      const missing = [...missingEndpoint(env, "MSI_ENDPOINT", "the secret must not go anywhere else")];
      if (!env.MSI_SECRET) missing.push("MSI_SECRET");
      return detected(missing);
    },
    async getToken({ audience }, context) {
      const { platform, signal } = context;
      mustBeFound(NAME, source.detect(platform), signal);
      const { MSI_ENDPOINT = "", MSI_SECRET = "", DEFAULT_IDENTITY_CLIENT_ID } = platform.env;
      const url = withQuery(MSI_ENDPOINT, {
        "api-version": "2017-09-01",
        resource: resourceOf(audience),
        clientid: clientId ?? DEFAULT_IDENTITY_CLIENT_ID,
      });
      mustGoDirectly(NAME, url, platform);
      const reply = await send(NAME, url, { headers: { metadata: "true", secret: MSI_SECRET } }, context);
      return managedToken(NAME, reply, platform, MSI_SECRET);
    },
  };
  return source;
}
