/** Renewal ahead of time: by alarm, on demand, after failures, after evictions, and with storage that fails. */
import type { BearerToken, GetOptions } from "@tokenhop/core";
import { failure, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { objectDouble } from "./object-double.ts";
import { dice, isKept, lastReply, request, type Scene, scene } from "./support.ts";

const MINUTE = 60_000;

/** The exchange number `call`, over all lives. */
function answerWith(it: Scene, answer: (call: number) => BearerToken | undefined): void {
  let call = 0;
  const wrap = (): void => {
    for (const { target } of it.brokers) {
      const { answer: before } = target;
      if (Object.hasOwn(target, "wrapped")) continue;
      Object.assign(target, { wrapped: true });
      target.answer = async (number, asked) => {
        const given = answer(++call);
        return given ?? before(number, asked);
      };
    }
  };
  wrap();
}

const rows = (it: Scene): Readonly<Record<string, unknown>> => Object.fromEntries(it.object.stored);

export const suite: Suite = (QUnit) => {
  QUnit.module("broker, renewal", () => {
    QUnit.test(
      "asked for in its window it is renewed by alarm, and whoever comes back gets the new one",
      async (assert) => {
        const it = scene();
        const { graph } = it.isolate();
        const { token: first } = await request(it.clock, graph);
        const start = it.clock.now();
        assert.deepEqual([it.object.alarmAt, Object.keys(rows(it))], [null, ["broker:graph"]]);
        await it.clock.advance(46 * MINUTE);
        assert.ok((await request(it.clock, graph)).token === first);
        await it.clock.advance(0);
        assert.ok(isKept(lastReply(it)));
        const { nextDueAt, lastDemandAt } = rows(it)["broker:graph"] as { nextDueAt: number; lastDemandAt: number };
        assert.deepEqual([it.object.alarmAt, lastDemandAt - start], [nextDueAt, 46 * MINUTE]);
        assert.ok(nextDueAt - start >= 0.86 * 60 * MINUTE && nextDueAt - start <= 0.88 * 60 * MINUTE);
        await it.clock.advance(nextDueAt - it.clock.now());
        assert.deepEqual([it.exchanges(), it.object.alarmAt], [2, null]);
        await it.clock.advance(MINUTE);
        // Served at once with the old one; the new one comes behind the answer.
        assert.deepEqual((await request(it.clock, graph)).token === first, true);
        await it.clock.advance(0);
        const { token: second, waitedMs } = await request(it.clock, graph);
        assert.deepEqual([second === first, waitedMs, it.exchanges()], [false, 0, 2]);
        assert.deepEqual(Object.keys(rows(it)["broker:graph"] as object), ["nextDueAt"]);
      },
    );

    QUnit.test("not asked for in its window it is left to end", async (assert) => {
      const it = scene();
      const { graph } = it.isolate();
      await request(it.clock, graph);
      await it.clock.advance(20 * MINUTE);
      await request(it.clock, graph);
      await it.clock.advance(100 * MINUTE);
      assert.deepEqual([it.exchanges(), it.object.rang.length, it.object.operations.setAlarm ?? 0], [1, 0, 0]);
    });

    QUnit.test("a cold isolate in the window is demand, one before it is not", async (assert) => {
      const it = scene();
      await request(it.clock, it.isolate().graph);
      await it.clock.advance(20 * MINUTE);
      await request(it.clock, it.isolate().graph);
      assert.strictEqual(it.object.alarmAt, null);
      await it.clock.advance(26 * MINUTE);
      await request(it.clock, it.isolate().graph);
      assert.ok(it.object.alarmAt !== null);
      assert.strictEqual(it.exchanges(), 1);
    });

    QUnit.test("demand is written once for each credential", async (assert) => {
      const it = scene();
      await request(it.clock, it.isolate().graph);
      await it.clock.advance(46 * MINUTE);
      for (let count = 0; count < 50; count++) await request(it.clock, it.isolate().graph);
      assert.deepEqual([it.object.operations.put, it.object.operations.setAlarm, it.object.calls()], [2, 1, 51]);
    });

    QUnit.test(
      "who is late, and holds one, is given the new one; who is cold gets the old one at once",
      async (assert) => {
        const it = scene({ exchangeMs: 900 });
        const warm = it.isolate();
        const { token: first } = await request(it.clock, warm.graph);
        // Nobody came in the window, so there is no alarm; it is still good.
        await it.clock.advance(54 * MINUTE);
        const cold = await request(it.clock, it.isolate().graph);
        assert.deepEqual([cold.token === first, cold.waitedMs, it.exchanges()], [true, 0, 2]);
        const stale = await request(it.clock, warm.graph);
        assert.deepEqual([stale.token === first, stale.waitedMs], [true, 0]);
        await it.clock.advance(900);
        const { token, waitedMs } = await request(it.clock, warm.graph);
        assert.deepEqual([token === first, waitedMs, it.exchanges()], [false, 0, 2]);
      },
    );

    QUnit.test("a failed renewal is tried again while the credential lasts, and nobody is told", async (assert) => {
      const it = scene();
      const isolate = it.isolate();
      await request(it.clock, isolate.graph);
      answerWith(it, (call) => {
        if (call <= 12) throw failure({ status: 503 });
        return undefined;
      });
      const seen: unknown[] = [];
      for (let minute = 0; minute < 70; minute++) {
        seen.push((await request(it.clock, isolate.graph)).error);
        await it.clock.advance(MINUTE);
      }
      assert.ok(seen.every((error) => error === undefined));
      // Twelve tries failed in three renewals of five and two tries; each was told.
      assert.strictEqual(it.object.logged.length, 2);
      assert.ok(it.object.logged.every((line) => line.startsWith("Cannot renew the credential of graph: ")));
      assert.deepEqual([it.object.rang.length >= 3, isolate.fallbacks], [true, []]);
      assert.strictEqual(it.exchanges(), 14);
    });

    QUnit.test(
      "many that wait for a renewal that fails are one line in the log, and keep what they hold",
      async (assert) => {
        const it = scene();
        const isolates = Array.from({ length: 10 }, () => it.isolate());
        for (const { graph } of isolates) await request(it.clock, graph);
        answerWith(it, () => {
          throw failure({ recovery: "stop" });
        });
        // Nobody came in the window; now all come.
        await it.clock.advance(54 * MINUTE);
        for (const { graph } of isolates) graph.get();
        await it.clock.advance(20_000);
        assert.strictEqual(it.object.logged.length, 1);
        assert.ok(it.object.crossings.slice(-10).every(({ reply }) => isKept(reply)));
        assert.deepEqual(
          isolates.flatMap(({ fallbacks }) => fallbacks),
          [],
        );
      },
    );

    QUnit.test("it is not tried before the server wants it to be", async (assert) => {
      const it = scene();
      const isolate = it.isolate();
      await request(it.clock, isolate.graph);
      answerWith(it, (call) => {
        if (call === 1) throw failure({ recovery: "stop", retryAfterMs: 100_000 });
        return undefined;
      });
      await it.clock.advance(46 * MINUTE);
      await request(it.clock, isolate.graph);
      await it.clock.advance(14 * MINUTE);
      const [first = 0, second = 0] = it.object.rang;
      assert.strictEqual(second - first, 100_000);
    });

    QUnit.test(
      "what nobody can renew any more rings no more, and those who come fail as the exchange does",
      async (assert) => {
        const it = scene();
        const isolate = it.isolate();
        await request(it.clock, isolate.graph);
        answerWith(it, () => {
          throw failure({ code: "ERR_EXCHANGE_REFUSED", recovery: "stop" });
        });
        await it.clock.advance(46 * MINUTE);
        await request(it.clock, isolate.graph);
        await it.clock.advance(20 * MINUTE);
        const rang = it.object.rang.length;
        assert.ok(rang >= 2 && rang <= 20, `${rang} alarms`);
        assert.strictEqual(it.object.alarmAt, null);
        const { error } = await request(it.clock, isolate.graph);
        assert.strictEqual((error as { code?: string }).code, "ERR_EXCHANGE_REFUSED");
        await it.clock.advance(600 * MINUTE);
        assert.deepEqual([it.object.rang.length, isolate.fallbacks], [rang, []]);
      },
    );

    QUnit.test("an alarm never rings again at once, whatever a provider does", async (assert) => {
      const { clock } = scene();
      const waiting = failure({ code: "ERR_CALL_TIMEOUT" });
      const { provider } = world({ clock });
      const odd = {
        ...provider,
        get: (options: GetOptions) => (options.eager ? Promise.reject(waiting) : provider.get(options)),
      };
      const object = objectDouble({ clock, providers: () => ({ graph: odd }) });
      const ask = (): Promise<unknown> =>
        object.namespace.getByName("broker").credential({ version: 1, provider: "graph" });
      await ask();
      await clock.advance(46 * MINUTE);
      await ask();
      await clock.advance(10 * MINUTE);
      assert.deepEqual([object.rang.length, object.alarmAt], [1, null]);
    });

    QUnit.test("a provider with another idea of when it is due is renewed then", async (assert) => {
      const it = scene();
      const { clock } = it;
      const tokenex = world({ clock, refresh: "tokenex", random: dice(3) });
      const object = objectDouble({ clock, providers: () => ({ graph: tokenex.provider }) });
      const ask = (): Promise<unknown> =>
        object.namespace.getByName("broker").credential({ version: 1, provider: "graph" });
      await ask();
      await clock.advance(46 * MINUTE);
      await ask();
      await clock.advance(13 * MINUTE);
      assert.strictEqual(tokenex.target.calls, 2);
      assert.ok(object.rang.length >= 2 && object.rang.length <= 4, `${object.rang.length} alarms`);
    });
  });
};
