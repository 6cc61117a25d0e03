/** What isolates tell the broker besides that they need a credential: that a downstream refused it, or demands claims. */

import { failure } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { type Isolate, request, type Scene, scene } from "./support.ts";

const MINUTE = 60_000;
const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}';
const OTHER_CLAIMS = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';

/** Every exchange gives a token of its own, which says its number and who made it. */
function number(it: Scene, isolates: readonly Isolate[] = []): void {
  const name = (prefix: string, { target }: Isolate["local"]): void => {
    const { answer } = target;
    target.answer = async (call, asked) => {
      const { expiresAt } = await answer(call, asked);
      const text = `${prefix}-${call}-${asked.claims ? "claims" : "plain"}`;
      return { kind: "bearer", expiresAt, token: { reveal: () => text } };
    };
  };
  for (const broker of it.brokers) name("broker", broker);
  isolates.forEach(({ local }, at) => void name(`local${at}`, local));
}

/** A scene whose broker and isolates are warm, each with `broker-1-plain`. */
async function warm(count: number, minutes: number): Promise<{ it: Scene; isolates: readonly Isolate[] }> {
  const it = scene();
  const isolates = Array.from({ length: count }, () => it.isolate());
  // The first life of the object begins with the first question; so its answers are numbered from the second on.
  await request(it.clock, it.isolate().graph);
  number(it, isolates);
  it.brokers[0]?.provider.invalidate();
  for (const { graph } of isolates) await request(it.clock, graph);
  await it.clock.advance(minutes * MINUTE);
  return { it, isolates };
}

const tokenOf = async (it: Scene, { graph }: Isolate, claims?: string): Promise<string | undefined> =>
  (await request(it.clock, graph, { claims })).token;

export const suite: Suite = (QUnit) => {
  QUnit.module("broker, a refused credential", () => {
    QUnit.test("one isolate tells, all get another one", async (assert) => {
      const { it, isolates } = await warm(3, 5);
      const [one, two, three] = isolates as [Isolate, Isolate, Isolate];
      assert.ok(one.graph.invalidate(one.graph.peek(), "unauthorized"));
      assert.strictEqual(await tokenOf(it, one), "broker-3-plain");
      // The others have not been told yet; when they are, the newer one is there, and stays.
      assert.strictEqual(await tokenOf(it, two), "broker-2-plain");
      await it.clock.advance(2 * MINUTE);
      for (const isolate of [two, three]) {
        assert.ok(isolate.graph.invalidate(isolate.graph.peek(), "unauthorized"));
        assert.strictEqual(await tokenOf(it, isolate), "broker-3-plain");
      }
      assert.deepEqual([it.exchanges(), isolates.flatMap(({ fallbacks }) => fallbacks)], [3, []]);
      assert.strictEqual(it.object.crossings.at(-1)?.question.holds, undefined);
    });

    QUnit.test(
      "a downstream that always says 401 costs one exchange a minute, however many isolates there are",
      async (assert) => {
        const { it, isolates } = await warm(10, 5);
        for (let second = 0; second < 600; second += 5) {
          for (const isolate of isolates) {
            await request(it.clock, isolate.graph);
            isolate.graph.invalidate(isolate.graph.peek(), "unauthorized");
          }
          await it.clock.advance(5_000);
        }
        assert.ok(it.exchanges() >= 9 && it.exchanges() <= 13, `${it.exchanges()} exchanges`);
        assert.deepEqual(
          isolates.flatMap(({ fallbacks, local }) => [...fallbacks, ...Array.from({ length: local.target.calls })]),
          [],
        );
      },
    );

    QUnit.test("invalidate() of an isolate is no more than that", async (assert) => {
      const { it, isolates } = await warm(1, 0);
      const [one] = isolates as [Isolate];
      for (let count = 0; count < 20; count++) {
        one.graph.invalidate();
        await request(it.clock, one.graph);
      }
      // Younger than half a minute, so the broker keeps it.
      assert.strictEqual(it.exchanges(), 2);
      await it.clock.advance(MINUTE);
      one.graph.invalidate();
      assert.strictEqual(await tokenOf(it, one), "broker-3-plain");
    });

    QUnit.test("when the new one takes long, the old one is given for a while", async (assert) => {
      const { it, isolates } = await warm(1, 5);
      const [one] = isolates as [Isolate];
      const [broker] = it.brokers;
      const answer = broker?.target.answer;
      if (broker && answer) {
        broker.target.answer = async (call, asked) => {
          await it.clock.sleep(3_000, asked.signal);
          return answer(call, asked);
        };
      }
      assert.ok(one.graph.invalidate(one.graph.peek(), "unauthorized"));
      const { token, waitedMs } = await request(it.clock, one.graph);
      assert.deepEqual([token, waitedMs], ["broker-2-plain", 2_000]);
      await it.clock.advance(11_000);
      await request(it.clock, one.graph);
      assert.strictEqual(await tokenOf(it, one), "broker-3-plain");
    });

    QUnit.test("what is no longer held is not told", async (assert) => {
      const { it, isolates } = await warm(1, 5);
      const [one] = isolates as [Isolate];
      const old = one.graph.peek();
      one.graph.invalidate(old);
      await request(it.clock, one.graph);
      assert.strictEqual(it.exchanges(), 3);
      one.graph.invalidate(old);
      await it.clock.advance(5 * MINUTE);
      await request(it.clock, one.graph);
      assert.strictEqual(it.exchanges(), 3);
    });

    QUnit.test("a credential that was kept is still the same one", async (assert) => {
      const { it, isolates } = await warm(1, 46);
      const [one] = isolates as [Isolate];
      const before = one.graph.peek();
      await request(it.clock, one.graph);
      await it.clock.advance(MINUTE);
      // The broker had it keep that: another object by now, the same credential.
      assert.ok(one.graph.peek() !== before && one.graph.peek()?.token === before?.token);
      assert.ok(one.graph.invalidate(before, "unauthorized"));
      assert.strictEqual(await tokenOf(it, one), "broker-3-plain");
    });

    QUnit.test("the broker hears of it when it can be asked again", async (assert) => {
      const { it, isolates } = await warm(1, 5);
      const [one] = isolates as [Isolate];
      one.graph.invalidate(one.graph.peek(), "unauthorized");
      it.object.fault = () => ({ when: "before", error: new Error("gone") });
      assert.strictEqual(await tokenOf(it, one), "local0-1-plain");
      it.object.fault = undefined;
      await it.clock.advance(55 * MINUTE);
      await request(it.clock, one.graph);
      await it.clock.advance(0);
      assert.strictEqual(await tokenOf(it, one), "broker-3-plain");
    });

    QUnit.test("a credential of the isolate's own is refused to its own provider", async (assert) => {
      const { it, isolates } = await warm(1, 5);
      const [one] = isolates as [Isolate];
      one.graph.invalidate();
      it.object.fault = () => ({ when: "before", error: new Error("gone") });
      assert.strictEqual(await tokenOf(it, one), "local0-1-plain");
      await it.clock.advance(5 * MINUTE);
      assert.ok(one.graph.invalidate(one.graph.peek(), "unauthorized"));
      assert.strictEqual(await tokenOf(it, one), "local0-2-plain");
    });
  });

  QUnit.module("broker, claims", () => {
    QUnit.test("a challenge goes to the broker, and its answer to all who are challenged so", async (assert) => {
      const { it, isolates } = await warm(3, 5);
      const [one, two, three] = isolates as [Isolate, Isolate, Isolate];
      assert.strictEqual(await tokenOf(it, one, CLAIMS), "broker-3-claims");
      assert.strictEqual(it.brokers[0]?.target.asked.at(-1)?.claims, CLAIMS);
      // Much later: the engine's own half minute has passed.
      await it.clock.advance(10 * MINUTE);
      assert.strictEqual(await tokenOf(it, two, CLAIMS), "broker-3-claims");
      assert.strictEqual(it.exchanges(), 3);
      // Who holds that one already, and is challenged all the same, needs another.
      assert.strictEqual(await tokenOf(it, one, CLAIMS), "broker-4-claims");
      await it.clock.advance(MINUTE);
      assert.strictEqual(await tokenOf(it, three, OTHER_CLAIMS), "broker-5-claims");
      assert.deepEqual(
        isolates.flatMap(({ fallbacks }) => fallbacks),
        [],
      );
    });

    QUnit.test("a cold isolate is given what satisfies the last challenge", async (assert) => {
      const { it, isolates } = await warm(1, 5);
      await tokenOf(it, isolates[0] as Isolate, CLAIMS);
      assert.strictEqual((await request(it.clock, it.isolate().graph)).token, "broker-3-claims");
    });

    QUnit.test("they reach the isolate's own provider when the broker cannot be asked", async (assert) => {
      const { it, isolates } = await warm(1, 5);
      const [one] = isolates as [Isolate];
      it.object.fault = () => ({ when: "before", error: new Error("gone") });
      assert.strictEqual(await tokenOf(it, one, CLAIMS), "local0-1-claims");
      assert.strictEqual(one.local.target.asked.at(-1)?.claims, CLAIMS);
    });

    QUnit.test("what the broker does not take, the isolate's own provider does", async (assert) => {
      const { it, isolates } = await warm(1, 5);
      const [one] = isolates as [Isolate];
      assert.strictEqual(
        await tokenOf(it, one, JSON.stringify({ access_token: "x".repeat(8_192) })),
        "local0-1-claims",
      );
      assert.deepEqual(one.fallbacks, [["graph", "refused"]]);
    });

    QUnit.test("a refusal of theirs is the answer", async (assert) => {
      const { it, isolates } = await warm(1, 5);
      const [one] = isolates as [Isolate];
      const [broker] = it.brokers;
      if (broker) {
        broker.target.answer = () =>
          Promise.reject(failure({ code: "ERR_EXCHANGE_INTERACTION", recovery: "stop", claims: OTHER_CLAIMS }));
      }
      const { error } = await request(it.clock, one.graph, { claims: CLAIMS });
      const { code, claims } = error as { readonly code?: string; readonly claims?: string };
      assert.deepEqual([code, claims, one.fallbacks], ["ERR_EXCHANGE_INTERACTION", undefined, []]);
    });
  });
};
