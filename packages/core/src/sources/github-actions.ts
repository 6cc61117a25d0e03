/**
 * GitHub Actions: the job's OIDC token.
 *
 * Import from `@tokenhop/core/sources/github-actions`.
 */
import * as v from "valibot";
import { safeUrl } from "../internal/hosts.ts";
import { checkOptions, flag } from "../internal/schema.ts";
import { mustBeFound } from "../internal/source.ts";
import { askForToken, jsonToken } from "../internal/token-endpoint.ts";
import type { IdentitySource } from "../types.ts";

/** What {@link githubActions} may be given. */
export interface GithubActionsOptions {
  /** Lets the runner's endpoint be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

const NAME = "github-actions";
const URL_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_URL";
const TOKEN_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
const optionsSchema = v.strictObject({ allowHttpLoopback: flag });

/**
 * The OIDC token of a GitHub Actions job. The job needs `permissions: id-token: write`; without it the runner does not set
 * the two variables that are read, `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. Of a reusable workflow
 * the caller has to grant it, too. Jobs for pull requests of forks never get it.
 *
 * - Audience: any, one per token.
 * - Lifetime: 5 minutes; taken from the token and corrected by the reply's `Date`.
 * - Issuer: `https://token.actions.githubusercontent.com`; of an enterprise that asked for it with its name as a path behind it;
 *   with data residency `https://token.actions.SUBDOMAIN.ghe.com`; of GitHub Enterprise Server `https://HOST/_services/token`.
 * - Subject: `repo:OWNER/REPO:` and then `environment:NAME` if the job has an environment, else `pull_request`, else
 *   `ref:refs/heads/NAME` or `ref:refs/tags/NAME`. In repositories made after 15 July 2026, and those that were renamed,
 *   transferred or opted in, the ids are in it, and no later renaming changes it: `repo:OWNER@OWNER-ID/REPO@REPO-ID:...` (not
 *   on GitHub Enterprise Server). A `:` within a name is written `%3A`. An organization may have put another form in its place.
 * - Provenance: `external`.
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` where the
 * variables are absent, `ERR_SOURCE_FAILED` when the endpoint refuses, `ERR_SOURCE_REPLY` when its reply makes no sense, or
 * one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const arm = federate({
 *   from: githubActions(),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://management.azure.com/.default",
 *   }),
 * });
 * const { expiresAt } = await arm.get();
 * console.log(`signed in until ${new Date(expiresAt).toISOString()}`);
 * ```
 *
 * @see https://docs.github.com/actions/reference/security/oidc
 */
export function githubActions(options: GithubActionsOptions = {}): IdentitySource {
  const { allowHttpLoopback = false } = checkOptions(optionsSchema, options, "githubActions()");
  const urlOf = (text: string | undefined): URL | undefined => safeUrl(text ?? "", allowHttpLoopback);
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME],
    provenance: "external",
    detect({ env }) {
      const missing = [URL_VARIABLE, TOKEN_VARIABLE].filter((name) => !env[name]);
      if (missing.length > 0) return { found: false, missing: [...missing, "permissions: id-token: write"] };
      return urlOf(env[URL_VARIABLE])
        ? { found: true }
        : { found: false, missing: [`${URL_VARIABLE} with an https URL`] };
    },
    async getToken({ audience }, context) {
      const { platform, signal } = context;
      mustBeFound(NAME, source.detect(platform), signal);
      const bearer = platform.env[TOKEN_VARIABLE];
      const url = urlOf(platform.env[URL_VARIABLE]) as URL;
      // The URL has a query already.
      url.searchParams.set("audience", audience);
      const headers = { authorization: `Bearer ${bearer}`, accept: "application/json" };
      return askForToken(NAME, url, { headers }, context, jsonToken("value"), bearer);
    },
  };
  return source;
}
