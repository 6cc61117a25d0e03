/**
 * Azure Cloud Shell: a token of who is signed in to it.
 *
 * Import from `@tokenhop/core/sources/cloud-shell`.
 */
import { send } from "../internal/http.ts";
import { managedToken, missingEndpoint, resourceOf } from "../internal/managed-identity.ts";
import { mustGoDirectly } from "../internal/no-proxy.ts";
import { detected, mustBeFound } from "../internal/source.ts";
import type { IdentitySource } from "../types.ts";

const NAME = "cloud-shell";

/**
 * The token that Azure Cloud Shell gives to programs in it (`MSI_ENDPOINT`, which must be on loopback or link-local, without
 * `MSI_SECRET`, with which it is Machine Learning's). Azure's libraries count it among the managed identities; that it speaks for
 * the user of the shell, and what Entra takes it for, is UNCONFIRMED: for work by hand, not for a workload.
 *
 * - Audience: any resource of the tenant; `/.default` is taken off.
 * - Lifetime: as the reply says, corrected by its `Date`.
 * - Issuer: the tenant at Entra. Subject: UNCONFIRMED.
 * - Provenance: `platform`. There is no identity to choose.
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {TokenError} Not by itself. `get` fails with `ERR_SOURCE_UNAVAILABLE` (no endpoint here, or a proxy before it that
 * `NO_PROXY` does not take away), `ERR_SOURCE_FAILED` (it refuses: `status`, `error`), `ERR_SOURCE_REPLY`, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate, firstOf } from "@tokenhop/core";
 * import { cloudShell } from "@tokenhop/core/sources/cloud-shell";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const graph = federate({
 *   from: firstOf(managedIdentity(), cloudShell()),
 *   to: entra({
 *     tenantId: "contoso.onmicrosoft.com",
 *     clientId: "22222222-2222-4222-8222-222222222222",
 *     scope: "https://graph.microsoft.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://learn.microsoft.com/azure/cloud-shell/overview
 */
export function cloudShell(): IdentitySource {
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME],
    provenance: "platform",
    detect({ env }) {
      const missing = [...missingEndpoint(env, "MSI_ENDPOINT", "it is asked over plain http")];
      if (env.MSI_SECRET) missing.push("no MSI_SECRET (here it is Machine Learning's)");
      return detected(missing);
    },
    async getToken({ audience }, context) {
      const { platform, signal } = context;
      mustBeFound(NAME, source.detect(platform), signal);
      const endpoint = platform.env.MSI_ENDPOINT as string;
      mustGoDirectly(NAME, endpoint, platform);
      const body = new URLSearchParams({ resource: resourceOf(audience) });
      const init = { method: "POST", headers: { metadata: "true" }, body };
      const reply = await send(NAME, endpoint, init, context);
      return managedToken(NAME, reply, platform);
    },
  };
  return source;
}
