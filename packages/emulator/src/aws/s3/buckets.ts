/** What S3 tells about buckets, once a caller may know it. */
import { element } from "../../xml.ts";
import { findAccount } from "../accounts.ts";
import { awsRefused } from "../refusal.ts";
import { type S3Call, type S3Reply, s3Xml } from "./answers.ts";
import type { StoredObject } from "./store.ts";

const maxKeys = 1000;

/** `GET /`: the buckets of the caller's account. */
export async function listBuckets({ world, session }: S3Call): Promise<S3Reply> {
  const { id = "", buckets = [] } = findAccount(world.config, session.accountId) ?? {};
  // When they were made is nobody's business here.
  const entries = buckets.map(({ name, region }) => {
    const parts = [element("Name", name), element("CreationDate", s3Instant(0)), element("BucketRegion", region)];
    return `<Bucket>${parts.join("")}</Bucket>`;
  });
  const content = `<Buckets>${entries.join("")}</Buckets><Owner>${element("ID", id)}</Owner>`;
  return s3Xml("ListAllMyBucketsResult", content);
}

/** `HEAD` of a bucket. */
export async function headBucket(): Promise<S3Reply> {
  return { status: 200 };
}

/** `GET` of a bucket with `list-type=2`. */
export async function listObjects({ world, call, operation }: S3Call): Promise<S3Reply> {
  const { bucket } = operation;
  const query = call.url.searchParams;
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const token = query.get("continuation-token") ?? undefined;
  const after = token === undefined ? (query.get("start-after") ?? "") : keyAfter(token);
  const size = Math.min(wholeNumber(query.get("max-keys") ?? String(maxKeys)), maxKeys);
  const write = query.get("encoding-type") === "url" ? encodeKey : (text: string) => text;

  const objects = [...world.aws.objects.objectsOf(bucket).values()].filter(({ key }) => key.startsWith(prefix));
  const all = entriesOf(objects, prefix, delimiter).filter(({ name }) => name > after);
  const page = all.slice(0, size);
  const isTruncated = page.length > 0 && page.length < all.length;
  const content = [
    element("Name", bucket),
    element("Prefix", write(prefix)),
    element("Delimiter", delimiter === "" ? undefined : write(delimiter)),
    element("MaxKeys", size),
    element("KeyCount", page.length),
    element("EncodingType", query.get("encoding-type") ?? undefined),
    element("ContinuationToken", token),
    element("IsTruncated", String(isTruncated)),
    element("NextContinuationToken", isTruncated ? tokenOf(page.at(-1)?.name ?? "") : undefined),
    ...page.map(({ name, object }) => (object ? contents(object, write) : commonPrefix(write(name)))),
  ];
  return s3Xml("ListBucketResult", content.join(""));
}

/** A key, or all keys that begin alike up to the delimiter. */
interface Entry {
  readonly name: string;
  readonly object?: StoredObject;
}

function entriesOf(objects: readonly StoredObject[], prefix: string, delimiter: string): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const object of objects) {
    const end = delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? object.key : object.key.slice(0, end + delimiter.length);
    entries.set(name, end < 0 ? { name, object } : { name });
  }
  return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function contents({ key, bytes, etag, modifiedAt }: StoredObject, write: (text: string) => string): string {
  const parts = [
    element("Key", write(key)),
    element("LastModified", s3Instant(modifiedAt)),
    element("ETag", etag),
    element("Size", bytes.length),
    element("StorageClass", "STANDARD"),
  ];
  return `<Contents>${parts.join("")}</Contents>`;
}

function commonPrefix(name: string): string {
  return `<CommonPrefixes>${element("Prefix", name)}</CommonPrefixes>`;
}

/** What a token holds is nobody's business; here it is the last name of the page. */
function tokenOf(name: string): string {
  return btoa(encodeURIComponent(name));
}

function keyAfter(token: string): string {
  try {
    return decodeURIComponent(atob(token));
  } catch {
    throw awsRefused(400, "InvalidArgument", "The continuation token provided is incorrect");
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw awsRefused(400, "InvalidArgument", "Provided max-keys not an integer or within integer range");
  return Number(text);
}

function encodeKey(text: string): string {
  return encodeURIComponent(text).replaceAll("%2F", "/");
}

function s3Instant(at: number): string {
  return new Date(at).toISOString();
}
