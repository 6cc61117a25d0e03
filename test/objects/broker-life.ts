/**
 * The life of a broker's object in real workerd, with isolates of two other processes: a storm, an idle gap, an end in the middle of
 * exchanges, another version, and no traffic any more. No request fails.
 */
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { send } from "../workerd/client.ts";
import { SCOPE } from "../workerd/order.ts";
import { once } from "../workerd/results.ts";
import { type Answer, type BrokerStage, gate, openBroker, pause, type Wish } from "./broker-stage.ts";
import { steadyTraffic } from "./broker-traffic.ts";
import { storedIn } from "./stored.ts";
import { type Play, playTogether } from "./together.ts";

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Requests of both processes at once, with this many isolates in each. */
const askAll = (it: BrokerStage, count: number, isolates: number, wish: Wish): Promise<Answer[]> =>
  Promise.all(
    times(count, (at) =>
      it.ask({ ...wish, process: at % 2, isolate: (wish.isolate ?? 0) + (Math.floor(at / 2) % isolates) }),
    ),
  );

/** What all of them came to. */
const sum = (answers: readonly Answer[]) => ({
  right: answers.filter(({ right }) => right).length,
  tokens: new Set(answers.map(({ token }) => token)).size,
  fallbacks: [...new Set(answers.flatMap(({ fallbacks }) => fallbacks))],
});

const plays = (stage: () => Promise<BrokerStage>): readonly Play[] => [
  {
    // A minute of it, which is looked at by a suite of its own.
    says: "steady traffic begins",
    play: async () => (await steadyTraffic()).slices.length > 0,
    expected: true,
  },
  {
    says: "1,000 requests of 50 cold isolates in two processes: one exchange",
    async play() {
      const it = await stage();
      const answers = await askAll(it, 1_000, 25, { world: 1 });
      return { ...sum(answers), exchanges: it.exchanges(1), lives: it.lives(1) };
    },
    expected: { right: 1_000, tokens: 1, fallbacks: [], exchanges: 1, lives: 1 },
  },
  {
    says: "a namespace that is bound as users bind it: the same",
    async play() {
      const it = await stage();
      const answers = await Promise.all(times(100, (at) => it.ask({ world: 2, process: -1, isolate: at % 10 })));
      return { ...sum(answers), exchanges: it.exchanges(2) };
    },
    expected: { right: 100, tokens: 1, fallbacks: [], exchanges: 1 },
  },
  {
    says: "left alone for sixteen seconds: one more exchange for all that are cold, none for the others",
    async play() {
      const it = await stage();
      await askAll(it, 20, 2, { world: 3 });
      await pause(16_000);
      const warm = sum(await askAll(it, 20, 2, { world: 3 }));
      const before = it.exchanges(3);
      const cold = sum(await askAll(it, 200, 20, { world: 3, isolate: 100 }));
      return { warm, before, cold, exchanges: it.exchanges(3), lives: it.lives(3) };
    },
    expected: {
      warm: { right: 20, tokens: 1, fallbacks: [] },
      before: 1,
      cold: { right: 200, tokens: 1, fallbacks: [] },
      exchanges: 2,
      lives: 2,
    },
  },
  {
    says: "left alone until it is evicted, then asked ahead of time: isolates keep what they hold, the alarm has the next one",
    async play() {
      const it = await stage();
      // Due after 20.6 to 21.1 seconds, asked for from 14.6 to 15.1 on, in the first half of that.
      it.upstream.behave(4, { life: (hop) => ({ expires_in: hop === "target" ? 24 : 3_600 }) });
      const first = sum(await askAll(it, 20, 2, { world: 4 }));
      await pause(18_200);
      const later = sum(await askAll(it, 20, 2, { world: 4 }));
      await pause(800);
      const kept = [it.exchanges(4), it.lives(4), it.rings(4)];
      await pause(3_000);
      const woken = [it.exchanges(4), it.rings(4)];
      await askAll(it, 20, 2, { world: 4 });
      await pause(500);
      const last = sum(await askAll(it, 20, 2, { world: 4 }));
      return { first, later, kept, woken, last, exchanges: it.exchanges(4) };
    },
    expected: {
      first: { right: 20, tokens: 1, fallbacks: [] },
      later: { right: 20, tokens: 1, fallbacks: [] },
      kept: [1, 2, 0],
      woken: [2, 1],
      last: { right: 20, tokens: 1, fallbacks: [] },
      exchanges: 2,
    },
  },
  {
    says: "thrown out in the middle of an exchange: no request fails",
    async play() {
      const it = await stage();
      const { opened, open } = gate();
      it.upstream.behave(5, {
        async before(hop, call) {
          if (hop === "target" && call === 1) await opened;
          return true;
        },
      });
      const waiting = askAll(it, 100, 5, { world: 5 });
      await it.upstream.arrived(5, "target", 1, SCOPE);
      await pause(200);
      await it.knock(5, "/abort");
      const { right } = sum(await waiting);
      open();
      // Again and again, while nobody is waiting and while everybody is.
      let rightLater = 0;
      for (let round = 0; round < 10; round++) {
        const cold = askAll(it, 20, 2, { world: 5, isolate: 100 * round + 100 });
        await it.knock(5, "/abort");
        rightLater += sum(await cold).right;
      }
      const after = sum(await askAll(it, 20, 2, { world: 5, isolate: 5_000 }));
      return { right, rightLater, after, lives: it.lives(5) >= 11 };
    },
    expected: { right: 100, rightLater: 200, after: { right: 20, tokens: 1, fallbacks: [] }, lives: true },
  },
  {
    says: "whoever began an exchange goes away: all others get what comes of it",
    async play() {
      const it = await stage();
      const { opened, open } = gate();
      it.upstream.behave(8, {
        async before(hop) {
          if (hop === "target") await opened;
          return true;
        },
      });
      const leader = send(it.urlOf({ world: 8 }));
      await it.upstream.arrived(8, "target", 1, SCOPE);
      const waiting = askAll(it, 40, 4, { world: 8 });
      await pause(300);
      leader.reset();
      await pause(300);
      open();
      const { kind } = await leader.answer;
      return { kind, ...sum(await waiting), exchanges: it.exchanges(8) };
    },
    expected: { kind: "gone", right: 40, tokens: 1, fallbacks: [], exchanges: 1 },
  },
  {
    says: "another version, nonsense, a failure, silence: each isolate exchanges on its own, and says why",
    async play() {
      const it = await stage();
      const seen: Record<string, unknown> = {};
      for (const name of ["version 0", "version 2", "no version", "nonsense", "a function", "failure", "silence"]) {
        const answers = await askAll(it, 20, 1, { world: 6, name, timeoutMs: name === "silence" ? 700 : 5_000 });
        const { right, fallbacks } = sum(answers);
        seen[name] = [right, fallbacks.join()];
      }
      return { seen, exchanges: it.exchanges(6), lives: it.lives(6) };
    },
    expected: {
      seen: {
        "version 0": [20, "version"],
        "version 2": [20, "version"],
        "no version": [20, "version"],
        nonsense: [20, "unreadable"],
        "a function": [20, "unreadable"],
        failure: [20, "unreachable"],
        silence: [20, "timeout"],
      },
      exchanges: 14,
      lives: 0,
    },
  },
  {
    says: "when the traffic stops the alarms do, within one lifetime, and nobody exchanges any more",
    async play() {
      const it = await stage();
      // Due after 8.6 to 8.8 seconds, asked for from 6.1 to 6.3 on.
      it.upstream.behave(7, { life: (hop) => ({ expires_in: hop === "target" ? 10 : 3_600 }) });
      let wrong = 0;
      const until = performance.now() + 15_000;
      // It stops as soon as the second one is there.
      while (it.exchanges(7) < 2 && performance.now() < until) {
        for (const { right } of await askAll(it, 4, 1, { world: 7 })) if (!right) wrong++;
        await pause(200);
      }
      const stopped = [it.exchanges(7), it.rings(7)];
      await pause(10_000);
      const later = [it.exchanges(7), it.rings(7)];
      const alarm = await it.knock(7, "/alarm");
      await pause(3_000);
      return { wrong, stopped, later, alarm, last: [it.exchanges(7), it.rings(7)] };
    },
    expected: { wrong: 0, stopped: [2, 1], later: [2, 1], alarm: "null", last: [2, 1] },
  },
];

/** What is stored by all of that: read from the files, whole, and searched for tokens. */
function look({ object }: BrokerStage): readonly string[] {
  for (const { path, bytes } of object.storage()) record(`storage ${path}`, bytes.toString("latin1"));
  return storedIn(object).flatMap(({ owner, rows }) =>
    Object.entries(rows).flatMap(([key, row]) => {
      const isName = owner === "app-Broker" && /^broker:world\d+$/.test(key);
      const fields = Object.entries(row as object);
      const areTimes = fields.every(
        ([name, value]) => /^(nextDueAt|lastDemandAt)$/.test(name) && Math.abs(value - Date.now()) < 3_600_000,
      );
      return isName && areTimes && fields.length > 0 ? [] : [`${owner} ${key}: ${JSON.stringify(row)}`];
    }),
  );
}

export const suite: Suite = (QUnit) => {
  const stage = once(() => openBroker());
  playTogether(QUnit, "the life of a broker's object", plays(stage));
  QUnit.module("the storage of a broker's object", () => {
    QUnit.test("has names of providers and times, and no token", async (assert) => {
      const it = await stage();
      assert.ok(storedIn(it.object).filter(({ rows }) => Object.keys(rows).length > 0).length >= 6);
      assert.deepEqual(look(it), []);
      it.close();
    });
  });
};
