/** What a broker stores, and storage that fails. */
import { world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { objectDouble } from "./object-double.ts";
import { request, scene } from "./support.ts";

const MINUTE = 60_000;

export const suite: Suite = (QUnit) => {
  QUnit.module("broker, its storage", () => {
    for (const operation of ["list", "getAlarm", "put", "setAlarm", "deleteAlarm"]) {
      QUnit.test(`${operation} fails: no request does`, async (assert) => {
        const it = scene({ exchangeMs: 100 });
        it.object.broken.add(operation);
        const isolates = [it.isolate(), it.isolate()];
        for (let minute = 0; minute < 240; minute++) {
          for (const { graph } of isolates) {
            const { error } = await request(it.clock, graph);
            assert.strictEqual(error, undefined);
          }
          await it.clock.advance(MINUTE);
        }
        assert.ok(it.exchanges() <= 6, `${it.exchanges()} exchanges`);
        assert.ok(
          it.object.logged.every((line) => /^Cannot (read|write|set an alarm in) the broker's storage$/.test(line)),
        );
        assert.strictEqual(it.object.logged.length > 0, operation !== "deleteAlarm");
      });
    }

    QUnit.test("an alarm that could not be set is set with the next change", async (assert) => {
      const { clock } = scene();
      const [a, b] = [world({ clock }).provider, world({ clock }).provider];
      const object = objectDouble({ clock, providers: () => ({ a, b }) });
      const ask = (provider: string): Promise<unknown> =>
        object.namespace.getByName("broker").credential({ version: 1, provider });
      await ask("a");
      await clock.advance(46 * MINUTE);
      object.broken.add("setAlarm");
      await ask("a");
      assert.strictEqual(object.alarmAt, null);
      object.broken.clear();
      await ask("b");
      assert.ok(object.alarmAt !== null && object.alarmAt < clock.now() + 8 * MINUTE);
    });

    QUnit.test("it has names and times, and what else is in it does no harm", async (assert) => {
      const it = scene();
      const stored = it.object.stored as Map<string, unknown>;
      const junk = [
        null,
        1,
        "x",
        {},
        { nextDueAt: "soon", lastDemandAt: 1 },
        { nextDueAt: Number.NaN, lastDemandAt: 1 },
      ];
      for (const [at, row] of junk.entries()) stored.set(`broker:junk${at}`, row);
      stored.set("broker:gone", { nextDueAt: it.clock.now() + MINUTE, lastDemandAt: it.clock.now() });
      stored.set("mine", { token: "of somebody else" });
      const { graph } = it.isolate();
      await request(it.clock, graph);
      // The alarm of a provider that is not there any more takes its row away.
      await it.clock.advance(2 * MINUTE);
      assert.deepEqual([...stored.keys()].filter((key) => !key.includes("junk")).sort(), ["broker:graph", "mine"]);
      await it.clock.advance(44 * MINUTE);
      await request(it.clock, graph);
      const row = stored.get("broker:graph") as object;
      assert.deepEqual(Object.keys(row).sort(), ["lastDemandAt", "nextDueAt"]);
      assert.ok(Object.values(row).every((value) => typeof value === "number"));
      assert.deepEqual(it.object.logged, []);
    });

    QUnit.test("an alarm renews what was asked for, and nothing else that is due by then", async (assert) => {
      const { clock } = scene();
      const [long, short] = [world({ clock }), world({ clock, lifetimeMs: 40 * MINUTE })];
      const providers = () => ({ long: long.provider, short: short.provider });
      const object = objectDouble({ clock, providers });
      const ask = (provider: string): Promise<unknown> =>
        object.namespace.getByName("broker").credential({ version: 1, provider });
      await ask("long");
      await ask("short");
      await clock.advance(46 * MINUTE);
      await ask("long");
      await clock.advance(10 * MINUTE);
      assert.deepEqual([long.target.calls, short.target.calls, object.rang.length], [2, 1, 1]);
    });

    QUnit.test("the row of a provider that is gone is removed when the object wakes", async (assert) => {
      const { clock } = scene();
      let names = ["graph", "old"];
      const object = objectDouble({
        clock,
        providers: () => Object.fromEntries(names.map((name) => [name, world({ clock }).provider])),
      });
      const ask = (provider: string): Promise<unknown> =>
        object.namespace.getByName("broker").credential({ version: 1, provider });
      await ask("graph");
      await ask("old");
      await clock.advance(0);
      assert.deepEqual([...object.stored.keys()].sort(), ["broker:graph", "broker:old"]);
      names = ["graph"];
      object.evict();
      await ask("graph");
      await clock.advance(0);
      assert.deepEqual([...object.stored.keys()], ["broker:graph"]);
    });

    QUnit.test("a mistake in the configuration removes nothing, and no alarm rings for it again", async (assert) => {
      const { clock } = scene();
      let isWrong = false;
      const object = objectDouble({
        clock,
        providers: () => ({ graph: world({ clock }).provider, ...(isWrong && { other: {} as never }) }),
      });
      const ask = (provider: string): Promise<unknown> =>
        object.namespace.getByName("broker").credential({ version: 1, provider });
      await ask("graph");
      await clock.advance(46 * MINUTE);
      await ask("graph");
      assert.ok(object.alarmAt !== null);
      isWrong = true;
      object.evict();
      await clock.advance(120 * MINUTE);
      assert.deepEqual([[...object.stored.keys()], object.rang.length, object.alarmAt], [["broker:graph"], 1, null]);
      assert.strictEqual(object.logged.length, 1);
    });

    QUnit.test("there is one alarm, for whatever is due first", async (assert) => {
      const it = scene();
      const { clock } = it;
      const lives = { a: 60, b: 55, c: 50 };
      const worlds = Object.entries(lives).map(
        ([name, minutes]) => [name, world({ clock, lifetimeMs: minutes * MINUTE })] as const,
      );
      const object = objectDouble({
        clock,
        providers: () => Object.fromEntries(worlds.map(([name, { provider }]) => [name, provider])),
      });
      const ask = async (provider: string): Promise<void> =>
        void (await object.namespace.getByName("broker").credential({ version: 1, provider }));
      for (const name of Object.keys(lives)) await ask(name);
      // All are in their windows; the first is due after 43 minutes, the last one after 52.
      await clock.advance(42 * MINUTE);
      for (const name of Object.keys(lives)) await ask(name);
      assert.ok((object.alarmAt ?? 0) - clock.now() <= 2 * MINUTE);
      await clock.advance(5 * MINUTE);
      assert.deepEqual(object.rang.length, 1);
      await clock.advance(60 * MINUTE);
      // Each was asked for in one window, and renewed once.
      assert.deepEqual(
        worlds.map(([, { target }]) => target.calls),
        [2, 2, 2],
      );
      assert.deepEqual([object.rang.length, object.alarmAt], [3, null]);
    });
  });
};
