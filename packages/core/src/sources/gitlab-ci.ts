/**
 * GitLab CI: an ID token of the job.
 *
 * Import from `@tokenhop/core/sources/gitlab-ci`.
 */
import * as v from "valibot";
import { checkOptions } from "../internal/schema.ts";
import { variableName, variableSource } from "../internal/variable-token.ts";
import type { IdentitySource } from "../types.ts";

/** What {@link gitlabCi} may be given. */
export interface GitlabCiOptions {
  /** Name under `id_tokens` in `.gitlab-ci.yml`, which is that of the variable. Default `TOKENHOP_ID_TOKEN`. */
  readonly variable?: string | undefined;
}

const optionsSchema = v.strictObject({ variable: v.optional(variableName, "TOKENHOP_ID_TOKEN") });

/**
 * An ID token of a GitLab CI job. GitLab has no endpoint to ask: each job declares its tokens in `.gitlab-ci.yml`, and gets
 * each in the variable of that name.
 *
 * ```yaml
 * deploy:
 *   id_tokens:
 *     TOKENHOP_ID_TOKEN:
 *       aud: api://AzureADTokenExchange
 * ```
 *
 * - Audience: the declared one, or one of a declared list, and no other; a token for another is refused here, naming both.
 *   Of a list Entra is likely to refuse the token (AADSTS50027). A job that needs two audiences declares two tokens, and its
 *   two sources name them by `variable`.
 * - Lifetime: that of the job's timeout, or 5 minutes (UNCONFIRMED). The token is made once, when the job starts, and cannot
 *   be renewed: a job that outlives it has to get its last credential before that.
 * - Issuer: the instance, `https://gitlab.com`.
 * - Subject: `project_path:GROUP/PROJECT:ref_type:branch:ref:NAME`, or with `tag`; a project may have another form.
 * - Provenance: `external`.
 *
 * A server that takes each token once (it remembers `jti`) gives one credential to a job, because there is no second token.
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` outside a job
 * and where the variable is absent, and with `ERR_SOURCE_FAILED` when it holds no token, an expired one, or one for another
 * audience.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { gitlabCi } from "@tokenhop/core/sources/gitlab-ci";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const arm = federate({
 *   from: gitlabCi(),
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
export function gitlabCi(options: GitlabCiOptions = {}): IdentitySource {
  const { variable } = checkOptions(optionsSchema, options, "gitlabCi()");
  const declared = (audience: string): string => `id_tokens: { ${variable}: { aud: ${audience} } } in .gitlab-ci.yml`;
  return variableSource({
    name: "gitlab-ci",
    provenance: "external",
    variable,
    mark: "GITLAB_CI",
    setting: declared("..."),
    made: "once, when the job starts",
    fix: (audience) => `declare it: ${declared(JSON.stringify(audience))}`,
  });
}
