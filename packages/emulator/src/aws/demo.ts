/** The part of the demo world that is in AWS. */
import type { AwsConfig } from "./config-types.ts";

/** Ids and names of it. */
export interface AwsDemoIds {
  /** The AWS account, and its one role, which trusts the demo's OIDC provider. */
  readonly awsAccountId: string;
  readonly awsRoleArn: string;
  /** The bucket that the role may use, and the region of both. */
  readonly awsBucket: string;
  readonly awsRegion: string;
}

const awsAccountId = "000011112222";
const roleName = "demo-role";

/** Fixed, made up, and valid nowhere else. */
export const awsDemoIds: AwsDemoIds = {
  awsAccountId,
  awsRoleArn: `arn:aws:iam::${awsAccountId}:role/${roleName}`,
  awsBucket: "tokenhop-demo",
  awsRegion: "eu-west-1",
};

/** An account that trusts one workload of an issuer. The machine in it has the same role. */
export function demoAws(issuer: string, subject: string): AwsConfig {
  const audience = "sts.amazonaws.com";
  const { awsBucket, awsRegion, awsRoleArn } = awsDemoIds;
  const bucket = `arn:aws:s3:::${awsBucket}`;
  return {
    accounts: [
      {
        id: awsAccountId,
        oidcProviders: [{ url: issuer, audiences: [audience] }],
        roles: [
          {
            name: roleName,
            trust: [{ issuer, audience, subject }],
            permissions: [
              { actions: ["s3:ListBucket"], resources: [bucket] },
              { actions: ["s3:GetObject", "s3:PutObject"], resources: [`${bucket}/*`] },
              { actions: ["s3:ListAllMyBuckets", "sts:GetWebIdentityToken"], resources: ["*"] },
            ],
          },
        ],
        buckets: [{ name: awsBucket, region: awsRegion }],
        outboundFederation: true,
      },
    ],
    machine: {
      roleArn: awsRoleArn,
      region: awsRegion,
      container: { credentialsId: "demo-credentials-id", authorizationToken: "demo-authorization-token" },
    },
  };
}
