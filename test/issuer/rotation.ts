/** When keys change, as a pure function: examples by hand, and any order of time, maintenance, emergencies and policies. */
import {
  CLOCK_SKEW_MS,
  dropKeys,
  type KeyTimes,
  MAX_KEYS,
  planKeys,
  type RotationPolicy,
  signingKey,
} from "@tokenhop/issuer";
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import { playJumps } from "./rotation-jumps.ts";
import { calm, change, emergency, key, play, policies, START } from "./rotation-model.ts";
import { DAY, HOUR, MINUTE } from "./support.ts";

const POLICY: RotationPolicy = {
  algorithm: "RS256",
  everyMs: 90 * DAY,
  publishAheadMs: DAY,
  maxTokenLifetimeMs: HOUR,
};
/** How long a retired key stays. */
const STAYS_MS = HOUR + 5 * MINUTE;

const kids = (keys: readonly KeyTimes[]): string => keys.map(({ kid }) => kid).join(" ");

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, rotation", () => {
    QUnit.test("a life of two keys, by hand", (assert) => {
      const first = planKeys([], POLICY, START);
      assert.deepEqual(first, { keys: [], make: { activeAt: START }, nextChangeAt: START + 89 * DAY });

      const a = key("a");
      assert.deepEqual(planKeys([a], POLICY, START + 89 * DAY - 1), { keys: [a], nextChangeAt: START + 89 * DAY });
      assert.deepEqual(planKeys([a], POLICY, START + 89 * DAY), {
        keys: [a],
        make: { activeAt: START + 90 * DAY },
        nextChangeAt: START + 90 * DAY,
      });

      const b = key("b", { createdAt: START + 89 * DAY, activeAt: START + 90 * DAY });
      assert.strictEqual(signingKey([a, b], START + 90 * DAY - 1), a);
      assert.deepEqual(planKeys([a, b], POLICY, START + 90 * DAY - 1), {
        keys: [a, b],
        nextChangeAt: START + 90 * DAY,
      });
      assert.strictEqual(signingKey([a, b], START + 90 * DAY), b, "no maintenance is needed for it");
      const retired = { ...a, retiredAt: START + 90 * DAY };
      const gone = START + 90 * DAY + STAYS_MS;
      assert.deepEqual(planKeys([a, b], POLICY, START + 90 * DAY), { keys: [retired, b], nextChangeAt: gone });
      assert.deepEqual(planKeys([retired, b], POLICY, gone - 1), { keys: [retired, b], nextChangeAt: gone });
      assert.deepEqual(planKeys([retired, b], POLICY, gone), { keys: [b], nextChangeAt: START + 179 * DAY });
    });

    QUnit.test("maintenance that comes late makes the next key late, not hasty", (assert) => {
      const late = START + 200 * DAY;
      assert.deepEqual(planKeys([key("a")], POLICY, late), {
        keys: [key("a")],
        make: { activeAt: late + DAY },
        nextChangeAt: late + DAY,
      });
      const b = key("b", { createdAt: START + 89 * DAY, activeAt: START + 90 * DAY });
      const noticed = planKeys([key("a"), b], POLICY, START + 90 * DAY + STAYS_MS - 1);
      assert.deepEqual(noticed.keys[0]?.retiredAt, START + 90 * DAY, "it signed no longer than announced");
      assert.strictEqual(kids(planKeys([key("a"), b], POLICY, START + 90 * DAY + STAYS_MS).keys), "b");
    });

    QUnit.test("another algorithm: the next key has it, published ahead like any", (assert) => {
      const policy: RotationPolicy = { ...POLICY, algorithm: "ES256" };
      const now = START + 3 * DAY;
      assert.deepEqual(planKeys([key("a")], policy, now), {
        keys: [key("a")],
        make: { activeAt: now + DAY },
        nextChangeAt: now + DAY,
      });
      const retired = key("z", { retiredAt: now - MINUTE });
      const waits = planKeys([retired, key("a")], policy, now);
      assert.strictEqual(waits.make, undefined, "not while a retired one is there");
      assert.strictEqual(waits.nextChangeAt, now - MINUTE + STAYS_MS);
    });

    QUnit.test("a shorter lifetime does not shorten what was given before, a longer one counts at once", (assert) => {
      const long = planKeys([key("a")], { ...POLICY, maxTokenLifetimeMs: DAY, everyMs: 90 * DAY }, START).keys[0];
      assert.strictEqual(long?.longestTokenMs, DAY);
      const short = planKeys([long as KeyTimes], POLICY, START).keys[0];
      assert.ok(short === long, "the same object");
      const retired = key("a", { longestTokenMs: DAY, retiredAt: START });
      const b = key("b");
      assert.strictEqual(kids(planKeys([retired, b], POLICY, START + DAY + CLOCK_SKEW_MS - 1).keys), "a b");
      assert.strictEqual(kids(planKeys([retired, b], POLICY, START + DAY + CLOCK_SKEW_MS).keys), "b");
    });

    QUnit.test("an emergency: the published next key takes over, or a new one signs at once", (assert) => {
      const now = START + 89 * DAY + HOUR;
      const [a, b] = [key("a"), key("b", { createdAt: START + 89 * DAY, activeAt: START + 90 * DAY })];
      const left = dropKeys([a, b], "signing", now);
      assert.deepEqual(planKeys(left, POLICY, now), {
        keys: [{ ...b, activeAt: now }],
        nextChangeAt: now + 89 * DAY,
      });
      assert.deepEqual(planKeys(dropKeys([a, b], ["a"], now), POLICY, now).keys, [{ ...b, activeAt: now }]);
      const anew = { keys: [], make: { activeAt: now }, nextChangeAt: now + 89 * DAY };
      assert.deepEqual(planKeys(dropKeys([a, b], "all", now), POLICY, now), anew);
      assert.deepEqual(planKeys(dropKeys([a, b], ["a", "b"], now), POLICY, now), anew);
      const without = planKeys(dropKeys([a, b], ["b"], now), POLICY, now);
      assert.deepEqual([kids(without.keys), without.make], ["a", { activeAt: now + DAY }], "the next one anew, ahead");
      assert.strictEqual(kids(dropKeys([a, b], [], now)), "a b");

      const retired = key("z", { retiredAt: now - HOUR });
      const last = planKeys(dropKeys([retired, a], "signing", now), POLICY, now);
      assert.deepEqual([kids(last.keys), last.make], ["z", { activeAt: now }], "what has retired never signs again");
      assert.strictEqual(last.nextChangeAt, now - HOUR + STAYS_MS);
      // Made for longer tokens than now: it is still there when the next key would be due, which has to wait for it.
      const brief: RotationPolicy = { ...POLICY, everyMs: DAY + STAYS_MS };
      const longer = planKeys([key("z", { retiredAt: now, longestTokenMs: DAY })], brief, now);
      assert.deepEqual([longer.make, longer.nextChangeAt], [{ activeAt: now }, now + DAY + CLOCK_SKEW_MS]);
    });

    QUnit.test("keysFrom drops what is older once it has come, and nothing before", (assert) => {
      const keysFrom = START + HOUR;
      const policy = { ...POLICY, keysFrom };
      assert.deepEqual(planKeys([key("a")], policy, keysFrom - 1), { keys: [key("a")], nextChangeAt: keysFrom });
      const come = planKeys([key("a")], policy, keysFrom);
      assert.deepEqual([kids(come.keys), come.make], ["", { activeAt: keysFrom }]);
      const younger = key("b", { createdAt: keysFrom, activeAt: keysFrom });
      assert.deepEqual(planKeys([younger], policy, keysFrom).keys, [younger], "made at that instant is young enough");
    });

    QUnit.test("keysFrom drops what was made while the clock was ahead: nobody knows when", (assert) => {
      const now = START + DAY;
      const policy = { ...POLICY, keysFrom: now - HOUR };
      const ahead = key("a", { createdAt: now + CLOCK_SKEW_MS + 1, activeAt: now });
      const come = planKeys([ahead], policy, now);
      assert.deepEqual([kids(come.keys), come.make], ["", { activeAt: now }]);
      const next = { ...ahead, activeAt: now + DAY };
      assert.strictEqual(kids(planKeys([key("b", { createdAt: now }), next], policy, now).keys), "b");
      const within = key("a", { createdAt: now + CLOCK_SKEW_MS, activeAt: now });
      assert.deepEqual(planKeys([within], policy, now).keys, [within], "clocks differ that much");
      assert.strictEqual(kids(planKeys([ahead], { ...POLICY, keysFrom: now + 1 }, now).keys), "a", "it has not come");
      const noticed = planKeys([ahead], POLICY, now).keys[0];
      assert.strictEqual(noticed?.createdAt, now, "made by then at the latest, and before an emergency after that");
    });

    QUnit.test("a clock that was ahead once: by hand", (assert) => {
      const far = START + 3_650 * DAY;
      const now = START + DAY;
      const next = key("b", { createdAt: far, activeAt: far + DAY });
      const beside = planKeys([key("a"), next], POLICY, now);
      assert.deepEqual([kids(beside.keys), beside.make, beside.nextChangeAt], ["a b", undefined, START + 89 * DAY]);
      const due = planKeys([key("a"), next], POLICY, START + 89 * DAY);
      assert.deepEqual([kids(due.keys), due.make], ["a", { activeAt: START + 90 * DAY }], "on time, by another one");
      assert.strictEqual(due.nextChangeAt, START + 90 * DAY);

      const retired = key("a", { retiredAt: far + DAY });
      const alone = planKeys([retired, next], POLICY, now);
      assert.deepEqual(alone.keys, [retired, { ...next, createdAt: now, activeAt: now }], "who else");
      assert.strictEqual(alone.nextChangeAt, now + 89 * DAY);
      const then = planKeys(alone.keys, POLICY, now + 89 * DAY);
      assert.deepEqual([kids(then.keys), then.make], ["b", { activeAt: now + 90 * DAY }]);
      const dropped = planKeys([retired], POLICY, now);
      assert.deepEqual([dropped.make, dropped.nextChangeAt], [{ activeAt: now }, now + 89 * DAY]);
      const odd = key("b", { activeAt: far });
      assert.deepEqual(planKeys([key("a"), odd], POLICY, START + 89 * DAY).make, { activeAt: START + 90 * DAY });
    });

    QUnit.test("a clock that was behind once takes nothing away", (assert) => {
      const now = START + 90 * DAY + MINUTE;
      const ring = [
        key("a", { retiredAt: START + 90 * DAY }),
        key("b", { createdAt: START + 89 * DAY, activeAt: START + 90 * DAY }),
      ];
      const behind = planKeys(ring, POLICY, START - 3_650 * DAY);
      assert.deepEqual([kids(behind.keys), behind.make], ["a b", undefined]);
      assert.strictEqual(behind.keys[0], ring[0], "a token of it may still be about");
      const back = planKeys(behind.keys, POLICY, now);
      assert.deepEqual(
        [kids(back.keys), back.make, back.nextChangeAt],
        ["a b", undefined, START + 90 * DAY + STAYS_MS],
      );
      const ahead = [key("a"), key("b", { createdAt: START + 89 * DAY, activeAt: START + 90 * DAY })];
      const early = planKeys(ahead, POLICY, START - 3_650 * DAY);
      assert.strictEqual(early.keys[1], ahead[1], "what was announced stays announced");
      const on = planKeys(early.keys, POLICY, START + 89 * DAY + HOUR);
      assert.strictEqual(signingKey(on.keys, START + 89 * DAY + HOUR)?.kid, "a");
    });

    QUnit.test(
      "a next key that counts by the time another is due is not joined by one, and nobody is called",
      (assert) => {
        const next = key("b", { activeAt: START + POLICY.everyMs + 6 * MINUTE });
        const plan = planKeys([key("a"), next], POLICY, START);
        assert.deepEqual([kids(plan.keys), plan.make, plan.nextChangeAt], ["a b", undefined, next.activeAt]);
      },
    );

    QUnit.test("any jumps of the clock: afterwards keys change as always, and none signs unpublished", (assert) => {
      assert.ok(playJumps(assert) > 300, "runs in which the clock jumped far");
    });

    QUnit.test(
      "any order of time, maintenance and policies: no key signs unpublished, none goes too soon",
      (assert) => {
        const hasty = play(assert, [...calm, change]);
        assert.deepEqual(hasty, ["k1"], "only the very first one signed at once");
      },
    );

    QUnit.test("the same with emergencies of every kind", (assert) => {
      assert.ok(play(assert, [...calm, change, ...emergency]).length > 1, "others had to sign at once");
    });

    QUnit.test("any ring and any clock, as another program may have left them", (assert) => {
      const instant = fc.integer({ min: 0, max: 4 * 365 }).map((day) => day * DAY);
      const keys = fc.array(
        fc.record({
          kid: fc.constantFrom("a", "b", "c", "d"),
          alg: fc.constantFrom("RS256" as const, "ES256" as const),
          createdAt: instant,
          activeAt: instant,
          retiredAt: fc.option(instant, { nil: undefined }),
          longestTokenMs: fc.integer({ min: 0, max: 3 * DAY }),
        }),
        { maxLength: 6 },
      );
      let runs = 0;
      fc.assert(
        fc.property(keys, policies, instant, fc.option(instant, { nil: undefined }), (ring, policy, now, keysFrom) => {
          const before = JSON.stringify(ring);
          const plan = planKeys(ring, { ...policy, keysFrom }, now);
          const made = plan.make ? [key("new", { createdAt: now, ...plan.make })] : [];
          const after = [...plan.keys, ...made];
          const signing = after.filter((one) => one.retiredAt === undefined && one.activeAt <= now);
          runs++;
          return (
            signing.length === 1 &&
            plan.nextChangeAt > now &&
            Number.isFinite(plan.nextChangeAt) &&
            plan.keys.length <= ring.length &&
            (plan.keys.length < MAX_KEYS || made.length === 0 || signingKey(plan.keys, now) === undefined) &&
            JSON.stringify(ring) === before
          );
        }),
        { numRuns: 1_000 },
      );
      assert.strictEqual(runs, 1_000);
    });
  });
};
