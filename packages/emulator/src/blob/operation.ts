/** Reads what a request to the blob service asks for, and which permission that takes. Pure. */
import type { ServiceResource } from "../services/access.ts";
import type { ServiceAddress } from "../services/address.ts";

/** The operations that the emulator does. */
export type BlobOperationName =
  | "list-containers"
  | "create-container"
  | "read-container"
  | "delete-container"
  | "list-blobs"
  | "put-blob"
  | "put-block"
  | "put-block-list"
  | "read-blob"
  | "delete-blob";

/** An operation and what it is done to. */
export interface BlobOperation {
  readonly name: BlobOperationName;
  readonly container: string;
  readonly blob: string;
}

/** Where an operation is done. */
export interface BlobPlace extends BlobOperation {
  readonly account: ServiceResource;
  readonly address: ServiceAddress;
}

/** A permission, as roles name it. */
export interface BlobPermission {
  readonly kind: "actions" | "dataActions";
  readonly action: string;
}

const containers = "Microsoft.Storage/storageAccounts/blobServices/containers";
const on = (verb: string): BlobPermission => ({ kind: "actions", action: `${containers}/${verb}` });
const inside = (verb: string): BlobPermission => ({ kind: "dataActions", action: `${containers}/blobs/${verb}` });

/** Evidence: the table of permissions in "Authorize with Microsoft Entra ID" of the storage services' reference. */
export const permissions: Readonly<Record<BlobOperationName, BlobPermission>> = {
  "list-containers": on("read"),
  "create-container": on("write"),
  "read-container": on("read"),
  "delete-container": on("delete"),
  "list-blobs": inside("read"),
  "put-blob": inside("write"),
  "put-block": inside("write"),
  "put-block-list": inside("write"),
  "read-blob": inside("read"),
  "delete-blob": inside("delete"),
};

type Level = "account" | "container" | "blob";

/** By level, method and `comp`. */
const operations: Readonly<Record<Level, Readonly<Record<string, BlobOperationName>>>> = {
  account: { "GET list": "list-containers" },
  container: {
    "PUT ": "create-container",
    "GET ": "read-container",
    "DELETE ": "delete-container",
    "GET list": "list-blobs",
  },
  blob: {
    "PUT ": "put-blob",
    "PUT block": "put-block",
    "PUT blocklist": "put-block-list",
    "GET ": "read-blob",
    "DELETE ": "delete-blob",
  },
};

/** What is asked for; undefined for what the emulator does not do. */
export function blobOperation(method: string, path: string, query: URLSearchParams): BlobOperation | undefined {
  const [container = "", ...names] = path.slice(1).split("/").map(decoded);
  const blob = names.join("/");
  const level = container === "" ? "account" : blob === "" ? "container" : "blob";
  // A container is told from a blob of the root container by this parameter.
  if (level === "container" && query.get("restype") !== "container") return undefined;
  const verb = method === "HEAD" ? "GET" : method;
  const name = operations[level][`${verb} ${query.get("comp") ?? ""}`];
  return name && { name, container, blob };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
