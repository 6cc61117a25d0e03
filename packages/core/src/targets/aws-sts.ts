/**
 * AWS: an identity token becomes the credentials of a role's session (`AssumeRoleWithWebIdentity`), without a stored key.
 *
 * Import from `@tokenhop/core/targets/aws-sts`.
 */
import * as v from "valibot";
import {
  endpointOf,
  MAX_SECONDS,
  MIN_SECONDS,
  roleArn,
  roleSchema,
  sessionName,
  sessionPolicy,
} from "../internal/aws-role.ts";
import {
  FORM,
  instant,
  instantOf,
  secondsBetween,
  stsForm,
  stsRecovery,
  stsResult,
  stsTold,
} from "../internal/aws-sts.ts";
import { exchangeError, exchangeRefusal } from "../internal/exchange.ts";
import { localTime, send } from "../internal/http.ts";
import { checkOptions, checkReply, like } from "../internal/schema.ts";
import { secret } from "../internal/secret.ts";
import type { AwsCredentials, Target } from "../types.ts";

/** What {@link awsSts} is given: the role, and exactly one of `region`, `endpoint` and `global`. */
export interface AwsStsOptions {
  /** The role whose trust policy names the identity token's issuer, audience and subject: `arn:aws:iam::123456789012:role/deploy`. */
  readonly roleArn: string | undefined;
  /** The region whose endpoint is asked: `eu-central-1`. It must be of the role's partition (`aws`, `aws-cn`, ...). */
  readonly region?: string | undefined;
  /** Another endpoint instead: that of a VPC (`https://vpce-....sts.eu-central-1.vpce.amazonaws.com`), or an emulator's. */
  readonly endpoint?: string | undefined;
  /** Asks the global endpoint, `https://sts.amazonaws.com`, instead. AWS advises the regional ones. */
  readonly global?: true | undefined;
  /** Lets `endpoint` be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
  /** Other roles, of the same partition, that `with({ roleArn })` may name. Default: none. */
  readonly roleArns?: readonly string[] | undefined;
  /**
   * What the session is called in CloudTrail, in `aws:userid` and in the ARN of the assumed role: 2 to 64 letters, digits or any
   * of `_+=,.@-`. Default `tokenhop`, the same each time, so that policies may name it; call it as your workload is called.
   */
  readonly roleSessionName?: string | undefined;
  /** How long a session lasts, in ms: whole seconds from 15 minutes to 12 hours, but no longer than the role allows. Default: an hour, STS's own. */
  readonly durationMs?: number | undefined;
  /** An IAM policy, as text or as an object, that takes away from what the role may do. At most 2,048 characters, together with `policyArns`. */
  readonly sessionPolicy?: string | object | undefined;
  /** Managed policies of the role's partition that do the same, at most 10. What any of the session's policies allows, if the role does too, is allowed. */
  readonly policyArns?: readonly string[] | undefined;
  /** What the identity token must be issued for. Default `sts.amazonaws.com`. */
  readonly audience?: string | undefined;
}

/** What `with()` may change. Nothing in it leads to more than what {@link awsSts} was given. */
export interface AwsStsParams {
  /** The role itself, or one of the option `roleArns`. */
  readonly roleArn?: string | undefined;
  readonly roleSessionName?: string | undefined;
  /** At most the option `durationMs`, if that is given. */
  readonly durationMs?: number | undefined;
  /**
   * Only where the options have no policy of their own: the session may do what any one of its policies allows, so a second one
   * would add. Never `undefined`: a policy that got lost on the way must not become none. A later `with()` that has one replaces
   * it, so what must not be widened is to be given credentials, or a function, and not the view. An object is written as it is at
   * the view's first use: give each view its own, and leave it as it is.
   */
  readonly sessionPolicy?: string | object;
}

const STEP = "aws-sts";
const ACTION = "AssumeRoleWithWebIdentity";
const WITH = "awsSts().with()";
const SESSION_NAME = "tokenhop";
/** STS takes tokens of 4 to 20,000 characters. */
const TOKEN_LENGTHS = [4, 20_000] as const;

const VISIBLE = /^[!-~]+$/;
const replySchema = v.object({
  "Credentials/AccessKeyId": like(/^\w{16,128}$/, "expected a key id"),
  "Credentials/SecretAccessKey": like(VISIBLE, "expected a key"),
  "Credentials/SessionToken": like(VISIBLE, "expected a token"),
  "Credentials/Expiration": instant,
});

/**
 * Exchanges an identity token for temporary credentials of an IAM role. The request is not signed: the token is all that proves
 * who asks. What it gives is no bearer token, so `downstream` does not take it; `awsSdk` makes of it what the AWS SDK for
 * JavaScript takes as `credentials`. It caches nothing; the provider that `federate` makes does.
 *
 * In AWS, once: an IAM identity provider for the token's issuer, with the audience; and the role's trust policy, which names that
 * provider and compares `aud` and `sub`. Tokens of AWS's own outbound federation (`awsWebIdentity({ outbound })`) are not taken.
 *
 * The credentials end when STS says so, corrected by the reply's `Date`.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option; `with()` throws it for what would widen the session,
 * and `get` for a policy that has changed since into what is none.
 * `get` then fails with `ERR_EXCHANGE_REFUSED` (fields `error`, STS's own code, and `correlationId`, its request id):
 * `ExpiredTokenException` and `InvalidIdentityToken` are tried once more with a new identity token, `IDPCommunicationError` and
 * throttling after a pause, all others not at all. With `ERR_EXCHANGE_FAILED` (no error of STS in the reply, or an identity token
 * of more than 20,000 characters, which is not sent), `ERR_EXCHANGE_REPLY` (not that reply in XML, or credentials that have ended),
 * or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { awsSdk } from "@tokenhop/core/interop/aws-sdk";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { awsSts } from "@tokenhop/core/targets/aws-sts";
 *
 * const aws = federate({
 *   from: githubActions(),
 *   to: awsSts({
 *     roleArn: "arn:aws:iam::123456789012:role/deploy",
 *     region: "eu-central-1",
 *     roleSessionName: "orders-deploy",
 *   }),
 * });
 * export const credentials = awsSdk(aws); // new S3Client({ region: "eu-central-1", credentials })
 * ```
 *
 * @example One session per customer, which reaches only what is theirs
 * ```ts
 * import { type AwsCredentials, type CredentialProvider } from "@tokenhop/core";
 * import { type AwsStsParams } from "@tokenhop/core/targets/aws-sts";
 *
 * export const filesOf = (aws: CredentialProvider<AwsCredentials, AwsStsParams>, customer: number) =>
 *   aws.with({
 *     roleSessionName: `customer-${customer}`,
 *     sessionPolicy: {
 *       Version: "2012-10-17",
 *       Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::files/${customer}/*` }],
 *     },
 *   });
 * ```
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export function awsSts(options: AwsStsOptions): Target<AwsCredentials, AwsStsParams> {
  const config = checkOptions(roleSchema(Object(options)), options, "awsSts()");
  const { sessionPolicy: own, roleArns = [], policyArns = [], audience = "sts.amazonaws.com" } = config;
  const url = endpointOf(config);
  const policies = new WeakMap<AwsStsParams, string>();
  // A view's policy is written once: what the key says is then what is asked for, whatever becomes of the object meanwhile. One
  // that is none by now must not become no policy.
  const policyIn = (params: AwsStsParams): string | undefined => {
    if (!("sessionPolicy" in params)) return own;
    const policy = policies.get(params) ?? checkOptions(v.object({ sessionPolicy }), params, WITH).sessionPolicy;
    policies.set(params, policy);
    return policy;
  };
  const asked = (params: AwsStsParams) => {
    const { roleArn = config.roleArn, durationMs = config.durationMs } = params;
    const { roleSessionName = config.roleSessionName ?? SESSION_NAME } = params;
    return { roleArn, roleSessionName, durationMs, policy: policyIn(params) };
  };
  const paramsSchema = v.strictObject({
    roleArn: v.optional(
      v.pipe(
        roleArn,
        v.check((arn) => [config.roleArn, ...roleArns].includes(arn), "expected the option roleArn or one of roleArns"),
      ),
    ),
    roleSessionName: v.optional(sessionName),
    durationMs: v.optional(secondsBetween(MIN_SECONDS, (config.durationMs ?? MAX_SECONDS * 1000) / 1000)),
    sessionPolicy: v.exactOptional(
      own === undefined && policyArns.length === 0
        ? sessionPolicy
        : v.custom<string>(
            () => false,
            "expected none, because awsSts() has one: the session may do what either allows",
          ),
    ),
  });

  return {
    name: STEP,
    identity: [STEP, url, Object.values(asked({})), policyArns, audience],
    audience,
    produces: "external",
    validate: (params) => void checkOptions(paramsSchema, params, WITH),
    partition: (params) => Object.values(asked(params)),
    async exchange({ token: subject }, params, context) {
      const { platform } = context;
      const token = subject.reveal();
      const [least, most] = TOKEN_LENGTHS;
      if (token.length < least || token.length > most) {
        throw exchangeError(STEP, `STS takes tokens of ${least} to ${most} characters, this one has ${token.length}`);
      }
      const { roleArn, roleSessionName, durationMs, policy } = asked(params);
      const body = stsForm(
        ACTION,
        {
          RoleArn: roleArn,
          RoleSessionName: roleSessionName,
          WebIdentityToken: token,
          DurationSeconds: durationMs && durationMs / 1000,
          Policy: policy,
        },
        { PolicyArns: policyArns.map((arn) => ({ ".arn": arn })) },
      );
      const reply = await send(STEP, url, { method: "POST", headers: FORM, body }, context);
      const { status, headers } = reply;
      if (status !== 200) {
        const told = stsTold(reply, token);
        throw exchangeRefusal(STEP, reply, platform, told, { recovery: stsRecovery(told.error, status) });
      }
      const given = stsResult(replySchema, ACTION, reply, STEP, "ERR_EXCHANGE_REPLY");
      const expiresAt = localTime(instantOf(given["Credentials/Expiration"]), headers, platform);
      const isGood = (): boolean => expiresAt > platform.now();
      checkReply(v.custom(isGood, "the credentials in it have ended already"), given, STEP, "ERR_EXCHANGE_REPLY");
      return {
        kind: "aws",
        accessKeyId: given["Credentials/AccessKeyId"],
        secretAccessKey: secret(given["Credentials/SecretAccessKey"]),
        sessionToken: secret(given["Credentials/SessionToken"]),
        expiresAt,
      };
    },
  };
}
