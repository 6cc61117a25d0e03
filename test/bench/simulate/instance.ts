/** One instance of an application with one provider: what it holds, what it does with a call, what an exchange changes. */
import type { RefreshPolicy } from "@tokenhop/core";
import type { Random } from "./random.ts";
import { pauseAfter, type Refusal, type Rules } from "./rules.ts";
import type { Reply } from "./server.ts";

/** Who refreshes when. */
export interface Contender {
  readonly name: string;
  readonly refresh: RefreshPolicy;
  /** A credential with less than this left counts as none at all, as in MSAL. */
  readonly absentMs?: number | undefined;
}

/** Instants, all of them. What is not held has ended long ago. */
export interface Instance {
  refreshAt: number;
  usableAt: number;
  validAt: number;
  /** Exchanges that failed since the last that did not. */
  failures: number;
  blockedUntil: number;
  /** Whether a caller without a credential fails at once while it is blocked. */
  hard: boolean;
  exchange: Exchange | undefined;
}

/** One exchange under way. */
export interface Exchange {
  readonly startedAt: number;
  readonly background: boolean;
  /** Tries that failed. */
  failures: number;
  /** Callers that wait since before it started: the refresh that they had joined was tried once only. */
  readonly waiting: readonly number[];
}

export const newInstance = (): Instance => ({
  refreshAt: Number.NEGATIVE_INFINITY,
  usableAt: Number.NEGATIVE_INFINITY,
  validAt: Number.NEGATIVE_INFINITY,
  failures: 0,
  blockedUntil: Number.NEGATIVE_INFINITY,
  hard: false,
  exchange: undefined,
});

export const newExchange = (startedAt: number, background: boolean, waiting: readonly number[] = []): Exchange => ({
  startedAt,
  background,
  failures: 0,
  waiting,
});

export type Plan = "serve" | "refresh" | "wait" | "refuse";

/** What a call at that instant gets. */
export function planOf(instance: Instance, at: number): Plan {
  const blocked = at < instance.blockedUntil;
  if (at >= instance.validAt) return blocked && instance.hard ? "refuse" : "wait";
  if (at < instance.refreshAt || blocked) return "serve";
  return at >= instance.usableAt ? "wait" : "refresh";
}

/** The earliest instant at which a call can matter again: until then every one is simply answered. */
export function quietUntil({ validAt, refreshAt, blockedUntil }: Instance, at: number): number {
  const from = Math.max(at, Math.min(refreshAt, validAt));
  return from < validAt ? Math.max(from, Math.min(blockedUntil, validAt)) : from;
}

/** A credential arrives. */
export function receive(
  instance: Instance,
  { at, credential }: Required<Pick<Reply, "at" | "credential">>,
  { refresh, absentMs = 0 }: Contender,
  rules: Rules,
  random: Random,
): void {
  const { lifetimeMs, refreshInMs } = credential;
  const usableMs = lifetimeMs - Math.min(rules.marginMs, lifetimeMs * rules.marginShare);
  const validMs = Math.max(0, lifetimeMs - absentMs);
  const refreshMs = refresh({ lifetimeMs, refreshInMs, random: random() });
  instance.refreshAt = at + Math.min(refreshMs, usableMs);
  instance.usableAt = at + usableMs;
  instance.validAt = at + validMs;
  instance.failures = 0;
  instance.blockedUntil = Number.NEGATIVE_INFINITY;
}

/** An exchange has failed with all its tries. What is held stays. */
export function miss(instance: Instance, at: number, refusal: Refusal, rules: Rules, random: Random): void {
  instance.failures++;
  const { ms, hard } = pauseAfter(rules, refusal, instance.failures, random);
  instance.blockedUntil = at + ms;
  instance.hard = hard;
}

export type Fate = "served" | "waited" | "failed" | "tries again";

/**
 * What became of a call that came while an exchange was under way, seen from the exchange's end. To be asked before what the
 * exchange brought is written down.
 */
export function fateOf(
  instance: Instance,
  at: number,
  end: { readonly at: number; readonly ok: boolean; readonly background: boolean },
): Fate {
  const plan = planOf(instance, at);
  if (plan === "serve" || plan === "refresh") return "served";
  if (plan === "refuse") return "failed";
  if (end.ok) return "waited";
  // Inside the margin nobody waits longer than half of what is left, and then gets what is held and still valid.
  if (at < instance.validAt) return "waited";
  return end.background ? "tries again" : "failed";
}
