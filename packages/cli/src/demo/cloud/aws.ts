/** AWS: the job's identity becomes a role, and the role's buckets are listed. */
import { federate, type GetOptions, type Platform } from "@tokenhop/core";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { awsSts } from "@tokenhop/core/targets/aws-sts";
import { AwsClient } from "aws4fetch";
import type { Tell } from "../events.ts";
import { reporter } from "../providers.ts";
import type { DemoSettings } from "../settings.ts";
import type { CloudBuckets } from "./buckets.ts";

const NAME = /<Bucket>\s*<Name>([^<]+)<\/Name>/g;
const CODE = /<Code>([A-Za-z]{1,60})<\/Code>/;

/** S3, with credentials that end by themselves. */
export function awsBuckets(settings: DemoSettings, platform: Platform, tell: Tell): CloudBuckets {
  const { AWS_ROLE_ARN: roleArn, AWS_REGION: region } = settings;
  const provider = federate({
    from: githubActions(),
    to: awsSts({ roleArn, region, roleSessionName: "tokenhop-demo" }),
    platform,
    onEvent: reporter("aws", tell),
  });
  const ask = async (url: string, method: string, waitUntil: GetOptions["waitUntil"]): Promise<Response> => {
    const { accessKeyId, secretAccessKey, sessionToken } = await provider.get({ waitUntil });
    const client = new AwsClient({
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal(),
      sessionToken: sessionToken.reveal(),
      service: "s3",
      region,
    });
    return platform.fetch(await client.sign(url, { method }));
  };
  return {
    service: "Amazon S3",
    list: (waitUntil) => ask(`https://s3.${region}.amazonaws.com/`, "GET", waitUntil),
    trespass: (waitUntil) => ask(`https://${settings.AWS_BUCKET}.s3.${region}.amazonaws.com/kept`, "DELETE", waitUntil),
    bucketsIn: (body) =>
      Array.from(body.matchAll(NAME), ([, name = ""]) => ({
        name,
        type: "AWS::S3::Bucket",
        id: `arn:aws:s3:::${name}`,
      })),
    codeIn: (body) => CODE.exec(body)?.[1],
  };
}
