/**
 * Azure managed identities: the token that the platform gives to what runs in Azure.
 *
 * Import from `@tokenhop/core/sources/managed-identity`.
 */
import * as v from "valibot";
import { isLocal } from "../internal/hosts.ts";
import { send } from "../internal/http.ts";
import {
  IMDS,
  IMDS_TOKEN_PATH,
  LOCAL_ONLY,
  managedToken,
  missingEndpoint,
  resourceOf,
  selectorShapes,
  withQuery,
} from "../internal/managed-identity.ts";
import { mustGoDirectly } from "../internal/no-proxy.ts";
import { checkOptions } from "../internal/schema.ts";
import { detected, mustBeFound, unavailable } from "../internal/source.ts";
import type { Detection, IdentitySource, Platform } from "../types.ts";

/** What {@link managedIdentity} may be given. At most one of the three ids; none means the system-assigned identity. */
export interface ManagedIdentityOptions {
  /** Client id of a user-assigned identity. */
  readonly clientId?: string | undefined;
  /** Object (principal) id of a user-assigned identity. */
  readonly objectId?: string | undefined;
  /** ARM id of a user-assigned identity: `/subscriptions/.../userAssignedIdentities/NAME`. */
  readonly resourceId?: string | undefined;
  /**
   * Which endpoint to ask. Default: `app-service` where `IDENTITY_ENDPOINT` or `IDENTITY_HEADER` is set, else `imds`.
   * No variable tells a virtual machine from a laptop, so say `imds` if `firstOf` is to choose it there.
   */
  readonly endpoint?: "app-service" | "imds" | undefined;
}

const NAME = "managed-identity";
const IMDS_VARIABLE = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
const endpointShape = v.custom(
  (value) => value === "imds" || value === "app-service",
  'expected "app-service" or "imds"',
);

/** The endpoint of App Service, Functions and Container Apps, or what is missing for it. */
function appService(env: Platform["env"]): Detection {
  const missing = [...missingEndpoint(env, "IDENTITY_ENDPOINT", "the header must not go anywhere else")];
  if (!env.IDENTITY_HEADER) missing.push("IDENTITY_HEADER");
  // It sets the other two variables as well, for an endpoint that wants another header.
  if (env.IDENTITY_SERVER_THUMBPRINT) missing.push("no IDENTITY_SERVER_THUMBPRINT (here it is Service Fabric's)");
  return detected(missing);
}

/**
 * The token of a managed identity, from App Service, Functions and Container Apps (`IDENTITY_ENDPOINT`, `IDENTITY_HEADER`)
 * or from IMDS, the metadata service of virtual machines and AKS nodes (`AZURE_POD_IDENTITY_AUTHORITY_HOST` names another
 * host for it). Those variables are read, and no others: unlike `@azure/identity` this never takes
 * `AZURE_FEDERATED_TOKEN_FILE`, because a token that was itself obtained through a federated credential is refused for the
 * next one (AADSTS700231). Both endpoints are plain http, so they must be on loopback or link-local; anything else is refused.
 *
 * - Audience: any resource of the tenant; `/.default` is taken off. For a federated credential `api://AzureADTokenExchange`.
 * - Lifetime: as the reply says, corrected by its `Date`; up to 24 hours, of which the platform caches most. A token for
 *   more than 2 hours is renewed at half of it.
 * - Issuer: `https://login.microsoftonline.com/TENANT/v2.0` for `api://AzureADTokenExchange`. For another audience that, or
 *   `https://sts.windows.net/TENANT/` (v1), by the API's `requestedAccessTokenVersion` (UNCONFIRMED). Subject: the identity's object id.
 * - Provenance: `platform`. A federated credential of an app needs a **user-assigned** identity of the same tenant.
 *
 * Azure Arc, Machine Learning, Cloud Shell and Service Fabric have endpoints of other kinds, and sources of their own:
 * `azureArc`, `azureMl`, `cloudShell`, `serviceFabric`. It caches nothing; the provider that `federate` makes does.
 *
 * `detect` asks no network: without the variables it finds nothing, unless `endpoint: "imds"` says that this is a virtual
 * machine. `get` asks IMDS either way.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option. `get` then fails with `ERR_SOURCE_UNAVAILABLE` (no
 * endpoint here, or `HTTP_PROXY` without a `NO_PROXY` for it, where the runtime looks at them), `ERR_SOURCE_FAILED` (it refuses: `status`, `error`), `ERR_SOURCE_REPLY`, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const graph = federate({
 *   from: managedIdentity({ clientId: "11111111-1111-4111-8111-111111111111" }),
 *   to: entra({
 *     tenantId: "contoso.onmicrosoft.com",
 *     clientId: "22222222-2222-4222-8222-222222222222",
 *     scope: "https://graph.microsoft.com/.default",
 *   }),
 * });
 * const { expiresAt } = await graph.get();
 * console.log(new Date(expiresAt).toISOString());
 * ```
 *
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity
 */
export function managedIdentity(options: ManagedIdentityOptions = {}): IdentitySource {
  checkOptions(
    v.strictObject({ ...selectorShapes(options), endpoint: v.optional(endpointShape) }),
    options,
    "managedIdentity()",
  );
  const { clientId, objectId, resourceId, endpoint } = options;
  const onAppService = ({ env }: Platform): boolean =>
    endpoint === undefined ? Boolean(env.IDENTITY_ENDPOINT || env.IDENTITY_HEADER) : endpoint === "app-service";

  /** What stands in the way of a request. A virtual machine needs nothing. */
  const reachable = (platform: Platform): Detection => {
    if (onAppService(platform)) return appService(platform.env);
    const host = platform.env[IMDS_VARIABLE];
    return !host || isLocal(host) ? { found: true } : { found: false, missing: [`${IMDS_VARIABLE} ${LOCAL_ONLY}`] };
  };

  return {
    name: NAME,
    identity: [NAME, clientId, objectId, resourceId, endpoint],
    provenance: "platform",
    detect(platform) {
      const certain = onAppService(platform) || endpoint === "imds" || platform.env[IMDS_VARIABLE];
      if (certain) return reachable(platform);
      return {
        found: false,
        missing: ['IDENTITY_ENDPOINT and IDENTITY_HEADER, or endpoint: "imds" on a virtual machine'],
      };
    },
    async getToken({ audience }, context) {
      const { platform, signal } = context;
      mustBeFound(NAME, reachable(platform), signal);
      const { IDENTITY_ENDPOINT = "", IDENTITY_HEADER = "", [IMDS_VARIABLE]: host } = platform.env;
      const app = onAppService(platform);
      const url = withQuery(app ? IDENTITY_ENDPOINT : new URL(IMDS_TOKEN_PATH, host || IMDS), {
        "api-version": app ? "2019-08-01" : "2018-02-01",
        resource: resourceOf(audience),
        client_id: clientId,
        object_id: objectId,
        [app ? "mi_res_id" : "msi_res_id"]: resourceId,
      });
      const headers: Record<string, string> = app ? { "x-identity-header": IDENTITY_HEADER } : { metadata: "true" };
      mustGoDirectly(NAME, url, platform);
      const reply = await send(NAME, url, { headers }, context);
      // Docker Desktop answers in the place of IMDS.
      if (reply.status === 403 && /unreachable/i.test(reply.text))
        throw unavailable(NAME, "IMDS cannot be reached from here");
      return managedToken(NAME, reply, platform, IDENTITY_HEADER);
    },
  };
}
