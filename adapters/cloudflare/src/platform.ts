/// <reference path="./cloudflare-workers.d.ts" />
/** What Workers give to every module, as a platform. */

// As a whole: a runtime may be older than some of it, and a name that is missing would keep the Worker from starting.
import * as workers from "cloudflare:workers";
import { defaultPlatform, type Platform } from "@tokenhop/core";

/**
 * Workers as a {@link Platform}: what `federate({ platform })` wants in code that no adapter's context reaches, as a Durable
 * Object, a Workflow, or a module of its own.
 *
 * - `waitUntil` is the one of `cloudflare:workers`: a refresh goes on behind an answer wherever the provider is used.
 * - `env` has the Worker's bindings, so that sources find their variables; it is empty where the compatibility flag
 *   `disallow_importable_env` is set.
 * - I/O is bound to requests.
 *
 * It may be called at module level: nothing is started and nothing is read.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/#importing-env-as-a-global
 *
 * @example
 * ```ts
 * import { workersPlatform } from "@tokenhop/cloudflare";
 * import { federate } from "@tokenhop/core";
 * import { fromFunction } from "@tokenhop/core/sources/from-function";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const arm = (issue: (audience: string) => Promise<string>) =>
 *   federate({
 *     from: fromFunction(({ audience }) => issue(audience), { provenance: "external" }),
 *     to: entra({
 *       tenantId: "contoso.onmicrosoft.com",
 *       clientId: "22222222-2222-4222-8222-222222222222",
 *       scope: "https://management.azure.com/.default",
 *     }),
 *     platform: workersPlatform(),
 *   });
 * ```
 */
export function workersPlatform(): Platform {
  const { env, waitUntil } = workers as Partial<typeof workers>;
  return {
    ...defaultPlatform(),
    // Bindings that are no text are looked at by no source.
    ...(env && { env: env as Platform["env"] }),
    ...(waitUntil && { waitUntil: (work: Promise<unknown>) => waitUntil(work) }),
    requestBoundIo: true,
  };
}
