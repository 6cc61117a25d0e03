/** The simulation against the engine itself: the same calls at the same server must lead to the same requests and answers. */
import type { RefreshPolicy } from "@tokenhop/core";
import type { Contender } from "../bench/simulate/instance.ts";
import { contenders } from "../bench/simulate/policies.ts";
import { fixedCalls } from "../bench/simulate/random.ts";
import { defaultRules, type Rules } from "../bench/simulate/rules.ts";
import type { ServerOptions } from "../bench/simulate/server.ts";
import { simulate } from "../bench/simulate/world.ts";
import { bearer, failure, fateOf, HOUR, MINUTE, settle, someSecret, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";

const latencyMs = 211;

interface Case {
  readonly says: string;
  readonly refresh?: "default" | "tokenex" | RefreshPolicy;
  readonly lifetimeMs: number;
  readonly advice?: number;
  readonly callEveryMs: number;
  readonly endMs: number;
  /** What stands for every chance. */
  readonly random?: number;
  readonly outage?: ServerOptions["outage"];
}

const down = (fromMs: number, toMs: number): NonNullable<ServerOptions["outage"]> => ({
  fromMs,
  toMs,
  recovery: "retry",
});

/** Calls must not fall together with anything else: hence the odd numbers. */
const cases: readonly Case[] = [
  { says: "an hour, no trouble", lifetimeMs: HOUR, callEveryMs: 10_007, endMs: 5 * HOUR },
  { says: "tokenex", refresh: "tokenex", lifetimeMs: HOUR, callEveryMs: 10_007, endMs: 5 * HOUR, random: 0.9 },
  { says: "half", refresh: ({ lifetimeMs }) => lifetimeMs / 2, lifetimeMs: HOUR, callEveryMs: 10_007, endMs: 3 * HOUR },
  { says: "advice", lifetimeMs: 3 * HOUR, advice: 0.5, callEveryMs: 30_011, endMs: 9 * HOUR },
  { says: "rare calls", lifetimeMs: 5 * MINUTE, callEveryMs: 131_071, endMs: 5 * HOUR },
  { says: "seconds", lifetimeMs: 10_000, callEveryMs: 487, endMs: 5 * MINUTE },
  {
    says: "seconds, every one at the margin",
    refresh: "tokenex",
    lifetimeMs: 10_000,
    callEveryMs: 487,
    endMs: 5 * MINUTE,
  },
  {
    says: "an outage that the credential outlives",
    lifetimeMs: HOUR,
    callEveryMs: 3_001,
    endMs: 2 * HOUR,
    outage: down(40 * MINUTE, 58 * MINUTE),
  },
  {
    says: "an outage that it does not outlive",
    lifetimeMs: HOUR,
    callEveryMs: 3_001,
    endMs: 2 * HOUR,
    random: 0.7,
    outage: down(40 * MINUTE, 80 * MINUTE),
  },
  {
    says: "an outage from the start",
    lifetimeMs: HOUR,
    callEveryMs: 3_001,
    endMs: HOUR,
    random: 0.3,
    outage: down(0, 10 * MINUTE),
  },
  {
    says: "calls inside the margin of minutes",
    refresh: ({ lifetimeMs }) => lifetimeMs,
    lifetimeMs: 5 * MINUTE,
    callEveryMs: 487,
    endMs: 12 * MINUTE,
    random: 0.65,
    outage: down(4 * MINUTE + 45_000, 6 * MINUTE),
  },
  {
    says: "an outage of credentials of seconds",
    lifetimeMs: 10_000,
    callEveryMs: 487,
    endMs: 3 * MINUTE,
    random: 0.6,
    outage: down(61_000, 95_000),
  },
  {
    says: "throttling, with Retry-After",
    lifetimeMs: 5 * MINUTE,
    callEveryMs: 2_003,
    endMs: 30 * MINUTE,
    outage: { ...down(8 * MINUTE, 15 * MINUTE), retryAfterMs: 20_000 },
  },
  {
    says: "throttling from the start, with a Retry-After that leaves no time for all tries",
    lifetimeMs: 5 * MINUTE,
    callEveryMs: 2_003,
    endMs: 15 * MINUTE,
    outage: { ...down(0, 8 * MINUTE), retryAfterMs: 25_000 },
  },
  {
    says: "refusals that stop",
    lifetimeMs: 5 * MINUTE,
    callEveryMs: 2_003,
    endMs: 45 * MINUTE,
    random: 0.4,
    outage: { ...down(8 * MINUTE, 25 * MINUTE), recovery: "stop" },
  },
];

interface Course {
  readonly requests: readonly number[];
  readonly waited: number;
  readonly failed: number;
}

function contenderOf({ refresh = "default" }: Case): Contender {
  if (typeof refresh === "function") return { name: "a function", refresh };
  return contenders.find(({ name }) => name === refresh) as Contender;
}

function simulated(given: Case, rules: Rules = defaultRules): Course {
  const { lifetimeMs, advice, callEveryMs, endMs, random = 0.5, outage } = given;
  const requests: number[] = [];
  const { waited, failed } = simulate({
    contender: contenderOf(given),
    server: { lifetime: { minMs: lifetimeMs, maxMs: lifetimeMs, advice }, latencyMs: [latencyMs, latencyMs], outage },
    instances: 1,
    startWithinMs: 0,
    callEveryMs,
    endMs,
    seed: 1,
    rules,
    calls: fixedCalls(callEveryMs, () => callEveryMs),
    random: () => random,
    onRequest: (at) => requests.push(Math.round(at)),
  });
  return { requests, waited, failed };
}

async function played({
  refresh,
  lifetimeMs,
  advice,
  callEveryMs,
  endMs,
  random = 0.5,
  outage,
}: Case): Promise<Course> {
  const { provider, source, target, clock } = world({ refresh, random: () => random });
  const requests: number[] = [];
  const never = new AbortController().signal;
  source.answer = () => ({ token: someSecret(), expiresAt: clock.now() + 1_000 * HOUR });
  target.answer = async () => {
    const at = clock.monotonic();
    requests.push(at);
    await clock.sleep(latencyMs, never);
    if (outage && at >= outage.fromMs && at < outage.toMs) throw failure(outage);
    return bearer(clock, lifetimeMs, advice && lifetimeMs * advice);
  };
  const fates: { readonly atOnce: boolean; readonly fate: ReturnType<typeof fateOf> }[] = [];
  for (let at = callEveryMs; at < endMs; at += callEveryMs) {
    await clock.advance(at - clock.monotonic());
    const fate = fateOf(provider.get());
    await settle(clock);
    fates.push({ atOnce: fate.state === "given", fate });
  }
  await clock.advance(2 * MINUTE);
  return {
    requests: requests.filter((at) => at < endMs).map(Math.round),
    waited: fates.filter(({ atOnce, fate }) => !atOnce && fate.state === "given").length,
    failed: fates.filter(({ fate }) => fate.state === "failed").length,
  };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("simulation and engine do the same", () => {
    for (const given of cases) {
      QUnit.test(given.says, async (assert) => {
        const [ours, engines] = [simulated(given), await played(given)];
        assert.ok(engines.requests.length > 2);
        assert.deepEqual(ours, engines);
      });
    }

    for (const [name, value] of Object.entries(defaultRules)) {
      QUnit.test(`which would show if ${name} were written down wrong`, (assert) => {
        const wrong = { ...defaultRules, [name]: value * 1.5 };
        const differ = cases.filter(
          (given) => JSON.stringify(simulated(given, wrong)) !== JSON.stringify(simulated(given)),
        );
        assert.ok(differ.length > 0);
      });
    }
  });
};
