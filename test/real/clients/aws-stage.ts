/** AWS's own clients, set up to talk to an emulator on loopback. */
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { STSClient, type STSClientConfig, type STSServiceException } from "@aws-sdk/client-sts";
import { demoIds, type EmulatorConfig } from "@tokenhop/emulator";
import { awsConfig, awsToken, type Credentials } from "../../emulator/aws-support.ts";
import { type Stage, withEmulator } from "./entra.ts";

const { awsRegion: region } = demoIds;

/** Runs with an emulator whose accounts are those of the emulator's own tests. */
export const withAws = (work: (stage: Stage) => Promise<void>, config: EmulatorConfig = awsConfig()): Promise<void> =>
  withEmulator(work, config);

/** STS at the endpoint of a region, or the global one, below the emulator's origin. */
export const stsClient = ({ https }: Stage, config: STSClientConfig = {}, host = `sts.${region}`): STSClient =>
  new STSClient({ region, endpoint: `${https.url}/${host}.amazonaws.com`, maxAttempts: 1, ...config });

/** S3 likewise. */
export const s3Client = ({ https }: Stage, config: S3ClientConfig): S3Client =>
  new S3Client({
    region,
    endpoint: `${https.url}/s3.${region}.amazonaws.com`,
    forcePathStyle: true,
    maxAttempts: 1,
    ...config,
  });

/** What a client is given to assume the demo's role. */
export async function demoRole({ emulator }: Stage) {
  return { RoleArn: demoIds.awsRoleArn, RoleSessionName: "test", WebIdentityToken: await awsToken(emulator) };
}

/** Credentials as the SDK takes them. */
export const forSdk = ({ id, secret, token }: Credentials) => ({
  accessKeyId: id,
  secretAccessKey: secret,
  sessionToken: token,
});

/** The exception that a call of the SDK ends with. */
export async function thrownBy(call: Promise<unknown>): Promise<STSServiceException> {
  try {
    await call;
  } catch (error) {
    return error as STSServiceException;
  }
  throw new Error("There was no error");
}

/** Sets variables for as long as some work takes: the SDK's default chain looks at nothing else. */
export async function withVariables(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    await work();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
