/** The arguments of `brokered`, checked together. */
import type { BearerToken, CredentialProvider, Platform } from "@tokenhop/core";
import { callable, checkOptions } from "@tokenhop/core/kit";
import * as v from "valibot";
import { objectEntries } from "../ask-object.ts";
import type { LocationHint, NamespaceLike } from "../types.ts";
import { whyNotShared } from "./app-only.ts";
import type { FallbackReason } from "./ask.ts";
import type { BrokerStub } from "./protocol.ts";

/** Providers that all isolates may share, by their names: of bearer tokens, without a user. */
export type SharedProviders = Readonly<Record<string, CredentialProvider<BearerToken>>>;

/** How isolates use a broker. */
export interface BrokeredOptions {
  /** The name of the object. Default `broker`. */
  readonly name?: string | undefined;
  /** Over how many objects the isolates are spread, each at random and for good. Each object exchanges by itself. Default 1. */
  readonly shards?: number | undefined;
  /** Where the object is made, when it is made; later it has no effect. Default: near whoever asks first. */
  readonly locationHint?: LocationHint | undefined;
  /** How long an isolate waits for an answer before it exchanges on its own; twice that for an exchange under way. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Told when an isolate exchanges on its own, and why. Never told a token. */
  readonly onFallback?: ((provider: string, reason: FallbackReason) => void) | undefined;
  /** Default `workersPlatform()`. */
  readonly platform?: Platform | undefined;
}

const MOST_SHARDS = 1_000;

const shared = v.custom<unknown>(
  (provider) => whyNotShared(provider) === undefined,
  ({ input }) => whyNotShared(input) ?? "",
);

const entries = {
  shards: v.optional(
    v.custom<number>(
      (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_SHARDS,
      `expected a whole number from 1 to ${MOST_SHARDS}`,
    ),
  ),
  timeoutMs: v.optional(
    v.custom<number>((value) => Number.isFinite(value) && (value as number) > 0, "expected more than 0 ms"),
  ),
  onFallback: v.optional(callable),
  platform: v.optional(
    v.custom<Platform>((value) => typeof (value as Platform | null)?.fetch === "function", "expected a Platform"),
  ),
};

/** @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is wrong. */
export function checkBrokered(
  namespace: NamespaceLike<BrokerStub> | undefined,
  providers: SharedProviders,
  options: BrokeredOptions,
): void {
  const each = Object.keys(Object(providers)).map((name) => [name, shared] as const);
  const schema = v.strictObject({
    ...objectEntries,
    namespace: v.optional(objectEntries.namespace),
    providers: v.object(Object.fromEntries(each)),
    ...entries,
  });
  checkOptions(schema, { ...options, namespace, providers }, "brokered()");
}
