/** A ring in time, for any order of steps, and what must hold after each. */
import {
  CLOCK_SKEW_MS,
  dropKeys,
  type KeyTimes,
  MAX_KEYS,
  planKeys,
  type RotationPolicy,
  signingKey,
  type WhichKeys,
} from "@tokenhop/issuer";
import fc from "fast-check";
import type { Assert } from "../harness.ts";
import { DAY, HOUR } from "./support.ts";

export const START: number = Date.UTC(2026, 0, 1);

/** A key that signs from the start. */
export const key = (kid: string, times: Partial<KeyTimes> = {}): KeyTimes => ({
  kid,
  alg: "RS256",
  createdAt: START,
  activeAt: START,
  longestTokenMs: HOUR,
  ...times,
});

/** What a policy must hold for `createIssuer` to take it. */
export const policies = fc
  .record({
    algorithm: fc.constantFrom("RS256" as const, "ES256" as const),
    publishAheadMs: fc.integer({ min: 1, max: 3 * DAY }),
    maxTokenLifetimeMs: fc.integer({ min: 1_000, max: DAY }),
    moreMs: fc.integer({ min: 0, max: 100 * DAY }),
  })
  .map(({ moreMs, ...rest }): RotationPolicy => {
    return { ...rest, everyMs: rest.publishAheadMs + rest.maxTokenLifetimeMs + CLOCK_SKEW_MS + moreMs };
  });

export type Step =
  | { readonly type: "time"; readonly ms: number }
  | { readonly type: "sign" }
  | { readonly type: "maintain" }
  | { readonly type: "due" }
  | { readonly type: "drop"; readonly which: "all" | "signing" | number }
  | { readonly type: "policy"; readonly policy: RotationPolicy; readonly since?: number | undefined };

export const calm: readonly fc.Arbitrary<Step>[] = [
  fc.record({ type: fc.constant("time" as const), ms: fc.integer({ min: 0, max: 2 * DAY }) }),
  fc.record({ type: fc.constant("time" as const), ms: fc.integer({ min: 0, max: 120 * DAY }) }),
  fc.constant({ type: "sign" as const }),
  fc.constant({ type: "maintain" as const }),
  fc.constant({ type: "due" as const }),
];
export const change: fc.Arbitrary<Step> = policies.map((policy) => ({ type: "policy" as const, policy }));
export const emergency: readonly fc.Arbitrary<Step>[] = [
  fc.record({ type: fc.constant("drop" as const), which: fc.constantFrom("all" as const, "signing" as const, 0, 1) }),
  fc.record({
    type: fc.constant("policy" as const),
    policy: policies,
    since: fc.integer({ min: -DAY, max: DAY }),
  }),
];

/** A ring in time. It signs as the issuer does: with what was planned last, and plans again when that is due. */
class Ring {
  now = START;
  keys: readonly KeyTimes[] = [];
  nextChangeAt = START;
  policy: RotationPolicy;
  /** Keys that sign sooner than they were to: the first one, and those that take over in an emergency. */
  readonly hasty = new Set<string>();
  readonly #published = new Map<string, { readonly at: number; readonly aheadMs: number }>();
  /** When the last token of a key ends. */
  readonly #ends = new Map<string, number>();
  readonly #assert: Assert;
  #made = 0;

  constructor(policy: RotationPolicy, assert: Assert) {
    this.policy = policy;
    this.#assert = assert;
  }

  /** Every assertion of a run of steps costs, so only what fails is one. */
  must(holds: boolean, what: string): void {
    if (!holds) this.#assert.ok(false, what);
    if (!holds) throw new Error(what);
  }

  maintain(): boolean {
    const { keys: before, now, policy } = this;
    const plan = planKeys(before, policy, now);
    const changed =
      plan.make !== undefined || plan.keys.length !== before.length || plan.keys.some((one, at) => one !== before[at]);
    const made =
      plan.make &&
      key(`k${++this.#made}`, {
        alg: policy.algorithm,
        createdAt: now,
        ...plan.make,
        longestTokenMs: policy.maxTokenLifetimeMs,
      });
    this.keys = made ? [...plan.keys, made] : plan.keys;
    this.nextChangeAt = plan.nextChangeAt;
    if (made) this.#published.set(made.kid, { at: now, aheadMs: policy.publishAheadMs });
    if (made && made.activeAt === now) this.hasty.add(made.kid);
    for (const { kid, activeAt } of plan.keys) {
      const was = before.find((one) => one.kid === kid);
      if (was && activeAt < was.activeAt) this.hasty.add(kid);
    }
    this.#check();
    return changed;
  }

  #check(): void {
    const { keys, now, policy, nextChangeAt } = this;
    this.must(keys.filter((one) => one.retiredAt === undefined && one.activeAt <= now).length === 1, "one key signs");
    this.must(keys.length <= MAX_KEYS, `${keys.length} keys`);
    this.must(nextChangeAt > now && Number.isFinite(nextChangeAt), `nextChangeAt is ${nextChangeAt - now} from now`);
    const again = planKeys(keys, policy, now);
    this.must(
      again.make === undefined && again.keys.every((one, at) => one === keys[at]),
      "a second time changes nothing",
    );
    this.must(again.keys.length === keys.length && again.nextChangeAt === nextChangeAt, "a second time plans the same");
    for (const [kid, end] of this.#ends) {
      this.must(
        end + CLOCK_SKEW_MS <= now || keys.some((one) => one.kid === kid),
        `${kid} is gone before its last token`,
      );
    }
  }

  sign(): void {
    if (this.now >= this.nextChangeAt) this.maintain();
    const { now, policy } = this;
    const signing = signingKey(this.keys, now);
    this.must(signing !== undefined, "no key signs");
    const { kid } = signing as KeyTimes;
    const { at, aheadMs } = this.#published.get(kid) ?? { at: Number.POSITIVE_INFINITY, aheadMs: 0 };
    this.must(this.hasty.has(kid) || now >= at + aheadMs, `${kid} signs ${now - at} ms after it was published`);
    this.#ends.set(kid, Math.max(this.#ends.get(kid) ?? 0, now + policy.maxTokenLifetimeMs));
  }

  drop(which: "all" | "signing" | number): void {
    const given: WhichKeys = typeof which === "number" ? [this.keys[which]?.kid ?? "none"] : which;
    const left = dropKeys(this.keys, given, this.now);
    for (const { kid } of this.keys) if (!left.some((one) => one.kid === kid)) this.#ends.delete(kid);
    this.keys = left;
    this.maintain();
  }

  run(step: Step): void {
    if (step.type === "time") this.now += step.ms;
    else if (step.type === "sign") this.sign();
    else if (step.type === "maintain") this.maintain();
    else if (step.type === "drop") this.drop(step.which);
    else if (step.type === "due") {
      this.now = Math.max(this.now, this.nextChangeAt);
      this.must(this.maintain(), "nothing was due when it was said to be");
    } else {
      const keysFrom = step.since === undefined ? undefined : this.now + step.since;
      this.policy = { ...step.policy, keysFrom };
      const before = this.keys;
      const dropped = before.filter(
        ({ createdAt }) => keysFrom !== undefined && keysFrom <= this.now && createdAt < keysFrom,
      );
      for (const { kid } of dropped) this.#ends.delete(kid);
      this.maintain();
      this.must(
        dropped.every(({ kid }) => !this.keys.some((one) => one.kid === kid)),
        "a key from before is there",
      );
    }
    // An instant that lay in the future and has come drops keys as well.
    const { keysFrom = 0 } = this.policy;
    if (keysFrom > START) for (const { kid, createdAt } of this.keys) if (createdAt < keysFrom) this.#ends.delete(kid);
  }
}

export const play = (assert: Assert, kinds: readonly fc.Arbitrary<Step>[]): string[] => {
  const hasty: string[] = [];
  fc.assert(
    fc.property(policies, fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 60 }), (policy, steps) => {
      const ring = new Ring(policy, assert);
      ring.maintain();
      for (const step of steps) ring.run(step);
      ring.maintain();
      hasty.splice(0, hasty.length, ...[...hasty, ...ring.hasty].filter((kid, at, all) => all.indexOf(kid) === at));
    }),
    { numRuns: 400 },
  );
  return hasty;
};
