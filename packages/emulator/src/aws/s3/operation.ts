/** Reads what a request to S3 asks for, and which permission that takes. Pure. */
import type { ServiceAddress } from "../../services/address.ts";

/** The operations that the emulator does. */
export type S3OperationName =
  | "list-buckets"
  | "head-bucket"
  | "list-objects"
  | "get-object"
  | "put-object"
  | "delete-object";

/** An operation and what it is done to. */
export interface S3Operation {
  readonly name: S3OperationName;
  /** Empty for all buckets. */
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
}

/** Where a request was sent, in either style. */
export interface S3Place {
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
}

/** Evidence: "Actions, resources, and condition keys for Amazon S3" in the service authorization reference. */
export const s3Actions: Readonly<Record<S3OperationName, string>> = {
  "list-buckets": "s3:ListAllMyBuckets",
  "head-bucket": "s3:ListBucket",
  "list-objects": "s3:ListBucket",
  "get-object": "s3:GetObject",
  "put-object": "s3:PutObject",
  "delete-object": "s3:DeleteObject",
};

type Level = "service" | "bucket" | "object";

const operations: Readonly<Record<Level, Readonly<Record<string, S3OperationName>>>> = {
  service: { GET: "list-buckets" },
  bucket: { HEAD: "head-bucket", GET: "list-objects" },
  object: { GET: "get-object", HEAD: "get-object", PUT: "put-object", DELETE: "delete-object" },
};

/** Any other parameter asks for something else: a version, a part, an ACL. */
const parameters: Readonly<Record<Level, readonly string[]>> = {
  service: [],
  bucket: [
    "list-type",
    "prefix",
    "delimiter",
    "max-keys",
    "continuation-token",
    "start-after",
    "encoding-type",
    "fetch-owner",
  ],
  object: [],
};

/** Reads host and path: `s3.REGION.amazonaws.com/BUCKET/KEY` or `BUCKET.s3.REGION.amazonaws.com/KEY`. */
export function s3Place({ name, path }: Pick<ServiceAddress, "name" | "path">): S3Place {
  const [, ofHost, region = "us-east-1"] = /^(?:(.+)\.)?s3(?:\.([a-z\d-]+))?$/.exec(name) ?? [];
  const segments = path.slice(1).split("/").map(decoded);
  const [ofPath = "", ...rest] = segments;
  return ofHost === undefined
    ? { region, bucket: ofPath, key: rest.join("/") }
    : { region, bucket: ofHost, key: segments.join("/") };
}

/** What is asked for; undefined for what the emulator does not do. */
export function s3Operation(
  method: string,
  { bucket, key }: S3Place,
  query: URLSearchParams,
  headers: Headers,
): S3Operation | undefined {
  const level = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  const known = ["x-id", ...parameters[level]];
  if ([...query.keys()].some((parameter) => !known.includes(parameter))) return undefined;
  if (level === "bucket" && method === "GET" && query.get("list-type") !== "2") return undefined;
  if (headers.has("x-amz-copy-source")) return undefined;
  const name = operations[level][method];
  return name && { name, bucket, key };
}

/** ARN of what an operation is done to. */
export function s3Resource({ bucket, key }: S3Operation): string {
  if (bucket === "") return "*";
  return `arn:aws:s3:::${bucket}${key === "" ? "" : `/${key}`}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
