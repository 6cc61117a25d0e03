/** What S3 does to objects, once a caller may do it. */
import { rangeOf } from "../../blob/range.ts";
import type { Call } from "../../world.ts";
import { digest, hex } from "../bytes.ts";
import { awsRefused } from "../refusal.ts";
import type { S3Call, S3Reply } from "./answers.ts";
import type { StoredObject } from "./store.ts";

/** `GET` and `HEAD` of a key. */
export async function getObject({ world, call, operation }: S3Call): Promise<S3Reply> {
  const { bucket, key } = operation;
  const found = world.aws.objects.objectsOf(bucket).get(key);
  if (!found) throw awsRefused(404, "NoSuchKey", "The specified key does not exist.", { details: { Key: key } });
  const headers = headersOf(found, call);
  const range = rangeOf(call.headers.get("range"), found.bytes.length);
  if (range === "unsatisfiable") {
    throw awsRefused(416, "InvalidRange", "The requested range is not satisfiable");
  }
  if (range === undefined) return { status: 200, headers, body: bodyFor(call, found.bytes) };
  const { from, to } = range;
  const part = found.bytes.slice(from, to + 1);
  const more = { "content-range": `bytes ${from}-${to}/${found.bytes.length}`, "content-length": String(part.length) };
  return { status: 206, headers: { ...headers, ...more }, body: bodyFor(call, part) };
}

function bodyFor({ method }: Call, bytes: Uint8Array): Uint8Array | undefined {
  return method === "HEAD" ? undefined : bytes;
}

function headersOf(
  { bytes, contentType, metadata, checksum, etag, modifiedAt }: StoredObject,
  { headers }: Call,
): Record<string, string> {
  // A checksum of the whole says nothing of a part.
  const isWanted = headers.get("x-amz-checksum-mode") === "ENABLED" && !headers.has("range");
  return {
    ...metadata,
    ...(isWanted && checksum && { [checksum[0]]: checksum[1] }),
    "accept-ranges": "bytes",
    "content-length": String(bytes.length),
    "content-type": contentType,
    etag,
    "last-modified": new Date(modifiedAt).toUTCString(),
  };
}

/** `PUT` of a key. */
export async function putObject({ world, call, operation, payload }: S3Call): Promise<S3Reply> {
  const { bucket, key } = operation;
  const { bytes, checksum } = payload;
  // The real one is an MD5, on which nobody may rely.
  const etag = `"${hex(await digest(bytes)).slice(0, 32)}"`;
  world.aws.objects.objectsOf(bucket).set(key, {
    key,
    bytes,
    contentType: call.headers.get("content-type") ?? "application/octet-stream",
    metadata: Object.fromEntries([...call.headers].filter(([name]) => name.startsWith("x-amz-meta-"))),
    checksum,
    etag,
    modifiedAt: world.clock.now(),
  });
  return { status: 200, headers: { etag, ...(checksum && { [checksum[0]]: checksum[1] }) } };
}

/** `DELETE` of a key, which may not be there. */
export async function deleteObject({ world, operation }: S3Call): Promise<S3Reply> {
  const { bucket, key } = operation;
  world.aws.objects.objectsOf(bucket).delete(key);
  return { status: 204 };
}
