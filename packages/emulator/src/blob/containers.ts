/** What the blob service does to containers, once a caller may do it. */
import type { Answer } from "../world.ts";
import { element, xmlBody, xmlText } from "../xml.ts";
import { type BlobCall, done, failed, httpDate, metadataHeaders, metadataOf } from "./answers.ts";
import type { BlobPlace } from "./operation.ts";
import type { BlobContainer, StoredBlob } from "./store.ts";

const nameRule = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;
const pageSize = 5000;

/** The container, or the refusal that there is none. */
export function containerAt({ account, container }: BlobPlace, blobCall: BlobCall): BlobContainer | Answer {
  const { world, call, claims } = blobCall;
  const found = world.blobs.containersOf(account.id).get(container);
  if (found) return found;
  const message = "The specified container does not exist.";
  return failed(world, call, { status: 404, code: "ContainerNotFound", message }, claims);
}

/** `PUT /{container}?restype=container`. */
export function createContainer({ account, container }: BlobPlace, blobCall: BlobCall): Answer {
  const { world, call, claims } = blobCall;
  const containers = world.blobs.containersOf(account.id);
  if (!nameRule.test(container)) {
    const message = "The specified resource name contains invalid characters.";
    return failed(world, call, { status: 400, code: "InvalidResourceName", message }, claims);
  }
  if (containers.has(container)) {
    const message = "The specified container already exists.";
    return failed(world, call, { status: 409, code: "ContainerAlreadyExists", message }, claims);
  }
  const made: BlobContainer = {
    name: container,
    metadata: metadataOf(call),
    etag: world.blobs.nextEtag(),
    modifiedAt: world.clock.now(),
    blobs: new Map(),
    blocks: new Map(),
  };
  containers.set(container, made);
  return done(blobCall, "A role allows creating a container", { status: 201, headers: headersOf(made) });
}

function headersOf({ etag, modifiedAt }: BlobContainer): Record<string, string> {
  return { etag, "last-modified": httpDate(modifiedAt) };
}

/** `GET` or `HEAD /{container}?restype=container`. */
export function readContainer(place: BlobPlace, blobCall: BlobCall): Answer {
  const found = containerAt(place, blobCall);
  if ("log" in found) return found;
  const headers = { ...headersOf(found), ...metadataHeaders(found.metadata) };
  return done(blobCall, "A role allows reading a container", { status: 200, headers });
}

/** `DELETE /{container}?restype=container`, with everything in it. */
export function deleteContainer(place: BlobPlace, blobCall: BlobCall): Answer {
  const found = containerAt(place, blobCall);
  if ("log" in found) return found;
  blobCall.world.blobs.containersOf(place.account.id).delete(found.name);
  return done(blobCall, "A role allows deleting a container", { status: 202 });
}

/** What comes after `after`, in the order of names: one page, and where the next one begins. */
function pageOf<T>(
  all: readonly (readonly [string, T])[],
  query: URLSearchParams,
): { readonly entries: readonly (readonly [string, T])[]; readonly next: string } {
  const size = Math.min(Number(query.get("maxresults")) || pageSize, pageSize);
  const marker = query.get("marker") ?? "";
  const rest = all.filter(([name]) => name >= marker).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: rest.slice(0, size), next: rest[size]?.[0] ?? "" };
}

function enumeration(attributes: string, query: URLSearchParams, content: string, next: string): string {
  const asked = ["prefix", "marker", "maxresults", "delimiter"].map((name) => {
    const tag = { prefix: "Prefix", marker: "Marker", maxresults: "MaxResults", delimiter: "Delimiter" }[
      name
    ] as string;
    return element(tag, query.get(name) ?? undefined);
  });
  return xmlBody(
    `<EnumerationResults ${attributes}>${asked.join("")}${content}${element("NextMarker", next)}</EnumerationResults>`,
  );
}

/** `GET /?comp=list`. */
export function listContainers({ account, address }: BlobPlace, blobCall: BlobCall): Answer {
  const query = blobCall.call.url.searchParams;
  const prefix = query.get("prefix") ?? "";
  const all = [...blobCall.world.blobs.containersOf(account.id)].filter(([name]) => name.startsWith(prefix));
  const { entries, next } = pageOf(all, query);
  const rows = entries.map(([name, { etag, modifiedAt }]) => {
    const properties = element("Last-Modified", httpDate(modifiedAt)) + element("Etag", etag);
    return `<Container>${element("Name", name)}<Properties>${properties}</Properties></Container>`;
  });
  const service = `ServiceEndpoint="https://${address.host}/"`;
  const body = enumeration(service, query, `<Containers>${rows.join("")}</Containers>`, next);
  return done(blobCall, `A role allows listing: ${rows.length} containers`, xmlReply(body));
}

function xmlReply(body: string): { status: number; headers: Record<string, string>; body: string } {
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

function blobRow(blob: StoredBlob, withMetadata: boolean): string {
  const properties = [
    element("Creation-Time", httpDate(blob.createdAt)),
    element("Last-Modified", httpDate(blob.modifiedAt)),
    // In a list it is written without its quotes.
    element("Etag", blob.etag.replaceAll('"', "")),
    element("Content-Length", blob.bytes.length),
    element("Content-Type", blob.contentType),
    element("BlobType", "BlockBlob"),
  ];
  const metadata = Object.entries(blob.metadata).map(([name, value]) => element(name, value));
  const more = withMetadata ? `<Metadata>${metadata.join("")}</Metadata>` : "";
  return `<Blob>${element("Name", blob.name)}<Properties>${properties.join("")}</Properties>${more}</Blob>`;
}

/** `GET /{container}?restype=container&comp=list`. With a delimiter, what is below a name is one entry. */
export function listBlobs(place: BlobPlace, blobCall: BlobCall): Answer {
  const found = containerAt(place, blobCall);
  if ("log" in found) return found;
  const query = blobCall.call.url.searchParams;
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const withMetadata = (query.get("include") ?? "").split(",").includes("metadata");
  const rows = new Map<string, string>();
  for (const [name, blob] of found.blobs) {
    if (!name.startsWith(prefix)) continue;
    const cut = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
    const folder = cut === -1 ? undefined : name.slice(0, cut + delimiter.length);
    if (folder === undefined) rows.set(name, blobRow(blob, withMetadata));
    else rows.set(folder, `<BlobPrefix>${element("Name", folder)}</BlobPrefix>`);
  }
  const { entries, next } = pageOf([...rows], query);
  const attributes = `ServiceEndpoint="https://${place.address.host}/" ContainerName="${xmlText(found.name)}"`;
  const content = `<Blobs>${entries.map(([, row]) => row).join("")}</Blobs>`;
  const body = enumeration(attributes, query, content, next);
  return done(blobCall, `A role allows listing: ${entries.length} entries`, xmlReply(body));
}
