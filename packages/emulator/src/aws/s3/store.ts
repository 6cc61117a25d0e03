/** Objects, in memory, by the bucket that they are in. */

/** An object. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** Metadata of the user's, by the name of its header. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The checksum that it was sent with, by the name of its header. */
  readonly checksum: readonly [name: string, value: string] | undefined;
  readonly etag: string;
  /** Epoch ms. */
  readonly modifiedAt: number;
}

/** Everything that is stored. */
export interface S3Store {
  /** The objects of a bucket, by key. */
  objectsOf(bucket: string): Map<string, StoredObject>;
}

/** Makes an empty store. */
export function createS3Store(): S3Store {
  const buckets = new Map<string, Map<string, StoredObject>>();
  return {
    objectsOf(bucket) {
      const objects = buckets.get(bucket) ?? new Map<string, StoredObject>();
      buckets.set(bucket, objects);
      return objects;
    },
  };
}
