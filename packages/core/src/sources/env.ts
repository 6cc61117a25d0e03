/**
 * An identity token that the platform puts into an environment variable.
 *
 * Import from `@tokenhop/core/sources/env`.
 */

import * as v from "valibot";
import { checkOptions } from "../internal/schema.ts";
import { variableName, variableSource } from "../internal/variable-token.ts";
import type { IdentitySource } from "../types.ts";

/** What {@link env} is given. */
export interface EnvOptions {
  /** Name of the variable that holds the token. Not the token itself. */
  readonly variable: string | undefined;
}

const optionsSchema = v.strictObject({ variable: variableName });

/**
 * The token of an environment variable. The variable is read anew at each ask.
 *
 * For platforms that have no source of their own, and for tokens that a command of yours put there. GitLab CI, CircleCI,
 * Bitbucket Pipelines and HCP Terraform have one each: `gitlabCi`, `circleci`, `bitbucketPipelines` and `terraformCloud` know
 * the variable, compare the audience, and say what to change in the platform's configuration.
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
 * // In a CircleCI job: export AZURE_ID_TOKEN=$(circleci run oidc get --claims '{"aud":"api://AzureADTokenExchange"}')
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
 * @see https://circleci.com/docs/guides/permissions-authentication/oidc-tokens-with-custom-claims/
 */
export function env(options: EnvOptions): IdentitySource {
  const { variable } = checkOptions(optionsSchema, options, "env()");
  return variableSource({ name: "env", provenance: "unknown", variable });
}
