/** A broker and its isolates over a day of simulated time: who exchanges, who waits, and when it ends. */
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import { dice, type Isolate, request, type Scene, scene } from "./support.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ISOLATES = 20;
const EVERY_MS = 2 * MINUTE;

interface Day {
  readonly requests: number;
  readonly failed: number;
  /** Requests that were not answered at once, besides the first one of each isolate. */
  readonly waited: number;
}

/** Every isolate has a request every two minutes, at moments of its own. */
async function traffic(it: Scene, isolates: readonly Isolate[], hours: number, next: () => number): Promise<Day> {
  const { clock } = it;
  let [requests, failed, waited] = [0, 0, 0];
  for (let passed = 0; passed < hours * HOUR; passed += EVERY_MS) {
    const at = isolates.map((isolate) => ({ isolate, ms: Math.floor(next() * 8) * (EVERY_MS / 8) }));
    let now = 0;
    for (const { isolate, ms } of at.sort((a, b) => a.ms - b.ms)) {
      if (ms > now) await clock.advance(ms - now);
      now = ms;
      const { error, waitedMs } = await request(clock, isolate.graph);
      requests++;
      if (error) failed++;
      if (waitedMs > 0 && passed > 0) waited++;
    }
    if (now < EVERY_MS) await clock.advance(EVERY_MS - now);
  }
  return { requests, failed, waited };
}

const open = (it: Scene): Isolate[] =>
  // Every machine has a clock of its own.
  Array.from({ length: ISOLATES }, (_, at) => it.isolate({ skewMs: (at - ISOLATES / 2) * 7 * MINUTE }));

export const suite: Suite = (QUnit) => {
  QUnit.module("broker, a day", () => {
    QUnit.test("20 isolates are served by the exchanges of one process, and nobody waits", async (assert) => {
      const it = scene({ exchangeMs: 400, latencyMs: 20 });
      const isolates = open(it);
      const day = await traffic(it, isolates, 24, dice(1));
      assert.deepEqual(day, { requests: 24 * 30 * ISOLATES, failed: 0, waited: 0 });
      // One process that renews at 70 % to 85 % of an hour exchanges 28 to 34 times.
      const exchanges = it.exchanges();
      assert.ok(exchanges >= 27 && exchanges <= 29, `${exchanges} exchanges`);
      assert.deepEqual([it.brokers[0]?.target.calls, isolates.flatMap(({ fallbacks }) => fallbacks)], [exchanges, []]);
      // Each credential: twice asked for by each isolate, two writes and an alarm.
      const { put = 0, setAlarm = 0, list = 0 } = it.object.operations;
      const { calls } = { calls: it.object.calls() };
      assert.ok(calls <= 2.2 * ISOLATES * exchanges, `${calls} calls`);
      assert.ok(put <= 2 * exchanges && setAlarm <= exchanges && list === 1, JSON.stringify(it.object.operations));
      assert.ok(it.object.rang.length >= exchanges - 2, `${it.object.rang.length} alarms`);
      assert.deepEqual(it.object.logged, []);
    });

    QUnit.test("an object that is evicted when it is idle costs exchanges, but nobody's time", async (assert) => {
      const it = scene({ exchangeMs: 400, latencyMs: 20, evictAfterMs: 10_000 });
      const isolates = open(it);
      const day = await traffic(it, isolates, 12, dice(2));
      assert.deepEqual(day, { requests: 12 * 30 * ISOLATES, failed: 0, waited: 0 });
      const { lives } = it.object;
      assert.ok(lives > 100, `${lives} lives`);
      assert.ok(it.exchanges() <= lives, `${it.exchanges()} exchanges in ${lives} lives`);
      // Without a broker each isolate would have made 14 or so.
      assert.ok(it.exchanges() < (14 * ISOLATES) / 2, `${it.exchanges()} exchanges`);
    });

    QUnit.test("what the issuer advises is kept", async (assert) => {
      const it = scene({ exchangeMs: 400, refreshInMs: 30 * MINUTE });
      const day = await traffic(it, open(it).slice(0, 5), 6, dice(3));
      assert.deepEqual([day.failed, day.waited], [0, 0]);
      const exchanges = it.exchanges();
      assert.ok(exchanges >= 11 && exchanges <= 13, `${exchanges} exchanges`);
    });

    QUnit.test("when the traffic stops the alarms do", async (assert) => {
      const property = fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 20_000, max: 4 * HOUR }),
        fc.option(fc.integer({ min: 1, max: 100 })),
        fc.boolean(),
        async (count, requests, lifetimeMs, advice, evicts) => {
          const refreshInMs = advice === null ? undefined : (lifetimeMs * advice) / 100;
          const it = scene({ lifetimeMs, refreshInMs, evictAfterMs: evicts ? 10_000 : undefined, latencyMs: 5 });
          const isolates = Array.from({ length: count }, () => it.isolate());
          const next = dice(requests);
          let lastAt = 0;
          for (let sent = 0; sent < requests; sent++) {
            await request(it.clock, (isolates[Math.floor(next() * count)] as Isolate).graph);
            lastAt = it.clock.now();
            await it.clock.advance((next() * lifetimeMs) / 10);
          }
          await it.clock.advance(3 * lifetimeMs);
          const last = it.object.rang.at(-1) ?? 0;
          const exchanges = it.exchanges();
          await it.clock.advance(20 * lifetimeMs);
          if (it.object.alarmAt !== null) throw new Error("an alarm is set");
          if (last > lastAt + lifetimeMs) throw new Error(`it rang ${last - lastAt} ms after the last request`);
          if (it.object.rang.length > 0 && it.object.rang.at(-1) !== last) throw new Error("it rang once more");
          if (it.exchanges() !== exchanges) throw new Error("an exchange for nobody");
        },
      );
      const details = await fc.check(property, { seed: 9, numRuns: 25 });
      assert.strictEqual(
        details.failed ? `${JSON.stringify(details.counterexample)} ${details.errorInstance}` : "",
        "",
      );
    });

    QUnit.test("one request a day sets no alarm at all", async (assert) => {
      const it = scene();
      const { graph } = it.isolate();
      for (let day = 0; day < 5; day++) {
        await request(it.clock, graph);
        await it.clock.advance(24 * HOUR);
      }
      assert.deepEqual([it.exchanges(), it.object.rang.length, it.object.operations.setAlarm ?? 0], [5, 0, 0]);
    });

    QUnit.test("10,000 requests of 100 cold isolates at once are one exchange", async (assert) => {
      const it = scene({ exchangeMs: 300, latencyMs: 10 });
      const isolates = Array.from({ length: 100 }, () => it.isolate());
      const all = isolates.flatMap(({ graph }) => Array.from({ length: 100 }, () => graph.get()));
      const ended = Promise.all(all);
      await it.clock.advance(1_000);
      const tokens = new Set((await ended).map(({ token }) => token.reveal()));
      assert.deepEqual([tokens.size, it.exchanges(), it.object.calls()], [1, 1, 100]);
    });
  });
};
