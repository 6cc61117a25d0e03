/**
 * Who is compared. The only file outside core that imports a file of the engine: the simulation is about this one function,
 * which has no public entry because users name a preset instead.
 */
import { policyOf } from "../../../packages/core/src/engine/schedule.ts";
import type { Contender } from "./instance.ts";

const MINUTE_MS = 60_000;

/** A window of the lifetime, in which each credential has a moment of its own; the issuer's advice where there is one. */
const window = (from: number, to: number): Contender => ({
  name: `${100 * from} to ${100 * to} %`,
  refresh: ({ lifetimeMs, refreshInMs, random }) => refreshInMs ?? lifetimeMs * (from + (to - from) * random),
});

export const contenders: readonly Contender[] = [
  { name: "default", refresh: policyOf("default") },
  { name: "tokenex", refresh: policyOf("tokenex") },
  window(0.5, 0.75),
  window(0.5, 0.85),
  window(0.6, 0.8),
  window(0.8, 0.95),
  { name: "half", refresh: ({ lifetimeMs, refreshInMs }) => refreshInMs ?? lifetimeMs / 2 },
  { name: "90 %", refresh: ({ lifetimeMs, refreshInMs }) => refreshInMs ?? 0.9 * lifetimeMs },
  { name: "5 min wait", refresh: ({ lifetimeMs, refreshInMs }) => refreshInMs ?? lifetimeMs, absentMs: 5 * MINUTE_MS },
  // Where nobody advises, it is the default.
  {
    name: "after advice",
    refresh: ({ lifetimeMs, refreshInMs = 0.7 * lifetimeMs, random }) =>
      refreshInMs + ((lifetimeMs - refreshInMs) / 2) * random,
  },
];
