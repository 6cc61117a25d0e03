/**
 * What Workers hand out, as far as it is used here. Structural: the types of `@cloudflare/workers-types` and those that
 * `wrangler types` writes fit.
 */

/** @see https://developers.cloudflare.com/durable-objects/reference/data-location/#provide-a-location-hint */
export type LocationHint = "wnam" | "enam" | "sam" | "weur" | "eeur" | "apac" | "oc" | "afr" | "me";

/**
 * A Durable Object namespace whose objects have these methods.
 *
 * @see https://developers.cloudflare.com/durable-objects/api/namespace/#getbyname
 */
export interface NamespaceLike<Stub> {
  getByName(name: string, options?: { locationHint?: LocationHint }): Stub;
}

/**
 * An object's storage.
 *
 * @see https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/
 */
export interface StorageLike {
  get<T = unknown>(key: string): Promise<T | undefined>;
  put<T>(key: string, value: T): Promise<void>;
  delete(key: string): Promise<boolean>;
  list<T = unknown>(options?: { prefix?: string }): Promise<Map<string, T>>;
  /** Epoch ms. */
  getAlarm(): Promise<number | null>;
  setAlarm(at: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}
