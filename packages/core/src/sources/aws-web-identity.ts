/**
 * AWS: the token that EKS puts into a pod (IRSA), or one for elsewhere from STS (outbound identity federation).
 *
 * Import from `@tokenhop/core/sources/aws-web-identity`.
 */
import * as v from "valibot";
import { keysFrom } from "../internal/aws-keys.ts";
import { type AwsOutboundOptions, outboundIdentity, outboundSchema, outboundToken } from "../internal/aws-outbound.ts";
import { replacedToken } from "../internal/replaced-file.ts";
import { checkOptions, text } from "../internal/schema.ts";
import { detected, mustBeFound } from "../internal/source.ts";
import type { IdentitySource } from "../types.ts";

export type { AwsKeySource, AwsKeysRequest, AwsSessionKeys } from "../internal/aws-keys.ts";
export type { AwsOutboundOptions } from "../internal/aws-outbound.ts";

/** What {@link awsWebIdentity} may be given; nothing for the file of IRSA. Either `tokenFile` or `outbound`. */
export interface AwsWebIdentityOptions {
  /** Path of the token. Default: the variable `AWS_WEB_IDENTITY_TOKEN_FILE`, which EKS sets. */
  readonly tokenFile?: string | undefined;
  /** Asks STS for a token for whatever audience is wanted, instead of reading a file. */
  readonly outbound?: AwsOutboundOptions | undefined;
}

const NAME = "aws-web-identity";
const VARIABLE = "AWS_WEB_IDENTITY_TOKEN_FILE";

/**
 * An identity that AWS gives to what runs there. Without options it is the service account token that EKS projects into a pod
 * whose service account has a role (IRSA): the file is read anew at each ask.
 *
 * - Audience: the one of the file, `sts.amazonaws.com` unless the service account's annotation says otherwise, and no other; a
 *   token for another audience is refused here, naming both.
 * - Lifetime: the token's own; the file is read again at 85 % of it, and if that was too early, halfway from there to the end, and so on.
 * - Issuer: the cluster's, `https://oidc.eks.REGION.amazonaws.com/id/...`. Subject: `system:serviceaccount:NAMESPACE:NAME`.
 * - Provenance: `external`.
 *
 * With `outbound` it is a token about the role that the credentials belong to, by `GetWebIdentityToken` of STS: a Lambda function,
 * a container or an instance gets into Azure or Google Cloud without a secret.
 *
 * - Audience: any, one per token.
 * - Lifetime: 5 minutes, or `durationMs`; as the reply says, corrected by its `Date`.
 * - Issuer: the account's own, which `iam:EnableOutboundWebIdentityFederation` tells when it turns this on, once for the account.
 *   Subject: the role's ARN. Account, region and your tags are in the claim `https://sts.amazonaws.com/`.
 * - Provenance: `external`. AWS itself (`awsSts`) does not take these tokens.
 *
 * It keeps users apart as the provider in `credentials` does. It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option. `get` then fails with `ERR_SOURCE_UNAVAILABLE` when there
 * is no path, the file cannot be read, or the machine has no credentials by its variables; with `ERR_SOURCE_FAILED` when the file
 * holds no token, an expired one (both tried again: EKS may be late) or one for another audience, or when AWS refuses (`status`,
 * `error`, `correlationId`, and what to do in the message); with `ERR_SOURCE_REPLY`, one of `ERR_HTTP_*`, or whatever the provider
 * in `credentials` fails with.
 *
 * @example On EKS
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { awsWebIdentity } from "@tokenhop/core/sources/aws-web-identity";
 * import { awsSts } from "@tokenhop/core/targets/aws-sts";
 *
 * export const aws = federate({
 *   from: awsWebIdentity(),
 *   to: awsSts({ roleArn: process.env.AWS_ROLE_ARN, region: process.env.AWS_REGION }),
 * });
 * ```
 *
 * @example From Lambda, ECS or EKS to Azure
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { awsWebIdentity } from "@tokenhop/core/sources/aws-web-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const start = () =>
 *   federate({
 *     from: awsWebIdentity({ outbound: { credentials: "environment", region: process.env.AWS_REGION } }),
 *     to: entra({
 *       tenantId: process.env.AZURE_TENANT_ID,
 *       clientId: process.env.AZURE_CLIENT_ID,
 *       scope: "https://management.azure.com/.default",
 *     }),
 *   });
 * ```
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html
 */
export function awsWebIdentity(options: AwsWebIdentityOptions = {}): IdentitySource {
  const schema = v.strictObject({
    tokenFile: v.optional(
      options?.outbound === undefined ? text : v.custom<string>(() => false, "expected either tokenFile or outbound"),
    ),
    outbound: v.optional(outboundSchema(options?.outbound?.allowHttpLoopback)),
  });
  const { tokenFile, outbound } = checkOptions(schema, options, "awsWebIdentity()");
  if (outbound) return ofSts(outbound);
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, tokenFile],
    provenance: "external",
    detect({ env, readTextFile }) {
      const missing: string[] = [];
      if (!(tokenFile ?? env[VARIABLE])) missing.push(`${VARIABLE} or the option tokenFile`);
      if (!readTextFile) missing.push("a runtime that can read files");
      return detected(missing);
    },
    async getToken({ audience }, { platform, signal }) {
      mustBeFound(NAME, source.detect(platform), signal);
      const path = tokenFile ?? (platform.env[VARIABLE] as string);
      const hint = "has the pod's service account a role (eks.amazonaws.com/role-arn)?";
      const fix = "annotate the service account with that (eks.amazonaws.com/audience), or use outbound";
      return replacedToken(NAME, path, audience, platform, signal, hint, fix);
    },
  };
  return source;
}

function ofSts(options: AwsOutboundOptions): IdentitySource {
  const { identity, detect, partition, perRequest, ...keys } = keysFrom(NAME, options.credentials);
  return {
    name: NAME,
    identity: [NAME, identity, ...outboundIdentity(options)],
    provenance: "external",
    ...(partition && { partition, perRequest }),
    detect,
    async getToken(wanted, context) {
      mustBeFound(NAME, detect(context.platform), context.signal);
      return outboundToken(NAME, options, keys, wanted, context);
    },
  };
}
