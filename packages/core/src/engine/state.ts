/**
 * The life of one held value as pure functions: state, event and time in; state or decision out.
 *
 * fresh → stale (answer at once, refresh behind it) → inside the margin (wait a little for a new one) → expired.
 */
import type { TokenError } from "../errors.ts";
import type { RefreshPolicy } from "../types.ts";
import { backoffMs } from "./schedule.ts";

/** An instant. */
export interface Clock {
  /** On a clock that never goes back and goes on while a machine sleeps. */
  readonly mono: number;
  readonly wall: number;
}

/** What a source or target gives, as far as time is concerned. */
export interface Expiring {
  readonly expiresAt?: number | undefined;
  readonly refreshAt?: number | undefined;
}

/** A value and its ages: fresh up to `refreshMs`, usable up to `usableMs`, valid up to `validMs` after it was received. */
export interface Held<V> {
  readonly value: V;
  /** The claims that it satisfies. */
  readonly claims: string;
  readonly at: Clock;
  readonly refreshMs: number;
  readonly usableMs: number;
  readonly validMs: number;
}

/** What is remembered of a failure. */
export interface Failure {
  readonly error: TokenError;
  /** The claims that were asked for: what cannot be had with them may be had without. */
  readonly claims: string;
  readonly count: number;
  /** No attempt before this instant of the monotonic clock. */
  readonly until: number;
  /** Whether nothing but time helps: then a caller without a credential fails at once instead of trying. */
  readonly hard: boolean;
}

/** Everything known of one cache entry. Plain data. */
export interface State<V> {
  readonly held?: Held<V> | undefined;
  readonly failure?: Failure | undefined;
  readonly firstTriedAt?: number | undefined;
  /** When a 401 last dropped the held value, on the monotonic clock. Absent until then, when every comparison with it is false. */
  readonly droppedAt?: number | undefined;
}

export type Plan = "serve" | "serve-and-refresh" | "wait" | "refuse";

const UNAUTHORIZED_AGE_MS = 30_000;
const UNAUTHORIZED_EVERY_MS = 60_000;

/** Time since receipt. */
export function ageMs(held: Held<unknown> | undefined, now: Clock): number {
  return now.mono - (held?.at.mono as number);
}

/** How long the held value is still valid; not a number when there is none. */
export function validForMs({ held }: State<unknown>, now: Clock): number {
  return (held?.validMs as number) - ageMs(held, now);
}

/** Whether it is too early for another attempt. */
function isBlocked(failure: Failure | undefined, claims: string, now: Clock): failure is Failure {
  return failure?.claims === claims && now.mono < failure.until;
}

/** What a caller gets. `behind` says whether a refresh may run behind its answer, `eager` that it rather waits for one,
 * `waited` that it did. */
export function planOf(
  state: State<unknown>,
  now: Clock,
  call: { claims: string; behind: boolean; eager: boolean; waited: boolean },
): Plan {
  const { held, failure } = state;
  const blocked = isBlocked(failure, call.claims, now);
  const age = ageMs(held, now);
  // A downstream that demands again and again gets the same again for a while, or it would become a request loop as well.
  const demanded = call.claims !== "" && (!held?.claims || age >= UNAUTHORIZED_AGE_MS);
  if (demanded || !held || age >= held.validMs) return blocked && (failure.hard || call.eager) ? "refuse" : "wait";
  if (age < held.refreshMs || blocked || call.waited) return "serve";
  if (age >= held.usableMs || call.eager) return "wait";
  return call.behind ? "serve-and-refresh" : "serve";
}

/** A new value arrived. */
export function succeeded<V extends Expiring>(
  state: State<V>,
  value: V,
  claims: string,
  at: Clock,
  marginMs: number,
  policy: RefreshPolicy,
  random: number,
): State<V> {
  const lifetimeMs = (value.expiresAt ?? at.wall) - at.wall;
  // Advice that lies in the past would have every call ask for more.
  const adviceMs = (value.refreshAt as number) - at.wall;
  const refreshInMs = adviceMs > 0 ? adviceMs : undefined;
  const usableMs = lifetimeMs - Math.min(marginMs, lifetimeMs / 10);
  const refreshMs = Math.min(policy({ lifetimeMs, refreshInMs, random }), usableMs);
  return { ...state, failure: undefined, held: { value, claims, at, refreshMs, usableMs, validMs: lifetimeMs } };
}

/** An exchange failed for good (its own retries are behind it). The held value stays. */
export function failed<V>(
  state: State<V>,
  error: TokenError,
  claims: string,
  { mono }: Clock,
  random: number,
): State<V> {
  const count = (state.failure?.count ?? 0) + 1;
  const stop = error.recovery !== "retry";
  // A refusal is not worth asking about again soon; anything else may pass, and is asked about with jitter down to nothing.
  const waitMs = stop ? backoffMs(count, (1 + random) / 2, 10_000, 300_000) : backoffMs(count, random, 1_000, 60_000);
  const hard = stop || Boolean(error.retryAfterMs);
  return { ...state, failure: { error, claims, count, hard, until: mono + (error.retryAfterMs || waitMs) } };
}

/**
 * The held value goes, if it is still the one that is meant, and so does the memory of failures.
 *
 * When a downstream answered 401, a young value stays and at most one a minute goes: a downstream that always answers so must
 * not become a request loop at the identity provider. Nor does one go while no other can be had; and it is still given when
 * none comes, because a 401 may also be a mistake.
 */
export function dropped<V>(
  state: State<V>,
  value: V | undefined,
  now: Clock,
  cause: "unauthorized" | undefined,
): State<V> {
  const { held, failure, droppedAt } = state;
  if (value && held?.value !== value) return state;
  if (!cause) return { ...state, held: undefined, failure: undefined };
  const mayGo =
    held && ageMs(held, now) >= UNAUTHORIZED_AGE_MS && !(now.mono - (droppedAt as number) < UNAUTHORIZED_EVERY_MS);
  return mayGo && !isBlocked(failure, "", now)
    ? { ...state, held: { ...held, refreshMs: 0, usableMs: 0 }, droppedAt: now.mono }
    : state;
}
