/**
 * Bitbucket Pipelines: the step's OIDC token.
 *
 * Import from `@tokenhop/core/sources/bitbucket-pipelines`.
 */
import { variableSource } from "../internal/variable-token.ts";
import type { IdentitySource } from "../types.ts";

/**
 * The OIDC token of a step in Bitbucket Pipelines. The step needs `oidc: true`, or the audiences that it wants:
 *
 * ```yaml
 * - step:
 *     oidc:
 *       audiences: [sts.amazonaws.com]
 * ```
 *
 * - Audience: those of the step's `oidc`, at most 10, or else `ari:cloud:bitbucket::workspace/UUID`. It cannot be asked for; a
 *   token for another is refused here, naming both.
 * - Lifetime: the token's own (how long is UNCONFIRMED). It is made once, when the step starts, and cannot be renewed.
 * - Issuer: `https://api.bitbucket.org/2.0/workspaces/WORKSPACE/pipelines-config/identity/oidc`. Its discovery document is
 *   there once a pipeline has run with OIDC.
 * - Subject: holds the step's own UUID (`{REPOSITORY-UUID}:{STEP-UUID}`, the form is UNCONFIRMED), so it is another one at each
 *   run. A federated credential of Entra, which compares subjects to the letter, cannot trust it; AWS and Google can, by the
 *   audience and, at Google, `repositoryUuid` (in braces).
 * - Provenance: `external`.
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {TokenError} Not by itself. `get` fails with `ERR_SOURCE_UNAVAILABLE` where the variable
 * `BITBUCKET_STEP_OIDC_TOKEN` is absent, and with `ERR_SOURCE_FAILED` when it holds no token, an expired one, or one for
 * another audience.
 *
 * @example
 * ```ts
 * import { defaultPlatform } from "@tokenhop/core";
 * import { bitbucketPipelines } from "@tokenhop/core/sources/bitbucket-pipelines";
 *
 * const context = { platform: defaultPlatform(), signal: AbortSignal.timeout(10_000) };
 * const { expiresAt } = await bitbucketPipelines().getToken({ audience: "sts.amazonaws.com" }, context);
 * console.log(expiresAt);
 * ```
 *
 * @see https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/
 */
export function bitbucketPipelines(): IdentitySource {
  return variableSource({
    name: "bitbucket-pipelines",
    provenance: "external",
    variable: "BITBUCKET_STEP_OIDC_TOKEN",
    setting: "oidc: true on the step",
    made: "once, when the step starts",
    fix: (audience) => `ask for it on the step: oidc: { audiences: [${JSON.stringify(audience)}] }`,
  });
}
