/** When things are due. Pure functions of durations and a random number. */
import type { RefreshPolicy } from "../types.ts";

const MINUTE_MS = 60_000;

/** The issuer's advice, or a moment between 70 % and 85 % of the lifetime, so that a fleet started together spreads out. */
const defaultPolicy: RefreshPolicy = ({ lifetimeMs, refreshInMs, random }) =>
  refreshInMs ?? lifetimeMs * (0.7 + 0.15 * random);

/** The rule of the Go library tokenex: a fifth of the lifetime before its end, 1 to 5 minutes, and nothing below 2 minutes. */
const tokenexPolicy: RefreshPolicy = ({ lifetimeMs, random }) => {
  if (lifetimeMs <= 2 * MINUTE_MS) return lifetimeMs;
  const buffer = Math.min(Math.max(lifetimeMs / 5, MINUTE_MS), 5 * MINUTE_MS);
  return lifetimeMs - buffer * (1 + 0.1 * random);
};

/** The policy that an option names. A user's that fails must not cost anybody a credential, so the default takes its place. */
export function policyOf(option: "default" | "tokenex" | RefreshPolicy | undefined): RefreshPolicy {
  if (typeof option !== "function") return option === "tokenex" ? tokenexPolicy : defaultPolicy;
  return (input) => {
    try {
      const ms = option(input);
      if (ms >= 0) return ms;
    } catch {}
    return defaultPolicy(input);
  };
}

/** Full jitter: anything up to `baseMs` doubled with each failure, never above `capMs`. `failures` counts from 1. */
export function backoffMs(failures: number, random: number, baseMs: number, capMs: number): number {
  return random * Math.min(capMs, baseMs * 2 ** (failures - 1));
}
