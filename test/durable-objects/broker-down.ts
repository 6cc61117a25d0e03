/** A broker that cannot be asked, at every moment: no request fails, and whoever holds a credential does not wait. */
import { failure } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { faultRows } from "./broker-faults.ts";
import type { Fault } from "./object-double.ts";
import { type Isolate, request, type Scene, type Served, scene } from "./support.ts";

const MINUTE = 60_000;

/** What the isolate is about when the calls begin to fail. */
interface Moment {
  readonly says: string;
  /** Whether it holds something that it can use. */
  readonly holds: boolean;
  prepare(it: Scene, isolate: Isolate): Promise<void>;
}

const warm = async (it: Scene, { graph }: Isolate, minutes: number): Promise<void> => {
  await request(it.clock, graph);
  await it.clock.advance(minutes * MINUTE);
};

const moments: readonly Moment[] = [
  { says: "the first request", holds: false, prepare: async () => undefined },
  { says: "in the window", holds: true, prepare: (it, isolate) => warm(it, isolate, 48) },
  { says: "when it is due", holds: true, prepare: (it, isolate) => warm(it, isolate, 53) },
  {
    says: "when it was refused by a downstream",
    holds: false,
    async prepare(it, isolate) {
      await warm(it, isolate, 10);
      isolate.graph.invalidate();
    },
  },
];

/** Fails the calls from here on. */
function failWith(it: Scene, faults: readonly (Fault | undefined)[]): void {
  const before = it.object.calls();
  it.object.fault = (call) => faults[Math.min(call - before, faults.length) - 1];
}

const isServed = ({ token, error }: Served): boolean => token !== undefined && error === undefined;

export const suite: Suite = (QUnit) => {
  QUnit.module("table: a broker that cannot be asked", () => {
    for (const { says, holds, prepare } of moments) {
      for (const { says: what, faults, reason, calls, waitsMs } of faultRows) {
        QUnit.test(`${says}: ${what}`, async (assert) => {
          const it = scene();
          const isolate = it.isolate();
          await prepare(it, isolate);
          const before = it.object.calls();
          failWith(it, faults);
          const served = await request(it.clock, isolate.graph);
          assert.ok(isServed(served), `${served.error}`);
          assert.strictEqual(served.waitedMs, holds ? 0 : waitsMs);
          // Whoever held something is refreshed behind the answer.
          await it.clock.advance(waitsMs);
          assert.deepEqual(isolate.fallbacks, reason ? [["graph", reason]] : []);
          assert.deepEqual([it.object.calls() - before, isolate.local.target.calls], [calls, reason ? 1 : 0]);
          // Whoever has another one now does not ask again before half an hour has passed.
          for (let minute = 0; reason && minute < 30; minute++) {
            assert.ok(isServed(await request(it.clock, isolate.graph)));
            await it.clock.advance(MINUTE);
          }
          assert.strictEqual(it.object.calls() - before, calls);
        });
      }
    }
  });

  QUnit.module("broker, down for long", () => {
    QUnit.test("each isolate is one process; afterwards all go back to the broker", async (assert) => {
      const it = scene({ exchangeMs: 300 });
      const isolates = Array.from({ length: 4 }, () => it.isolate());
      let waited = 0;
      const run = async (minutes: number): Promise<void> => {
        for (let minute = 0; minute < minutes; minute++) {
          for (const { graph } of isolates) {
            const served = await request(it.clock, graph);
            assert.ok(isServed(served), `${served.error}`);
            if (served.waitedMs > 0) waited++;
          }
          await it.clock.advance(MINUTE);
        }
      };
      await run(120);
      const before = it.brokers[0]?.target.calls ?? 0;
      assert.deepEqual([before, waited], [3, 1]);
      failWith(it, [{ when: "before", error: new Error("gone") }]);
      await run(300);
      const here = isolates.map(({ local }) => local.target.calls);
      assert.ok(
        here.every((count) => count >= 5 && count <= 7),
        `${here}`,
      );
      assert.ok(isolates.every(({ fallbacks }) => fallbacks.length <= 4 * 7));
      it.object.fault = undefined;
      await run(60);
      const back = isolates.map(({ local }) => local.target.calls);
      await run(240);
      assert.deepEqual(
        isolates.map(({ local }) => local.target.calls),
        back,
      );
      assert.strictEqual(waited, 1);
    });

    QUnit.test("who has nothing in hand is given what the isolate's own provider still holds", async (assert) => {
      const it = scene();
      const { graph, local } = it.isolate();
      const gone = [{ when: "before", error: new Error("gone") }] as const;
      failWith(it, gone);
      const { token: own } = await request(it.clock, graph);
      it.object.fault = undefined;
      await it.clock.advance(55 * MINUTE);
      await request(it.clock, graph);
      await it.clock.advance(MINUTE);
      const held = graph.peek();
      assert.ok(held && held.token.reveal() !== own);
      failWith(it, gone);
      local.target.answer = () => Promise.reject(failure());
      graph.invalidate(held);
      const { token, waitedMs } = await request(it.clock, graph);
      assert.deepEqual([token === own, waitedMs], [true, 0]);
    });

    QUnit.test("nobody keeps what was never there", async (assert) => {
      const it = scene();
      const { graph, fallbacks } = it.isolate();
      failWith(it, [{ when: "after", reply: { version: 1, ok: true, keep: true, refreshInMs: 60_000 } }]);
      const served = await request(it.clock, graph);
      assert.deepEqual([isServed(served), fallbacks], [true, [["graph", "unreadable"]]]);
    });

    QUnit.test("a listener that throws costs nothing", async (assert) => {
      const it = scene();
      const { graph } = it.isolate({
        onFallback() {
          throw new Error("mine");
        },
      });
      failWith(it, [{ when: "before", error: new Error("gone") }]);
      assert.ok(isServed(await request(it.clock, graph)));
    });

    QUnit.test("timeoutMs is for both calls together", async (assert) => {
      const it = scene({ latencyMs: 700 });
      const { graph, fallbacks } = it.isolate({ timeoutMs: 1_000 });
      const served = await request(it.clock, graph);
      assert.deepEqual([isServed(served), served.waitedMs, fallbacks], [true, 1_000, [["graph", "timeout"]]]);
    });

    QUnit.test("what was on its way for longer than it lasts is not used", async (assert) => {
      const it = scene({ latencyMs: 1_500 });
      const { graph, fallbacks } = it.isolate();
      const reply = { version: 1, ok: true, id: "a", token: "short", expiresInMs: 2_000, refreshInMs: 1_000 };
      failWith(it, [{ when: "after", reply }]);
      const served = await request(it.clock, graph);
      assert.deepEqual([isServed(served), served.token === "short", fallbacks], [true, false, [["graph", "timeout"]]]);
    });
  });
};
