/**
 * An outage, a caller every second: nobody fails as long as the credential is valid, the server is spared, and the end of the
 * outage is noticed within one backoff.
 *
 * The credential lasts 3,600 s and is due for renewal after 2,790 s (77.5 % with a random number of 0.5). Refreshes behind
 * answers are tried once each; after the so manieth failure nothing is asked for 0.5, 1, 2, 4, 8, 16 and then always 30 s.
 */
import type { Assert, Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import { type Caller, callEverySecond } from "./callers.ts";
import type { Fault } from "./protocol.ts";
import { openWorld, type World } from "./world.ts";

interface Outage {
  readonly fault: Fault;
  /** The seconds at which the server is asked while there is the outage, by hand: up to 2,973 s, and after that. */
  readonly first: readonly number[];
  readonly later: readonly number[];
}

const every = (step: number, from: number, to: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

/** A try that fails at once. The first pauses end before the next caller comes. */
const atOnce: Omit<Outage, "fault"> = {
  first: [2_790, 2_791, 2_792, 2_794, 2_798, 2_806, 2_822, 2_852, 2_882, 2_912, 2_942, 2_972],
  later: every(30, 3_002, 3_572),
};
/** A try that takes its 10 s. */
const after10s: Omit<Outage, "fault"> = {
  first: [2_790, 2_801, 2_812, 2_824, 2_838, 2_856, 2_882, 2_922, 2_962],
  later: every(40, 3_002, 3_562),
};

const outages: readonly Outage[] = [
  { fault: "503", ...atOnce },
  { fault: "refused", ...atOnce },
  { fault: "reset in mid-body", ...atOnce },
  { fault: "timeout", ...after10s },
];

const inSeconds = (times: readonly number[]): number[] => times.map((ms) => ms / 1000);

/** Of the callers, for each kind of what they got, the first and the last. */
function spans(callers: readonly Caller[]): string[] {
  const kinds = [...new Set(callers.map(({ gets }) => gets))];
  return kinds.map((kind) => {
    const at = callers.filter(({ gets }) => gets === kind).map(({ calledAtS }) => calledAtS);
    return `${kind} ${at[0]}-${at.at(-1)}`;
  });
}

const longestWaitMs = (callers: readonly Caller[]): number => Math.max(...callers.map(({ waitedMs }) => waitedMs));

async function searchIn({ cell, events }: World): Promise<void> {
  for (const token of (await cell.log()).tokens) canary(token);
  // Most only say that the held one was given.
  for (const event of events) if (event.type !== "hit" && event.type !== "stale") record("event", event);
}

/** What the server itself counted. */
async function assertLogged(assert: Assert, { cell }: World, fault: Fault, expected: number): Promise<void> {
  const { entries } = await cell.log();
  assert.strictEqual(entries.filter(({ play }) => play === fault).length, fault === "refused" ? 0 : expected);
}

export const suite: Suite = (QUnit) => {
  QUnit.module("an outage", () => {
    for (const { fault, first, later } of outages) {
      QUnit.test(`as long as the credential, of both endpoints (${fault})`, async (assert) => {
        const world = await openWorld("outage");
        await using provider = world.provider;
        const held = await provider.get();
        const callers = callEverySecond(world, held);
        await callers.until(2_780);
        await world.program({ plays: { source: fault, target: fault } });
        await callers.until(3_600);
        await world.program({ plays: { source: "good", target: "good" } });
        await callers.until(3_610);
        assert.deepEqual(spans(callers.all), ["held 2770-3599", "new 3600-3609"]);
        assert.strictEqual(longestWaitMs(callers.all), 0);
        assert.deepEqual(inSeconds(world.asked.source), [0, ...first, ...later, 3_600]);
        assert.deepEqual(inSeconds(world.asked.target), [0, 3_600]);
        await assertLogged(assert, world, fault, first.length + later.length);
        await searchIn(world);
      });

      QUnit.test(`that ends is noticed with the next try (${fault})`, async (assert) => {
        const world = await openWorld("end");
        await using provider = world.provider;
        const held = await provider.get();
        const callers = callEverySecond(world, held);
        await callers.until(2_780);
        await world.program({ plays: { target: fault } });
        await callers.until(2_973);
        await world.program({ plays: { target: "good" } });
        await callers.until(3_010);
        // The caller at 3,002 s has its answer before the new one is there.
        assert.deepEqual(spans(callers.all), ["held 2770-3002", "new 3003-3009"]);
        assert.strictEqual(longestWaitMs(callers.all), 0);
        assert.deepEqual(inSeconds(world.asked.target), [0, ...first, 3_002]);
        // One identity token serves all the tries until it ends itself (300 s).
        assert.deepEqual(inSeconds(world.asked.source), [0, 2_790]);
        await assertLogged(assert, world, fault, first.length);
        await searchIn(world);
      });
    }

    QUnit.test("with nothing held: five tries for all who call within them, and then again", async (assert) => {
      const world = await openWorld("nothing held", { plays: { source: "503" } });
      await using _ = world.provider;
      const callers = callEverySecond(world, undefined, 0);
      await callers.until(20);
      await world.program({ plays: { source: "good" } });
      await callers.until(30);
      // Tries at 0, 0.5, 1.5, 3.5 and 7.5 s; whoever calls at 8 s begins anew, and the third time it is over by then.
      const round = [0, 0.5, 1.5, 3.5, 7.5];
      const expected = [...round, ...round.map((at) => at + 8), 16, 16.5, 17.5, 19.5, 23.5];
      assert.deepEqual(inSeconds(world.asked.source), expected);
      assert.deepEqual(spans(callers.all), ["ERR_SOURCE_FAILED 0-15", "new 16-29"]);
      assert.strictEqual(longestWaitMs(callers.all), 7_500);
      await assertLogged(assert, world, "503", 14);
      await searchIn(world);
    });

    QUnit.test("that goes from one endpoint to the other is met with five tries in all", async (assert) => {
      const world = await openWorld("moving", { plays: { source: "503" } });
      await using _ = world.provider;
      const callers = callEverySecond(world, undefined, 0);
      await callers.until(1);
      await world.program({ plays: { source: "good", target: "503" } });
      await callers.until(3);
      // Two of the four repetitions are gone by then; the pauses of the second hop begin anew.
      assert.deepEqual(inSeconds(world.asked.source), [0, 0.5, 1.5]);
      assert.deepEqual(inSeconds(world.asked.target), [1.5, 2, 3]);
      assert.deepEqual(spans(callers.all), ["ERR_EXCHANGE_REFUSED 0-2"]);
      assert.strictEqual(longestWaitMs(callers.all), 3_000);
      await assertLogged(assert, world, "503", 5);
      await searchIn(world);
    });
  });
};
