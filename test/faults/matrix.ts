/**
 * What a row of the matrix says. The rows themselves (`rows/`) are written by hand from the policy, never from results.
 *
 * What their times follow from: the engine's random number is 0.5, so backoffs are 500, 1,000, 2,000 and 4,000 ms between five
 * tries (7,500 in all), a failure behind an answer is not repeated for 500 ms, and a refusal that only a change of
 * configuration could help is remembered for 7,500 ms. A try takes 10 s at most: five that hang take 57,500 ms. `Retry-After`
 * is 7 s, which makes 28,000 ms of five tries; or a date 30 s away, after which the deadline of 90 s has room for three tries
 * only, 60,000 ms. Inside the margin a caller waits for 2,000 ms at most, and the credential has 9 s left.
 */
import type { ErrorCode } from "@tokenhop/core";
import type { Fault } from "./protocol.ts";

/** `margin`: still valid, but no longer given without trying for a new one. */
export const states = ["cold", "stale", "margin", "expired"] as const;

export type State = (typeof states)[number];

/** The held credential, a new one, or a failure with this code. */
export type Gets = "held" | "new" | ErrorCode;

export type Row = readonly [
  fault: Fault,
  state: State,
  /** What the caller gets. */
  gets: Gets,
  /** How long it waits; null when it is answered before anything is asked. */
  waitsMs: number | null,
  /** Requests for identity tokens, and exchanges, until the engine gives up. */
  source: number,
  target: number,
  /** The error that the events tell of. */
  tells: ErrorCode | null,
  /** So long after the failure nothing is asked; then the next call recovers. */
  againMs: number,
  /** What a caller gets in that time. */
  meanwhile: Gets | null,
];
