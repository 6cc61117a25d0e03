/**
 * An identity token that the platform puts into an environment variable.
 *
 * Import from `@tokenhop/core/sources/env`.
 */

import * as v from "valibot";
import { checkOptions, text } from "../internal/schema.ts";
import { foundToken, mustBeFound } from "../internal/source.ts";
import type { IdentitySource } from "../types.ts";

/** What {@link env} is given. */
export interface EnvOptions {
  /** Name of the variable that holds the token. */
  readonly variable: string | undefined;
}

const NAME = "env";
const optionsSchema = v.strictObject({ variable: text });

/**
 * The token of an environment variable, as GitLab CI (`id_tokens`), CircleCI or Bitbucket Pipelines give it. The variable is
 * read anew at each ask.
 *
 * - Audience: the one that the platform put into the token; it cannot be asked for, and is not compared here.
 * - Lifetime: the token's own `exp`. A text that is no JWT has none that could be known, and is used once.
 * - Issuer and subject: the platform's.
 * - Provenance: `unknown`, because anything may be put into a variable.
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` when the
 * variable is absent or empty, and with `ERR_SOURCE_FAILED` when what it holds is no token, or one that has expired.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { env } from "@tokenhop/core/sources/env";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * // .gitlab-ci.yml: id_tokens: { AZURE_ID_TOKEN: { aud: api://AzureADTokenExchange } }
 * export const arm = federate({
 *   from: env({ variable: "AZURE_ID_TOKEN" }),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://management.azure.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://docs.gitlab.com/ci/secrets/id_token_authentication/
 */
export function env(options: EnvOptions): IdentitySource {
  const { variable } = checkOptions(optionsSchema, options, "env()");
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, variable],
    provenance: "unknown",
    detect: (platform) => (platform.env[variable]?.trim() ? { found: true } : { found: false, missing: [variable] }),
    async getToken(_wanted, { platform, signal }) {
      mustBeFound(NAME, source.detect(platform), signal);
      return foundToken(NAME, platform.env[variable], variable, platform);
    },
  };
  return source;
}
