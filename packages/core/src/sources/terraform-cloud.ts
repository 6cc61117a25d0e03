/**
 * HCP Terraform (Terraform Cloud) and Terraform Enterprise: the workload identity token of a run.
 *
 * Import from `@tokenhop/core/sources/terraform-cloud`.
 */
import * as v from "valibot";
import { checkOptions, like } from "../internal/schema.ts";
import { variableSource } from "../internal/variable-token.ts";
import type { IdentitySource } from "../types.ts";

/** What {@link terraformCloud} may be given. */
export interface TerraformCloudOptions {
  /** Which token, where the workspace asks for several: `AWS` for `TFC_WORKLOAD_IDENTITY_TOKEN_AWS`. Default: the one without a tag. */
  readonly tag?: string | undefined;
}

const optionsSchema = v.strictObject({
  tag: v.optional(like(/^(?!TYPE$)\w+$/, "expected letters, digits and underscores, and not TYPE")),
});

/**
 * The workload identity token of a plan or apply in HCP Terraform or Terraform Enterprise, for what the run itself starts:
 * agent hooks, external data, local commands. The workspace asks for it by the variable `TFC_WORKLOAD_IDENTITY_AUDIENCE`, or
 * with a tag `TFC_WORKLOAD_IDENTITY_AUDIENCE_TAG` (agents from 1.7.0 and 1.12.0 on).
 *
 * - Audience: the value of that variable, and no other; a token for another is refused here, naming both.
 * - Lifetime: the timeout of the plan or apply. The token is made once for each and cannot be renewed.
 * - Issuer: `https://app.terraform.io`, or that of your Terraform Enterprise.
 * - Subject: `organization:ORG:project:PROJECT:workspace:WORKSPACE:run_phase:plan`, or `apply`: two subjects, so Entra needs two
 *   federated credentials. A project's name may have spaces in it.
 * - Provenance: `external`.
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` where the
 * variable is absent, and with `ERR_SOURCE_FAILED` when it holds no token, an expired one, or one for another audience.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { terraformCloud } from "@tokenhop/core/sources/terraform-cloud";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * // In the workspace: TFC_WORKLOAD_IDENTITY_AUDIENCE_AZURE = api://AzureADTokenExchange
 * export const graph = federate({
 *   from: terraformCloud({ tag: "AZURE" }),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://graph.microsoft.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/manual-generation
 */
export function terraformCloud(options: TerraformCloudOptions = {}): IdentitySource {
  const { tag } = checkOptions(optionsSchema, options, "terraformCloud()");
  const suffix = tag === undefined ? "" : `_${tag}`;
  const wanted = `TFC_WORKLOAD_IDENTITY_AUDIENCE${suffix}`;
  return variableSource({
    name: "terraform-cloud",
    provenance: "external",
    variable: `TFC_WORKLOAD_IDENTITY_TOKEN${suffix}`,
    setting: `the environment variable ${wanted} of the workspace`,
    made: "once for each plan and apply",
    fix: (audience) => `set the environment variable ${wanted} of the workspace to ${audience}`,
  });
}
