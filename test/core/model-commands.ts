/** What the model test does, at random. */
import fc from "fast-check";
import { HOUR, MINUTE } from "./support.ts";

interface Timed<T extends string> {
  readonly type: T;
  readonly ms: number;
}

export type Command =
  | {
      readonly type: "get";
      readonly scope: number;
      readonly claims: string | undefined;
      readonly timeoutMs: number | undefined;
    }
  | Timed<"advance">
  | Timed<"suspend">
  | Timed<"jump">
  | Timed<"succeed">
  | {
      readonly type: "fail";
      readonly recovery: "retry" | "stop" | "propagation" | "subject";
      readonly retryAfterMs: number | undefined;
    }
  | { readonly type: "abort"; readonly which: number }
  | { readonly type: "invalidate"; readonly scope: number; readonly how: "all" | "held" | "other" | "unauthorized" };

export const scopes = ["a", "b", "c", "d"] as const;
const record = fc.record;
const pause = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 70 * MINUTE }));
const lifetime = fc.oneof(fc.integer({ min: 500, max: 20_000 }), fc.integer({ min: MINUTE, max: 2 * HOUR }));
/** One command, the frequent ones more often. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: record({
      type: fc.constant<"get">("get"),
      scope: fc.nat({ max: 3 }),
      claims: fc.option(fc.constantFrom("one", "two"), { nil: undefined, freq: 4 }),
      timeoutMs: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined, freq: 3 }),
    }),
  },
  { weight: 4, arbitrary: record({ type: fc.constant<"succeed">("succeed"), ms: lifetime }) },
  { weight: 4, arbitrary: record({ type: fc.constant<"advance">("advance"), ms: pause }) },
  {
    weight: 2,
    arbitrary: record({
      type: fc.constant<"fail">("fail"),
      recovery: fc.constantFrom("retry", "stop", "propagation", "subject"),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 2 * MINUTE }), { nil: undefined, freq: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: record({ type: fc.constant<"suspend">("suspend"), ms: fc.integer({ min: 0, max: 3 * HOUR }) }),
  },
  {
    weight: 1,
    arbitrary: record({ type: fc.constant<"jump">("jump"), ms: fc.integer({ min: -3 * HOUR, max: 3 * HOUR }) }),
  },
  { weight: 2, arbitrary: record({ type: fc.constant<"abort">("abort"), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: record({
      type: fc.constant<"invalidate">("invalidate"),
      scope: fc.nat({ max: 3 }),
      how: fc.constantFrom("all", "held", "other", "unauthorized"),
    }),
  },
);
