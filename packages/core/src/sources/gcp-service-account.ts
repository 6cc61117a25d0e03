/**
 * Google Cloud: an identity token of a service account, for whoever may act as it.
 *
 * Import from `@tokenhop/core/sources/gcp-service-account`.
 */
import * as v from "valibot";
import { accountName, accountNames, accountUrl, passedOn, universeName } from "../internal/gcp.ts";
import { endingWith, givenBy, providerShape, standingFor } from "../internal/given.ts";
import { googleStatus } from "../internal/google.ts";
import { checkOptions, flag } from "../internal/schema.ts";
import { refusal } from "../internal/source.ts";
import { endpoint } from "../internal/target-options.ts";
import { askForToken, jsonToken } from "../internal/token-endpoint.ts";
import type { BearerToken, CredentialProvider, IdentitySource } from "../types.ts";

/** What {@link gcpServiceAccount} is given. */
export interface GcpServiceAccountOptions {
  /** A provider of Google access tokens of somebody who may act as the service account: what `federate` gives. */
  readonly from: CredentialProvider<BearerToken>;
  /** Whose token it is to be: the service account's e-mail address or unique numeric id. */
  readonly serviceAccount: string;
  /** Service accounts in between, each of which may act as the next one, the last as `serviceAccount`. Default: none. */
  readonly delegates?: readonly string[] | undefined;
  /** Whether the token says `email` and `email_verified`. Default false. */
  readonly includeEmail?: boolean | undefined;
  /** The universe, which is the domain of the service: a name of Google's, which is not checked. Default `googleapis.com`. */
  readonly universe?: string | undefined;
  /** Another IAM Credentials: the base URL of an emulator or a private endpoint, https. Default `https://iamcredentials.UNIVERSE`. */
  readonly endpoint?: string | undefined;
  /** Lets the endpoint be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

const NAME = "gcp-service-account";

const shapeOf = (allowHttpLoopback: unknown) =>
  v.strictObject({
    from: providerShape<BearerToken>(),
    serviceAccount: accountName,
    delegates: accountNames,
    includeEmail: flag,
    universe: v.optional(universeName),
    endpoint: v.optional(endpoint(allowHttpLoopback)),
    allowHttpLoopback: flag,
  });

/**
 * A Google identity token of a service account, by `generateIdToken` of the IAM Credentials API: so that somebody who has an
 * access token at Google, a federated identity of another cloud above all, gets a token that others trust who trust Google.
 * Whoever the access token belongs to needs the permission `iam.serviceAccounts.getOpenIdToken` on the service account; with
 * `delegates` everybody in the chain needs `roles/iam.serviceAccountTokenCreator` on the next one. The access token's scope must
 * be `https://www.googleapis.com/auth/cloud-platform` or `.../auth/iam`.
 *
 * - Audience: any, one per token.
 * - Lifetime: 1 hour; taken from the token and corrected by the reply's `Date`. From a provider of a request's own credentials,
 *   no longer than that credential.
 * - Issuer: `https://accounts.google.com`. Subject: the service account's unique numeric id. An AWS role's trust policy sees the
 *   audience as `accounts.google.com:oaud`.
 * - Provenance: `external`.
 *
 * It keeps users apart as `from` does. It caches nothing; the provider that `federate` makes does, and so does `from`.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option. `get` then fails with whatever `from` fails with, with
 * `ERR_SOURCE_FAILED` when Google refuses (`status`, and `error` such as `PERMISSION_DENIED`; after a 401 it is tried again if
 * `from` has another access token), `ERR_SOURCE_REPLY`, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { type BearerToken, type CredentialProvider, federate } from "@tokenhop/core";
 * import { gcpServiceAccount } from "@tokenhop/core/sources/gcp-service-account";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const armBy = (google: CredentialProvider<BearerToken>) =>
 *   federate({
 *     from: gcpServiceAccount({ from: google, serviceAccount: "deployer@my-project.iam.gserviceaccount.com" }),
 *     to: entra({
 *       tenantId: process.env.AZURE_TENANT_ID,
 *       clientId: process.env.AZURE_CLIENT_ID,
 *       scope: "https://management.azure.com/.default",
 *     }),
 *   });
 * ```
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateIdToken
 */
export function gcpServiceAccount(options: GcpServiceAccountOptions): IdentitySource {
  const config = checkOptions(shapeOf(options?.allowHttpLoopback), options, "gcpServiceAccount()");
  const { from, serviceAccount, includeEmail = false } = config;
  // The list is the caller's own, who may change it.
  const delegates: readonly string[] = Object.freeze([...(config.delegates ?? [])]);
  const url = accountUrl(config, serviceAccount, "generateIdToken");

  return {
    name: NAME,
    identity: [NAME, from.identity, serviceAccount, delegates, includeEmail, url],
    provenance: "external",
    ...standingFor(from),
    // What it needs is an option.
    detect: () => ({ found: true }),
    async getToken({ audience }, context) {
      const credential = await givenBy(from, context);
      const bearer = credential.token.reveal();
      const init: RequestInit = {
        method: "POST",
        headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ audience, includeEmail, ...passedOn(delegates) }),
      };
      const refuse: typeof refusal = (step, reply, platform, sent) => {
        const { status } = reply;
        const error = googleStatus(reply, sent);
        // The access token may have been revoked: that is worth another one. A role that was just given is not known everywhere.
        const revoked = status === 401 && from.invalidate(credential, "unauthorized");
        const lag = error !== undefined && (status === 403 || status === 404);
        return refusal(step, reply, platform, sent, {
          ...(error && { error }),
          ...(revoked && { recovery: "retry" }),
          ...(lag && { recovery: "propagation" }),
        });
      };
      const token = await askForToken(NAME, url, init, context, jsonToken("token"), bearer, refuse);
      return endingWith(from, credential, token);
    },
  };
}
