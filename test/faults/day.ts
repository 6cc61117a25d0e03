/** A million calls over a day in which requests fail at random, the clock is set by hours, and the machine sleeps. */
import type { BearerToken } from "@tokenhop/core";
import { contenders } from "../bench/simulate/policies.ts";
import { seeded } from "../bench/simulate/random.ts";
import { simulate } from "../bench/simulate/world.ts";
import { bearer, failure, HOUR, MINUTE, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";

const CALLS = 1_000_000;
/** The machine is awake for 21 hours of the 24. */
const AWAKE_MS = 21 * HOUR;
const SLEEP_MS = 3 * HOUR;
/** Calls that come together, as in one turn of a busy server. */
const TOGETHER = 20;
const EVERY_MS = (AWAKE_MS * TOGETHER) / CALLS;
const LIFETIME_MS = 10 * MINUTE;
const FAILING = 0.2;

/** What happens to the clock, after how many ms awake. What the wall clock alone sees is no time for the server. */
const disturbances: readonly (readonly [afterMs: number, "jump" | "suspend", ms: number])[] = [
  [3 * HOUR + 7_001, "jump", 5 * HOUR],
  [7 * HOUR + 13_003, "jump", -6 * HOUR],
  [11 * HOUR + 3_011, "jump", 2 * HOUR],
  [15 * HOUR + 17_021, "suspend", SLEEP_MS],
  [18 * HOUR + 11_027, "jump", -HOUR],
];
/** Set forward or asleep, it loses what it holds. */
const LOSSES = 3;

interface Outcome {
  readonly given: number;
  readonly wrong: number;
  readonly failed: number;
  readonly requests: number;
  readonly answered: number;
}

async function playDay(): Promise<Outcome> {
  const random = seeded(77);
  const it = world({ random: seeded(78), lifetimeMs: LIFETIME_MS });
  const { clock, provider, target } = it;
  const endsAt = new WeakMap<BearerToken, number>();
  let [slept, answered, given, wrong, failed] = [0, 0, 0, 0, 0];
  const realNow = (): number => clock.monotonic() + slept;
  target.answer = () => {
    if (random() < FAILING) throw failure();
    answered++;
    const credential = bearer(clock, LIFETIME_MS);
    endsAt.set(credential, realNow() + LIFETIME_MS);
    return credential;
  };
  const take = (credential: BearerToken): void => {
    given++;
    if (!(realNow() < (endsAt.get(credential) as number))) wrong++;
  };
  const lose = (): void => {
    failed++;
  };
  const left = [...disturbances];
  for (let batch = 0; batch < CALLS / TOGETHER; batch++) {
    for (let one = left[0]; one && clock.monotonic() >= one[0]; one = left[0]) {
      left.shift();
      const [, what, ms] = one;
      clock[what](ms);
      if (what === "suspend") slept += ms;
    }
    for (let call = 0; call < TOGETHER; call++) provider.get().then(take, lose);
    await clock.advance(EVERY_MS);
  }
  await clock.advance(5 * MINUTE);
  return { given, wrong, failed, requests: target.calls, answered };
}

/** How many exchanges succeed in a day without trouble, by the simulation that shares nothing with the engine but the policy. */
function predicted(): number {
  const contender = contenders.find(({ name }) => name === "default");
  if (contender === undefined) throw new Error("The simulation has no default policy");
  const { tally } = simulate({
    contender,
    server: { lifetime: { minMs: LIFETIME_MS, maxMs: LIFETIME_MS }, latencyMs: [0, 0] },
    instances: 1,
    startWithinMs: 0,
    callEveryMs: EVERY_MS,
    endMs: AWAKE_MS,
    seed: 5,
  });
  return tally.answered;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("storms, a million calls", () => {
    QUnit.test("each gets what is really valid, for as many requests as predicted", async (assert) => {
      const { given, wrong, failed, requests, answered } = await playDay();
      assert.deepEqual({ given, wrong, failed }, { given: CALLS, wrong: 0, failed: 0 });
      // Each loss cuts a life short, on average in its middle; each request fails by the same chance.
      const exchanges = predicted() + LOSSES / 2;
      const expected = exchanges / (1 - FAILING);
      const off = (requests - expected) / expected;
      assert.ok(Math.abs(off) < 0.05, `${requests} requests, ${answered} answered, ${expected} predicted`);
    });
  });
};
