/**
 * Azure Cloud Shell: a token of who is signed in to it.
 *
 * Import from `@tokenhop/core/sources/cloud-shell`.
 */
import * as v from "valibot";
import { send } from "../internal/http.ts";
import { managedToken, missingEndpoint, resourceOf } from "../internal/managed-identity.ts";
import { checkOptions } from "../internal/schema.ts";
import { detected, mustBeFound } from "../internal/source.ts";
import type { IdentitySource } from "../types.ts";

/** What {@link cloudShell} may be given: nothing. The shell has one identity. */
export type CloudShellOptions = Readonly<Record<string, never>>;

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
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for any option. `get` then fails with `ERR_SOURCE_UNAVAILABLE` (no endpoint here),
 * `ERR_SOURCE_FAILED` (it refuses: `status`, `error`), `ERR_SOURCE_REPLY`, or one of `ERR_HTTP_*`.
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
export function cloudShell(options: CloudShellOptions = {}): IdentitySource {
  checkOptions(v.strictObject({}), options, "cloudShell()");
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
      const body = new URLSearchParams({ resource: resourceOf(audience) });
      const init = { method: "POST", headers: { metadata: "true" }, body };
      const reply = await send(NAME, platform.env.MSI_ENDPOINT as string, init, context);
      return managedToken(NAME, reply, platform);
    },
  };
  return source;
}
