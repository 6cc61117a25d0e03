/** A ring whose clock goes elsewhere for a while. */
import { CLOCK_SKEW_MS, type KeyTimes, MAX_KEYS, planKeys, signingKey } from "@tokenhop/issuer";
import fc from "fast-check";
import type { Assert } from "../harness.ts";
import { key, policies, START } from "./rotation-model.ts";
import { DAY } from "./support.ts";

/**
 * A life with one stay at some other time in it, then an ordinary one. Gives how many stays were far away.
 *
 * What cannot hold is that nothing is hasty: who signs when the clock comes back may be the only one left.
 */
export const playJumps = (assert: Assert): number => {
  const visit = fc.record({
    ms: fc.oneof(fc.integer({ min: -3_650 * DAY, max: 3_650 * DAY }), fc.integer({ min: -3 * DAY, max: 3 * DAY })),
    steps: fc.array(fc.integer({ min: 0, max: 3 * DAY }), { maxLength: 5 }),
  });
  const before = fc.array(fc.integer({ min: 0, max: 60 * DAY }), { maxLength: 8 });
  let far = 0;
  fc.assert(
    fc.property(policies, before, visit, ({ keysFrom: _, ...policy }, course, { ms, steps }) => {
      const { everyMs, publishAheadMs, maxTokenLifetimeMs } = policy;
      let now = START;
      let keys: readonly KeyTimes[] = [];
      let made = 0;
      let dueAt = START;
      const publishedAt = new Map<string, number>();
      const look = (): string => {
        const plan = planKeys(keys, policy, now);
        const { algorithm: alg, maxTokenLifetimeMs: longestTokenMs } = policy;
        const another = plan.make && key(`k${++made}`, { alg, createdAt: now, ...plan.make, longestTokenMs });
        keys = another ? [...plan.keys, another] : plan.keys;
        if (another) publishedAt.set(another.kid, now);
        dueAt = plan.nextChangeAt;
        const again = planKeys(keys, policy, now);
        const holds =
          keys.length <= MAX_KEYS &&
          keys.filter((one) => one.retiredAt === undefined && one.activeAt <= now).length === 1 &&
          dueAt > now &&
          Number.isFinite(dueAt) &&
          again.make === undefined &&
          again.keys.every((one, at) => one === keys[at]);
        if (!holds) assert.ok(false, `at ${now - START}: ${JSON.stringify(keys)}`);
        return (signingKey(keys, now) as KeyTimes).kid;
      };
      look();
      for (const step of course) {
        now += step;
        look();
      }
      const home = now;
      now += ms;
      for (const step of [0, ...steps]) {
        now += step;
        look();
      }
      now = home + 1_000;
      const first = look();
      if (Math.abs(ms) > 365 * DAY) far++;
      // Whatever was published in another time counts from now.
      for (const { kid } of keys) publishedAt.set(kid, Math.min(publishedAt.get(kid) ?? now, now));
      const end = now + everyMs + publishAheadMs + maxTokenLifetimeMs + 2 * CLOCK_SKEW_MS;
      let signing = first;
      while (now < end) {
        now = Math.min(dueAt, end);
        const next = look();
        const aheadMs = now - (publishedAt.get(next) ?? now);
        if (next !== signing && aheadMs < Math.min(publishAheadMs, now - home) - CLOCK_SKEW_MS) {
          throw new Error(`${next} signs ${aheadMs} ms after it was published`);
        }
        signing = next;
      }
      if (signing === first) throw new Error(`${first} signs for more than ${end - home} ms`);
    }),
    { numRuns: 1_000 },
  );
  return far;
};
