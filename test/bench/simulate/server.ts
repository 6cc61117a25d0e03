/** The identity provider of the simulation: gives credentials, breaks down, throttles, and counts who asks when. */
import { between, type Random } from "./random.ts";
import type { Refusal } from "./rules.ts";

/** How long what it gives lives: drawn evenly between the two. */
export interface Lifetime {
  readonly minMs: number;
  readonly maxMs: number;
  /** The part of the lifetime after which it advises to ask again (`refresh_in`). */
  readonly advice?: number | undefined;
}

export interface ServerOptions {
  readonly lifetime: Lifetime;
  /** How long an answer takes: drawn evenly between the two. */
  readonly latencyMs: readonly [min: number, max: number];
  /** While it lasts, every request is answered with a refusal. */
  readonly outage?: ({ readonly fromMs: number; readonly toMs: number } & Refusal) | undefined;
  /** From then on more than this a second, after a burst of as much, is answered with 429 and `Retry-After`. */
  readonly throttle?:
    | { readonly fromMs: number; readonly perSecond: number; readonly retryAfterMs: number }
    | undefined;
}

/** What one request is answered with. */
export interface Reply {
  readonly at: number;
  readonly credential?: { readonly lifetimeMs: number; readonly refreshInMs: number | undefined };
  readonly refusal?: Refusal;
}

/** What became of all requests. */
export interface Tally {
  answered: number;
  refused: number;
  throttled: number;
}

export interface Server {
  ask(at: number): Reply;
  readonly tally: Tally;
  /** Requests in each second. */
  readonly perSecond: Uint32Array;
}

/** Tokens that a request takes and time brings back. */
function bucket(perSecond: number): (at: number) => boolean {
  let tokens = perSecond;
  let filledAt = 0;
  return (at) => {
    tokens = Math.min(perSecond, tokens + ((at - filledAt) * perSecond) / 1_000);
    filledAt = at;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

/** A server for a run of that length. It has to be asked in the order of time. */
export function createServer(options: ServerOptions, endMs: number, random: Random): Server {
  const { lifetime, latencyMs, outage, throttle } = options;
  const tally: Tally = { answered: 0, refused: 0, throttled: 0 };
  const perSecond = new Uint32Array(Math.ceil(endMs / 1_000) + 1);
  const mayPass = throttle ? bucket(throttle.perSecond) : () => true;
  return {
    tally,
    perSecond,
    ask(askedAt) {
      const second = Math.floor(askedAt / 1_000);
      perSecond[second] = (perSecond[second] ?? 0) + 1;
      const at = askedAt + between(random, ...latencyMs);
      if (outage && askedAt >= outage.fromMs && askedAt < outage.toMs) {
        tally.refused++;
        return { at, refusal: outage };
      }
      if (throttle && askedAt >= throttle.fromMs && !mayPass(askedAt)) {
        tally.throttled++;
        return { at, refusal: { recovery: "retry", retryAfterMs: throttle.retryAfterMs } };
      }
      tally.answered++;
      const lifetimeMs = between(random, lifetime.minMs, lifetime.maxMs);
      const refreshInMs = lifetime.advice === undefined ? undefined : lifetimeMs * lifetime.advice;
      return { at, credential: { lifetimeMs, refreshInMs } };
    },
  };
}
