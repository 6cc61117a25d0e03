/** Some of S3: enough for a client to find out whether its credentials are good, and for what. */
import { type ServiceAddress, serviceAddress } from "../../services/address.ts";
import type { Answer, Call, World } from "../../world.ts";
import { findBucket } from "../accounts.ts";
import { isAllowedTo } from "../permissions.ts";
import { AwsRefused, awsRefused } from "../refusal.ts";
import { type AwsSession, sessionArn } from "../sessions.ts";
import { type S3Call, type S3Reply, s3Done, s3Error } from "./answers.ts";
import { signedForS3 } from "./authorize.ts";
import { headBucket, listBuckets, listObjects } from "./buckets.ts";
import { deleteObject, getObject, putObject } from "./objects.ts";
import { type S3Operation, type S3OperationName, s3Actions, s3Operation, s3Place, s3Resource } from "./operation.ts";
import { readPayload } from "./payload.ts";

const operations: Readonly<Record<S3OperationName, (call: S3Call) => Promise<S3Reply>>> = {
  "list-buckets": listBuckets,
  "head-bucket": headBucket,
  "list-objects": listObjects,
  "get-object": getObject,
  "put-object": putObject,
  "delete-object": deleteObject,
};

/** Everything that S3 is asked. */
export async function s3Service(world: World, call: Call): Promise<Answer> {
  try {
    return await answer(world, call);
  } catch (error) {
    if (error instanceof AwsRefused) return s3Error(world, error.refusal, call.method);
    throw error;
  }
}

async function answer(world: World, call: Call): Promise<Answer> {
  const place = s3Place(serviceAddress(call.url) as ServiceAddress);
  const session = await signedForS3(world, call, place.region);
  // Whatever is asked: a body that was changed on its way is refused.
  const payload = await readPayload(call);
  const operation = s3Operation(call.method, place, call.url.searchParams, call.headers);
  if (!operation) throw awsRefused(501, "NotImplemented", "The emulator does not do this operation.");
  checkBucket(world, operation, place.region);
  checkAccess(world, operation, session);
  const reply = await operations[operation.name]({ world, call, operation, session, payload });
  return s3Done(world, reply, {
    reason: `${s3Actions[operation.name]} is allowed`,
    client: sessionArn(session),
    scope: operation.bucket || undefined,
  });
}

function checkBucket(world: World, { bucket }: S3Operation, region: string): void {
  if (bucket === "") return;
  const found = findBucket(world.config, bucket);
  if (!found) {
    throw awsRefused(404, "NoSuchBucket", "The specified bucket does not exist", { details: { BucketName: bucket } });
  }
  if (found.bucket.region === region) return;
  throw awsRefused(
    301,
    "PermanentRedirect",
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    {
      details: { Endpoint: `${bucket}.s3.${found.bucket.region}.amazonaws.com`, Bucket: bucket },
      headers: { "x-amz-bucket-region": found.bucket.region },
    },
  );
}

function checkAccess(world: World, operation: S3Operation, session: AwsSession): void {
  const action = s3Actions[operation.name];
  // Nothing opens a bucket to another account: policies of buckets are not played.
  const isOwn = operation.bucket === "" || findBucket(world.config, operation.bucket)?.account.id === session.accountId;
  if (!isOwn || !isAllowedTo(session, action, s3Resource(operation))) throw denied(session, action);
  // Whether a key exists is told only to those who may list.
  const isAbsent = operation.name === "get-object" && !world.aws.objects.objectsOf(operation.bucket).has(operation.key);
  const list = isAllowedTo(session, "s3:ListBucket", `arn:aws:s3:::${operation.bucket}`);
  if (isAbsent && !list) throw denied(session, "s3:ListBucket");
}

function denied(session: AwsSession, action: string): AwsRefused {
  const message = `User: ${sessionArn(session)} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
  return awsRefused(403, "AccessDenied", message, { reason: `No policy allows ${action}` });
}
