/** Containers and blobs, in memory, by the storage account that they are in. */

/** A block blob. */
export interface StoredBlob {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly etag: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** A container. */
export interface BlobContainer {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly etag: string;
  /** Epoch ms. */
  readonly modifiedAt: number;
  readonly blobs: Map<string, StoredBlob>;
  /** Blocks that were uploaded and belong to no blob yet, by blob and by id. */
  readonly blocks: Map<string, Map<string, Uint8Array<ArrayBuffer>>>;
}

/** Everything that is stored. */
export interface BlobStore {
  /** The containers of an account, by name. */
  containersOf(accountId: string): Map<string, BlobContainer>;
  /** An ETag that no other has, in quotes. */
  nextEtag(): string;
}

/** Makes an empty store. */
export function createBlobStore(): BlobStore {
  const accounts = new Map<string, Map<string, BlobContainer>>();
  let etags = 0;
  return {
    containersOf(accountId) {
      const key = accountId.toLowerCase();
      const containers = accounts.get(key) ?? new Map<string, BlobContainer>();
      accounts.set(key, containers);
      return containers;
    },
    nextEtag() {
      etags += 1;
      return `"0x8D${etags.toString(16).toUpperCase().padStart(12, "0")}"`;
    },
  };
}
