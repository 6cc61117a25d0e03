/** What the emulator plays of AWS, as plain data. `parseConfig` checks it together with the rest. */

/** What may be done to what. Nothing is denied explicitly: what no statement allows is refused. */
export interface AwsStatementConfig {
  /** Actions such as `s3:GetObject`, with `*` and `?` as wildcards. Compared without case. */
  readonly actions: readonly string[];
  /** ARNs such as `arn:aws:s3:::bucket/*`, with `*` and `?` as wildcards. Compared with case. */
  readonly resources: readonly string[];
}

/** A trust in tokens of an OIDC provider of the account: a statement of a role's trust policy. */
export interface AwsTrustConfig {
  /** URL of one of the account's OIDC providers. */
  readonly issuer: string;
  /** The `aud` that the token must have (`StringEquals`); one of the provider's audiences. */
  readonly audience: string;
  /** The `sub` that the token must have: `StringLike`, so `*` and `?` are wildcards and everything else counts exactly. */
  readonly subject: string;
}

/** An IAM role. */
export interface AwsRoleConfig {
  /** 1 to 64 letters, digits and `+=,.@_-`. */
  readonly name: string;
  /** The longest session, 1 to 12 hours, ms. Default 1 hour. */
  readonly maxSessionMs?: number | undefined;
  /** Who may assume it with a web identity. Default nobody. */
  readonly trust?: readonly AwsTrustConfig[] | undefined;
  /** What it may do. Default nothing. */
  readonly permissions?: readonly AwsStatementConfig[] | undefined;
}

/** A customer managed policy, which a session may be limited by. */
export interface AwsPolicyConfig {
  readonly name: string;
  readonly permissions: readonly AwsStatementConfig[];
}

/** An IAM OIDC identity provider: an issuer that the account takes tokens of. */
export interface AwsOidcProviderConfig {
  /** The issuer, compared exactly with `iss`: https, without query, fragment and port. At most 255 characters. */
  readonly url: string;
  /** 1 to 100 audiences of at most 255 characters: what a token's `aud` may be. */
  readonly audiences: readonly string[];
}

/** An S3 bucket, empty at the start. */
export interface AwsBucketConfig {
  /** Unique in all accounts: 3 to 63 lower-case letters, digits, dots and dashes. */
  readonly name: string;
  /** For instance `eu-west-1`. */
  readonly region: string;
}

/** An AWS account. */
export interface AwsAccountConfig {
  /** Twelve digits. */
  readonly id: string;
  readonly oidcProviders?: readonly AwsOidcProviderConfig[] | undefined;
  readonly roles?: readonly AwsRoleConfig[] | undefined;
  readonly policies?: readonly AwsPolicyConfig[] | undefined;
  readonly buckets?: readonly AwsBucketConfig[] | undefined;
  /**
   * Whether STS gives the account's roles tokens for elsewhere (`GetWebIdentityToken`), and publishes their issuer. A role needs
   * the permission `sts:GetWebIdentityToken` besides. Default false.
   */
  readonly outboundFederation?: boolean | undefined;
  /** Regions in which STS is switched off for the account. Default none. */
  readonly stsDisabledRegions?: readonly string[] | undefined;
}

/** The machine in AWS that the emulator plays: its endpoints give the credentials of one role. */
export interface AwsMachineConfig {
  /** `arn:aws:iam::ACCOUNT:role/NAME` of a configured role. */
  readonly roleArn: string;
  readonly region: string;
  /** Container endpoints, as ECS and EKS Pod Identity have them. Without it they refuse everyone. */
  readonly container?:
    | {
        /** Last part of `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` (ECS), `/v2/credentials/{credentialsId}`: whoever knows it gets in. */
        readonly credentialsId: string;
        /** What `Authorization` must say at `/v1/credentials` (EKS: the content of `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`). */
        readonly authorizationToken: string;
      }
    | undefined;
}

/** Everything of AWS. */
export interface AwsConfig {
  readonly accounts: readonly AwsAccountConfig[];
  /** Default: there is no machine, and its endpoints answer 404. */
  readonly machine?: AwsMachineConfig | undefined;
}
