/** A broker whose memory is gone: what it does not exchange again, and what it does. */
import type { Suite } from "../harness.ts";
import { isKept, lastReply, request, scene } from "./support.ts";

const MINUTE = 60_000;

export const suite: Suite = (QUnit) => {
  QUnit.module("broker, evicted", () => {
    QUnit.test("an isolate whose credential is good keeps it, without an exchange", async (assert) => {
      const it = scene();
      const { graph } = it.isolate();
      await request(it.clock, graph);
      await it.clock.advance(46 * MINUTE);
      it.object.evict();
      const served = await request(it.clock, graph);
      await it.clock.advance(0);
      assert.deepEqual([isKept(lastReply(it)), served.waitedMs, it.exchanges(), it.object.lives], [true, 0, 1, 2]);
      // Its demand counts: the empty object is woken and has the next one.
      it.object.evict();
      await it.clock.advance(7 * MINUTE);
      assert.deepEqual([it.exchanges(), it.object.rang.length], [2, 1]);
    });

    QUnit.test("a cold isolate makes it exchange, once in each life", async (assert) => {
      const it = scene();
      for (let life = 1; life <= 3; life++) {
        for (let count = 0; count < 10; count++) await request(it.clock, it.isolate().graph);
        assert.strictEqual(it.exchanges(), life);
        it.object.evict();
      }
    });

    QUnit.test("one that ends before the next is due is exchanged", async (assert) => {
      const it = scene();
      const old = it.isolate();
      await request(it.clock, old.graph);
      await it.clock.advance(20 * MINUTE);
      it.object.evict();
      await request(it.clock, it.isolate().graph);
      it.object.evict();
      await it.clock.advance(26 * MINUTE);
      await request(it.clock, old.graph);
      await it.clock.advance(0);
      assert.deepEqual([isKept(lastReply(it)), it.exchanges()], [false, 3]);
    });

    for (const fails of [false, true]) {
      const says = fails ? "rings for nothing where it cannot be taken back" : "takes its alarm back";
      QUnit.test(`what was renewed meanwhile ${says}`, async (assert) => {
        const it = scene();
        const { graph } = it.isolate();
        await request(it.clock, graph);
        await it.clock.advance(46 * MINUTE);
        await request(it.clock, graph);
        if (fails) it.object.broken.add("deleteAlarm");
        // By somebody who was cold, after an eviction.
        it.object.evict();
        await request(it.clock, it.isolate().graph);
        assert.deepEqual([it.object.alarmAt !== null, it.exchanges()], [fails, 2]);
        await it.clock.advance(10 * MINUTE);
        assert.deepEqual([it.object.alarmAt, it.object.rang.length, it.exchanges()], [null, fails ? 1 : 0, 2]);
      });
    }
  });
};
