/**
 * CircleCI: the job's OIDC token.
 *
 * Import from `@tokenhop/core/sources/circleci`.
 */
import * as v from "valibot";
import { checkOptions } from "../internal/schema.ts";
import { variableSource } from "../internal/variable-token.ts";
import type { IdentitySource } from "../types.ts";

/** What {@link circleci} may be given. */
export interface CircleciOptions {
  /**
   * Which of the job's two tokens: 1 is `CIRCLE_OIDC_TOKEN`, 2 is `CIRCLE_OIDC_TOKEN_V2`. Default 2, which says in its subject
   * what was built. There is no fallback to the other: it has another subject, so it is another identity.
   */
  readonly tokenVersion?: 1 | 2 | undefined;
}

const VARIABLES = { 1: "CIRCLE_OIDC_TOKEN", 2: "CIRCLE_OIDC_TOKEN_V2" } as const;
const optionsSchema = v.strictObject({
  tokenVersion: v.optional(
    v.custom<1 | 2>((value) => value === 1 || value === 2, "expected 1 or 2"),
    2,
  ),
});

/**
 * The OIDC token of a CircleCI job, which CircleCI puts into a variable of every job. Builds of forks have it only where the
 * project passes secrets to them.
 *
 * - Audience: the organization's id (a UUID), and no other; a token for another is refused here, naming both. Either trust
 *   that one (the option `audience` of `entra`, and of the federated credential), or let a step of the job get a token for
 *   another by `circleci run oidc get`, put it into a variable of yours, and use `env`.
 * - Lifetime: 1 hour. The token is made once, shortly before the job starts, and cannot be renewed.
 * - Issuer: `https://oidc.circleci.com/org/ORG-ID`.
 * - Subject: `org/ORG-ID/project/PROJECT-ID/user/USER-ID`, and with `tokenVersion` 2 `/vcs-origin/REPO/vcs-ref/REF` behind it
 *   (not in pipelines of a custom webhook). The user who started the job is in both, so what compares subjects to the letter,
 *   as Entra does, needs one rule for each user.
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
 * import { circleci } from "@tokenhop/core/sources/circleci";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const arm = federate({
 *   from: circleci(),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://management.azure.com/.default",
 *     audience: "11111111-1111-4111-8111-111111111111", // the organization's id
 *   }),
 * });
 * ```
 *
 * @see https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/
 */
export function circleci(options: CircleciOptions = {}): IdentitySource {
  const { tokenVersion } = checkOptions(optionsSchema, options, "circleci()");
  return variableSource({
    name: "circleci",
    provenance: "external",
    variable: VARIABLES[tokenVersion],
    setting: "a CircleCI job (one of a fork needs the project's leave to get secrets)",
    made: "once, before the job starts, for an hour",
    fix: (audience) =>
      `CircleCI gives no other, so let the target trust that one, or put what circleci run oidc get --claims '${JSON.stringify({ aud: audience })}' prints into a variable of your own and use env()`,
  });
}
