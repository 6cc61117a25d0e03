/** What the blob service does to blobs, once a caller may do it. */
import type { Answer, Call } from "../world.ts";
import { type BlobCall, type BlobFailure, done, failed, httpDate, metadataHeaders, metadataOf } from "./answers.ts";
import { containerAt } from "./containers.ts";
import type { BlobPlace } from "./operation.ts";
import { rangeOf } from "./range.ts";
import type { BlobContainer, StoredBlob } from "./store.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const notFound: BlobFailure = { status: 404, code: "BlobNotFound", message: "The specified blob does not exist." };
const conditionNotMet: BlobFailure = {
  status: 412,
  code: "ConditionNotMet",
  message: "The condition specified using HTTP conditional header(s) is not met.",
};
const alreadyExists: BlobFailure = {
  status: 409,
  code: "BlobAlreadyExists",
  message: "The specified blob already exists.",
};

const listed = (header: string): readonly string[] => header.split(",").map((one) => one.trim());

/** What the conditional headers of a request say to what there is. */
function unmet({ headers, method }: Call, blob: StoredBlob | undefined): BlobFailure | undefined {
  const [match, noneMatch] = [headers.get("if-match"), headers.get("if-none-match")];
  const fits = (header: string): boolean =>
    blob !== undefined && listed(header).some((one) => one === "*" || one === blob.etag);
  if (match !== null && !fits(match)) return conditionNotMet;
  if (noneMatch === null || !fits(noneMatch)) return undefined;
  if (method === "GET" || method === "HEAD") return { ...conditionNotMet, status: 304 };
  return noneMatch === "*" ? alreadyExists : conditionNotMet;
}

/** Puts a blob into its container, if the conditions hold. */
function store(place: BlobPlace, blobCall: BlobCall, container: BlobContainer, bytes: Bytes): Answer {
  const { world, call, claims } = blobCall;
  const before = container.blobs.get(place.blob);
  const failure = unmet(call, before);
  if (failure) return failed(world, call, failure, claims);
  const now = world.clock.now();
  const made: StoredBlob = {
    name: place.blob,
    bytes,
    contentType:
      call.headers.get("x-ms-blob-content-type") ?? call.headers.get("content-type") ?? "application/octet-stream",
    metadata: metadataOf(call),
    etag: world.blobs.nextEtag(),
    createdAt: before?.createdAt ?? now,
    modifiedAt: now,
  };
  container.blobs.set(place.blob, made);
  container.blocks.delete(place.blob);
  const headers = { etag: made.etag, "last-modified": httpDate(now), "x-ms-request-server-encrypted": "true" };
  return done(blobCall, `A role allows writing: ${bytes.length} bytes`, { status: 201, headers });
}

/** `PUT /{container}/{blob}`: a whole block blob. */
export function putBlob(place: BlobPlace, blobCall: BlobCall): Answer {
  const { world, call, claims } = blobCall;
  const container = containerAt(place, blobCall);
  if ("log" in container) return container;
  if (call.headers.get("x-ms-blob-type") !== "BlockBlob") {
    const message = "The emulator stores block blobs only: x-ms-blob-type has to say BlockBlob.";
    return failed(world, call, { status: 400, code: "InvalidHeaderValue", message }, claims);
  }
  return store(place, blobCall, container, call.bytes);
}

/** `PUT ...?comp=block&blockid={base64}`: a part of a blob to come. */
export function putBlock(place: BlobPlace, blobCall: BlobCall): Answer {
  const { world, call, claims } = blobCall;
  const container = containerAt(place, blobCall);
  if ("log" in container) return container;
  const id = call.url.searchParams.get("blockid") ?? "";
  if (!/^[\w+/]+={0,2}$/.test(id)) {
    const message = "Value for one of the query parameters specified in the request URI is invalid.";
    return failed(world, call, { status: 400, code: "InvalidQueryParameterValue", message }, claims);
  }
  const blocks = container.blocks.get(place.blob) ?? new Map<string, Bytes>();
  container.blocks.set(place.blob, blocks.set(id, call.bytes));
  return done(blobCall, `A role allows writing: ${call.bytes.length} bytes`, { status: 201 });
}

/** `PUT ...?comp=blocklist`: the blob made of its blocks. */
export function putBlockList(place: BlobPlace, blobCall: BlobCall): Answer {
  const { world, call, claims } = blobCall;
  const container = containerAt(place, blobCall);
  if ("log" in container) return container;
  const blocks = container.blocks.get(place.blob);
  const ids = [...call.body.matchAll(/<(?:Latest|Uncommitted)>([^<]+)</g)].map(([, id]) => id as string);
  const parts = ids.map((id) => blocks?.get(id));
  if (parts.includes(undefined)) {
    const message = "The specified block list is invalid.";
    return failed(world, call, { status: 400, code: "InvalidBlockList", message }, claims);
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + (part as Bytes).length, 0));
  let at = 0;
  for (const part of parts as Bytes[]) {
    bytes.set(part, at);
    at += part.length;
  }
  return store(place, blobCall, container, bytes);
}

function headersOf(blob: StoredBlob): Record<string, string> {
  return {
    etag: blob.etag,
    "last-modified": httpDate(blob.modifiedAt),
    "x-ms-creation-time": httpDate(blob.createdAt),
    "content-type": blob.contentType,
    "accept-ranges": "bytes",
    "x-ms-blob-type": "BlockBlob",
    "x-ms-server-encrypted": "true",
    ...metadataHeaders(blob.metadata),
  };
}

/** The blob that a request is about, or why it is not to be had. */
function blobAt(place: BlobPlace, blobCall: BlobCall): StoredBlob | Answer {
  const { world, call, claims } = blobCall;
  const container = containerAt(place, blobCall);
  if ("log" in container) return container;
  const blob = container.blobs.get(place.blob);
  const failure = blob ? unmet(call, blob) : notFound;
  return failure ? failed(world, call, failure, claims) : (blob as StoredBlob);
}

/** `GET` or `HEAD /{container}/{blob}`, or a range of it. */
export function readBlob(place: BlobPlace, blobCall: BlobCall): Answer {
  const { world, call, claims } = blobCall;
  const blob = blobAt(place, blobCall);
  if ("log" in blob) return blob;
  const size = blob.bytes.length;
  const asked = call.method === "HEAD" ? undefined : (call.headers.get("x-ms-range") ?? call.headers.get("range"));
  const range = rangeOf(asked, size);
  if (range === "unsatisfiable") {
    const message = "The range specified is invalid for the current size of the resource.";
    const headers = { "content-range": `bytes */${size}` };
    return failed(world, call, { status: 416, code: "InvalidRange", message, headers }, claims);
  }
  const bytes = range ? blob.bytes.slice(range.from, range.to + 1) : blob.bytes;
  const headers = {
    ...headersOf(blob),
    "content-length": String(bytes.length),
    ...(range && { "content-range": `bytes ${range.from}-${range.to}/${size}` }),
  };
  return done(blobCall, `A role allows reading: ${bytes.length} bytes`, {
    status: range ? 206 : 200,
    headers,
    ...(call.method !== "HEAD" && { body: bytes }),
  });
}

/** `DELETE /{container}/{blob}`. */
export function deleteBlob(place: BlobPlace, blobCall: BlobCall): Answer {
  const blob = blobAt(place, blobCall);
  if ("log" in blob) return blob;
  blobCall.world.blobs.containersOf(place.account.id).get(place.container)?.blobs.delete(blob.name);
  const headers = { "x-ms-delete-type-permanent": "true" };
  return done(blobCall, "A role allows deleting a blob", { status: 202, headers });
}
