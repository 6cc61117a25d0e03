/** A broker, isolates that use it, and the upstream behind both. */
import type { BearerToken, CredentialProvider, GetOptions } from "@tokenhop/core";
import { type ManualClock, manualClock, testPlatform } from "@tokenhop/core/testing";
import type { FallbackReason } from "../../packages/durable-objects/src/broker/ask.ts";
import { createBrokered } from "../../packages/durable-objects/src/broker/brokered.ts";
import type { BrokeredOptions } from "../../packages/durable-objects/src/broker/options.ts";
import { type Scope, type World, world } from "../core/support.ts";
import {
  type BrokerReply,
  digest,
  type ObjectDouble,
  type ObjectOptions,
  objectDouble,
  skewed,
} from "./object-double.ts";

export type Provider = CredentialProvider<BearerToken, Scope>;

/** An isolate, with the provider that it exchanges with on its own. */
export interface Isolate {
  readonly graph: Provider;
  readonly local: World;
  readonly fallbacks: (readonly [provider: string, reason: FallbackReason])[];
}

export interface Scene {
  readonly clock: ManualClock;
  readonly object: ObjectDouble;
  /** The broker's own provider, called `graph`: one for each life of the object. */
  readonly brokers: readonly World[];
  isolate(options?: Omit<BrokeredOptions, "platform"> & { readonly skewMs?: number }): Isolate;
  /** Exchanges of everybody together. */
  exchanges(): number;
}

export interface SceneOptions extends Partial<Omit<ObjectOptions, "clock" | "providers">> {
  readonly clock?: ManualClock;
  /** Of each credential. Default an hour. */
  readonly lifetimeMs?: number | undefined;
  readonly refreshInMs?: number | undefined;
  /** How long an exchange takes. Default 0. */
  readonly exchangeMs?: number | undefined;
}

/** Numbers in [0, 1), the same in every run. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function scene(options: SceneOptions = {}): Scene {
  const { clock = manualClock(), lifetimeMs = 3_600_000, refreshInMs, exchangeMs = 0, random = dice(7) } = options;
  const locals: World[] = [];
  const brokers: World[] = [];

  /** The same upstream for everybody, each with a clock of its own. */
  const worldAt = (at: ManualClock): World => {
    const one = world({ clock: at, lifetimeMs, random });
    const { answer } = one.target;
    one.target.answer = async (call, asked) => {
      if (exchangeMs > 0) await clock.sleep(exchangeMs, asked.signal);
      const given = await answer(call, asked);
      return refreshInMs === undefined ? given : { ...given, refreshAt: at.now() + refreshInMs };
    };
    return one;
  };

  const providers = () => {
    const broker = worldAt(clock);
    brokers.push(broker);
    return { graph: broker.provider };
  };
  const object = objectDouble({ ...options, clock, random, providers });
  return {
    clock,
    object,
    brokers,
    isolate({ skewMs = 0, ...more } = {}) {
      const mine = skewed(clock, skewMs);
      const local = worldAt({ ...clock, ...mine });
      locals.push(local);
      const fallbacks: [string, FallbackReason][] = [];
      const onFallback = (provider: string, reason: FallbackReason): void => void fallbacks.push([provider, reason]);
      const platform = testPlatform({ clock: mine, random, waitUntil: () => undefined });
      const given = { onFallback, ...more, platform };
      const { graph } = createBrokered(object.namespace, { graph: local.provider }, given, digest);
      return { graph, local, fallbacks };
    },
    exchanges: () => [...brokers, ...locals].reduce((sum, { target }) => sum + target.calls, 0),
  };
}

/** What became of a request: what it was given, and for how long it waited. */
export interface Served {
  readonly token: string | undefined;
  readonly error: unknown;
  readonly waitedMs: number;
}

/** One request; time passes until it is served. */
export async function request(clock: ManualClock, provider: Provider, options?: GetOptions): Promise<Served> {
  const startedAt = clock.monotonic();
  let served: Served | undefined;
  const end = (given: Partial<Served>): void => {
    served = { token: undefined, error: undefined, waitedMs: clock.monotonic() - startedAt, ...given };
  };
  provider.get(options).then(
    ({ token }) => end({ token: token.reveal() }),
    (error: unknown) => end({ error }),
  );
  await clock.advance(0);
  while (!served && clock.monotonic() - startedAt < 120_000) await clock.advance(50);
  return served ?? { token: undefined, error: "it hangs", waitedMs: 120_000 };
}

/** What the broker answered last, and whether it was to keep what is held. */
export const lastReply = (it: Scene): BrokerReply => it.object.crossings.at(-1)?.reply as BrokerReply;
export const isKept = (reply: BrokerReply): boolean => reply.ok && "keep" in reply;
