/**
 * What the clients of the AWS SDK for JavaScript take as `credentials`, made of a provider.
 *
 * Import from `@tokenhop/core/interop/aws-sdk`.
 */
import * as v from "valibot";
import { TokenError } from "../errors.ts";
import { platformShape, providerShape, requestShape, timeoutShape, waitUntilShape } from "../internal/interop.ts";
import { lasting } from "../internal/lasting.ts";
import { checkOptions } from "../internal/schema.ts";
import { defaultPlatform } from "../platform.ts";
import type { AwsCredentials, CredentialProvider, GetOptions, Platform } from "../types.ts";

/** What {@link awsSdk} may be given besides the provider. */
export interface AwsSdkOptions extends Pick<GetOptions, "request" | "waitUntil"> {
  /** How long a call waits for credentials before it fails with `ERR_CALL_TIMEOUT`. Default: as long as the engine tries. */
  readonly timeoutMs?: number | undefined;
  /** Whose clock the SDK goes by. Default: {@link defaultPlatform}. */
  readonly platform?: Platform | undefined;
}

/** What an SDK asks for, as far as it matters here. */
export interface AwsSdkGetOptions {
  /** What was given last was refused: asks for others. */
  readonly forceRefresh?: boolean | undefined;
}

/** What an SDK gets: `AwsCredentialIdentity`. */
export interface AwsSdkIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** When they end. It is always there: without it an SDK would keep them for ever. */
  readonly expiration: Date;
}

const optionsSchema = v.strictObject({
  provider: providerShape,
  request: requestShape,
  waitUntil: waitUntilShape,
  timeoutMs: timeoutShape,
  platform: platformShape("now"),
});

function identityOf(credentials: AwsCredentials): AwsSdkIdentity {
  const { kind, accessKeyId, secretAccessKey, sessionToken, expiresAt } = credentials;
  const texts = kind === "aws" ? [accessKeyId, secretAccessKey.reveal(), sessionToken.reveal()] : [];
  const [id, key, session] = texts;
  // A runtime that refuses a header shows its value.
  if (id && key && session && texts.every((text) => /^[!-~]+$/.test(text))) {
    return { accessKeyId: id, secretAccessKey: key, sessionToken: session, expiration: new Date(expiresAt) };
  }
  const what = kind === "aws" ? "credentials of these characters" : `credentials of kind ${String(kind)}`;
  throw new TokenError(`Cannot give an AWS SDK ${what}: it takes those of an AWS session`, {
    code: "ERR_DOWNSTREAM_PROVIDER",
  });
}

/**
 * Lets the clients of the AWS SDK for JavaScript (version 3) use a provider: what it gives is accepted wherever `credentials` are
 * (by its shape; nothing of `@aws-sdk/*` is needed). One function serves every client. It caches nothing; the provider holds the
 * credentials, and concurrent calls of all clients share one exchange.
 *
 * - A client keeps what it is given until 5 minutes before its end, and from then on asks again with every request. There a call
 *   waits for new credentials if they are due for renewal, but 2 s at most and not on Workers; then it gives the held ones as long
 *   as they are valid. So a client leaves these minutes with its first request in them, asking again costs no exchange, and an
 *   outage of STS is not felt before the credentials end. Of a session of 15 minutes, the shortest there is, the last 5 may begin
 *   before it is due.
 * - `forceRefresh` says that what was given last was refused. Others are obtained if that is older than 30 s, and once a minute at
 *   most for all clients together, so that a service which refuses everybody is no request loop at STS; if it has been replaced
 *   already, the new ones are given. Otherwise, and while no others are to be had, it is the held ones as long as they are valid.
 * - On Cloudflare Workers make a client for each request, with `{ waitUntil }`, and share the provider: a client waits for what it
 *   asked for in one request on behalf of all others, and never hears of it again when that is over.
 *
 * @param provider What `federate` gives to `awsSts`, or a view of it by `with()`.
 * @returns The function that a client's option `credentials` takes.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is wrong. The function then fails with
 * `ERR_DOWNSTREAM_PROVIDER` for what are no AWS credentials, or as `get` of the provider does: its errors pass through as they are.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { awsSdk } from "@tokenhop/core/interop/aws-sdk";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { awsSts } from "@tokenhop/core/targets/aws-sts";
 *
 * const region = "eu-central-1";
 * const to = awsSts({ roleArn: "arn:aws:iam::123456789012:role/deploy", region });
 * export const credentials = awsSdk(federate({ from: githubActions(), to }));
 * // new S3Client({ region, credentials }), new DynamoDBClient({ region, credentials }), ...
 * ```
 *
 * @see https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html
 */
export function awsSdk<P extends object>(
  provider: CredentialProvider<AwsCredentials, P>,
  options: AwsSdkOptions = {},
): (asked?: AwsSdkGetOptions) => Promise<AwsSdkIdentity> {
  checkOptions(optionsSchema, { ...options, provider }, "awsSdk()");
  const { request, waitUntil, timeoutMs, platform = defaultPlatform() } = options;
  let given: AwsCredentials | undefined;
  return async (asked) => {
    if (asked?.forceRefresh && given) provider.invalidate(given, "unauthorized");
    given = await lasting(provider, { request, waitUntil, timeoutMs }, platform);
    return identityOf(given);
  };
}
