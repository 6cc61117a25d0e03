/// <reference path="./cloudflare-workers.d.ts" />
/** What of a class can be called from outside. TypeScript's `private` and `protected` are types only: RPC does not know them. */
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

const ENDS: readonly unknown[] = [DurableObject.prototype, WorkerEntrypoint.prototype, Object.prototype, null];

/**
 * Leaves nothing of an object or entrypoint to RPC but the methods that are named. RPC reaches what is on the prototypes and not
 * what an instance has of its own, so each other member becomes one of the instance's own: from inside it is what it was. Called
 * in the constructor of a base class, it covers the methods and getters of whoever extends that.
 *
 * What the runtime calls by itself (`fetch`, `alarm`, `webSocketMessage`) stays what it is.
 *
 * @see https://developers.cloudflare.com/workers/runtime-apis/rpc/visibility/
 */
export function sealRpc(instance: object, allowed: readonly string[]): void {
  const open = new Set<PropertyKey>(["constructor", ...allowed]);
  let at: object | null = Object.getPrototypeOf(instance);
  for (; at !== null && !ENDS.includes(at); at = Object.getPrototypeOf(at)) {
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      // The nearest one counts.
      if (open.has(name)) continue;
      open.add(name);
      Object.defineProperty(instance, name, { ...member, configurable: true });
    }
  }
}
