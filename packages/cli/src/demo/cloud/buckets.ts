/** What the app does in every cloud besides Azure. */
import type { GetOptions, Platform } from "@tokenhop/core";
import type { Tell } from "../events.ts";
import type { DemoSettings } from "../settings.ts";

/** A bucket, as its cloud names it. */
export interface Bucket {
  readonly name: string;
  readonly type: string;
  readonly id: string;
}

/** What the app does in a cloud. By `waitUntil` a renewal outlives, on Workers, the request that started it. */
export interface CloudBuckets {
  /** Who answers, for people. */
  readonly service: string;
  /** Asks for the buckets that the credential's owner may list. */
  list(waitUntil: GetOptions["waitUntil"]): Promise<Response>;
  /** Asks for something that they may not. */
  trespass(waitUntil: GetOptions["waitUntil"]): Promise<Response>;
  /** The buckets of a good answer. */
  bucketsIn(body: string): readonly Bucket[];
  /** The code of a refusal. */
  codeIn(body: string): string | undefined;
}

/** Makes what the app does in a cloud. */
export type CloudMaker = (settings: DemoSettings, platform: Platform, tell: Tell) => CloudBuckets;
