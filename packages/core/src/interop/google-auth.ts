/**
 * What `google-auth-library`, and with it every client of Google Cloud for JavaScript, takes as its credential, made of a provider.
 *
 * Import from `@tokenhop/core/interop/google-auth`.
 */
import * as v from "valibot";
import { bearerOf, headerText } from "../attached-fetch.ts";
import { platformShape, providerShape, requestShape, timeoutShape, waitUntilShape } from "../internal/interop.ts";
import { SOON_MS } from "../internal/lasting.ts";
import { checkOptions } from "../internal/schema.ts";
import { defaultPlatform } from "../platform.ts";
import type { BearerToken, CredentialProvider, GetOptions, Platform } from "../types.ts";

/** What {@link googleAuth} may be given besides the provider. */
export interface GoogleAuthOptions extends Pick<GetOptions, "request" | "waitUntil"> {
  /** How long a call waits for a token before it fails with `ERR_CALL_TIMEOUT`. Default: as long as the engine tries. */
  readonly timeoutMs?: number | undefined;
  /** Whose clock the client goes by. Default: {@link defaultPlatform}. */
  readonly platform?: Platform | undefined;
}

/** What an `OAuth2Client` is given by its `refreshHandler`: `AccessTokenResponse`. */
export interface GoogleAuthToken {
  readonly access_token: string;
  /** When it stops being valid, epoch ms. */
  readonly expiry_date: number;
}

const optionsSchema = v.strictObject({
  provider: providerShape,
  request: requestShape,
  waitUntil: waitUntilShape,
  timeoutMs: timeoutShape,
  platform: platformShape("now"),
});

/**
 * The `refreshHandler` of an `OAuth2Client` of `google-auth-library` (by its shape; nothing of that package is needed), which is an
 * `AuthClient` and so what every Google client takes as `authClient`: `GoogleAuth`, `Storage` and its like, generated clients over
 * HTTP and gRPC. The client is Google's own: it has its `getAccessToken`, `getRequestHeaders` and `request`, and only where the
 * token comes from is ours. Make one handler for each client, and share the provider: it holds the token, and concurrent calls
 * share one exchange.
 *
 * - The client keeps the token and asks again at each request from 5 minutes before its end. Of a token that the engine finds due
 *   by then it is given the held one at once, and the new one at the next request, so no request waits; a token that lasts
 *   less than 5 minutes is asked for at each request, which costs no exchange.
 * - With `new OAuth2Client({ forceRefreshOnFailure: true })` the client asks for another token when its own is refused (401, and
 *   403 as well). It gets one if the refused one is older than 30 s, and once a minute at most, so that an API that refuses
 *   everybody is no request loop at the identity provider.
 * - Where the token is sent is the client's business and not seen here, so `hosts` are not asked. With
 *   `authorizedFetch(provider)` they are.
 * - Google's clients look for the project in the environment: give them `projectId`.
 *
 * The other way round, with Google's library doing the exchange, is `subject_token_supplier`: see `passThrough`.
 *
 * @param provider What `federate` gives, with the scopes that the client needs: those of `GoogleAuth({ scopes })` are not seen here.
 * @returns `() => Promise<{ access_token, expiry_date }>`.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is wrong. The function fails as `get` of the provider does,
 * and with `ERR_DOWNSTREAM_PROVIDER` for what is no bearer token; the client's calls fail with that error as it is.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { googleAuth } from "@tokenhop/core/interop/google-auth";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { gcpSts } from "@tokenhop/core/targets/gcp-sts";
 *
 * const audience =
 *   "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/providers/github";
 * const provider = federate({ from: githubActions(), to: gcpSts({ audience }) });
 * export const refreshHandler = googleAuth(provider);
 * // const authClient = Object.assign(new OAuth2Client(), { refreshHandler });
 * // new Storage({ authClient, projectId }), new GoogleAuth({ authClient }), google.drive({ version: "v3", auth: authClient }), ...
 * ```
 *
 * @see https://github.com/googleapis/google-cloud-node/tree/main/core/packages/google-auth-library-nodejs
 */
export function googleAuth<P extends object>(
  provider: CredentialProvider<BearerToken, P>,
  options: GoogleAuthOptions = {},
): () => Promise<GoogleAuthToken> {
  const checked = checkOptions(optionsSchema, { ...options, provider }, "googleAuth()");
  const { request, waitUntil, timeoutMs, platform = defaultPlatform() } = options;
  let given: BearerToken | undefined;
  return async () => {
    // A client that has a good token asks only because that was refused: its `eagerRefreshThresholdMillis` is the same.
    if (given && given.expiresAt - platform.now() > SOON_MS) checked.provider.invalidate(given, "unauthorized");
    given = await bearerOf(checked.provider, { request, waitUntil, timeoutMs });
    return { access_token: headerText(given), expiry_date: given.expiresAt };
  };
}
