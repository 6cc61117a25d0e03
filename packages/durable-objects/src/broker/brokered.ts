/** What `brokered` is on any platform: the runtime's own module is not imported here. */
import type { Platform } from "@tokenhop/core";
import { stubsOf } from "../ask-object.ts";
import type { NamespaceLike } from "../types.ts";
import { type Digest, sha256 } from "./configuration.ts";
import { brokerAll } from "./isolate.ts";
import { type BrokeredOptions, checkBrokered, type SharedProviders } from "./options.ts";
import type { BrokerStub } from "./protocol.ts";

/** The object's name. */
const NAME = "broker";
const TIMEOUT_MS = 5_000;

/** See `brokered`. */
export function createBrokered<T extends SharedProviders>(
  namespace: NamespaceLike<BrokerStub> | undefined,
  providers: T,
  options: BrokeredOptions & { readonly platform: Platform },
  digest: Digest = sha256,
): T {
  checkBrokered(namespace, providers, options);
  if (!namespace) return providers;
  const { name = NAME, shards = 1, locationHint, timeoutMs = TIMEOUT_MS, onFallback, platform } = options;
  let stubs: (() => BrokerStub) | undefined;
  const chosen = (): (() => BrokerStub) => {
    const shard = shards === 1 ? name : `${name}-${Math.floor(platform.random() * shards)}`;
    return stubsOf({ namespace, name: shard, locationHint }, NAME, "brokered()");
  };
  const isolate = {
    // With the first question, for good: random numbers are none where a Worker starts.
    stubs: () => {
      stubs ??= chosen();
      return stubs();
    },
    timeoutMs,
    onFallback,
    platform,
    digest,
  };
  return brokerAll(providers, isolate) as T;
}
