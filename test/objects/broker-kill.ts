/** The process of a broker's object is killed in the middle of exchanges, stays away, and comes back on its storage. */
import type { Suite } from "../harness.ts";
import { SCOPE } from "../workerd/order.ts";
import { once } from "../workerd/results.ts";
import { type Answer, gate, openBroker, pause } from "./broker-stage.ts";
import { steadyTraffic } from "./broker-traffic.ts";
import { storedIn } from "./stored.ts";

interface Killed {
  /** Requests that waited for the exchange when the process was killed. */
  readonly waiting: readonly Answer[];
  /** Of all that came before, meanwhile and afterwards. */
  readonly steady: readonly Answer[];
  /** Cold isolates while it was away. */
  readonly away: readonly Answer[];
  /** Cold isolates after it was back. */
  readonly back: readonly Answer[];
  readonly lives: number;
  readonly stored: readonly string[];
}

const times = (count: number, ask: (at: number) => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => ask(at)));

async function play(): Promise<Killed> {
  // A minute of it, which is looked at by a suite of its own, may as well begin now.
  await steadyTraffic();
  const it = await openBroker();
  const { opened, open } = gate();
  it.upstream.behave(1, {
    async before(hop, call) {
      if (hop === "target" && call === 1) await opened;
      return true;
    },
  });
  // Short enough to be renewed while it is away.
  it.upstream.behave(2, { life: (hop) => ({ expires_in: hop === "target" ? 6 : 3_600 }) });
  const steady: Answer[] = [];
  let ends = false;
  const loops = [0, 1].map(async (process) => {
    while (!ends) {
      steady.push(await it.ask({ world: 2, process }));
      await pause(50);
    }
  });
  await pause(500);
  const waiting = times(100, (at) => it.ask({ world: 1, process: at % 2, isolate: at % 10 }));
  await it.upstream.arrived(1, "target", 1, SCOPE);
  await pause(200);
  await it.object.kill();
  const ended = await waiting;
  open();
  const away = await times(100, (at) => it.ask({ world: 1, process: at % 2, isolate: 100 + (at % 10) }));
  await pause(7_000);
  await it.object.start();
  const back = await times(100, (at) => it.ask({ world: 1, process: at % 2, isolate: 200 + (at % 10) }));
  await pause(7_000);
  ends = true;
  await Promise.all(loops);
  const stored = storedIn(it.object).flatMap(({ rows }) => Object.keys(rows));
  it.close();
  return { waiting: ended, steady, away, back, lives: it.lives(1), stored: [...new Set(stored)].sort() };
}

const wrong = (answers: readonly Answer[]): number => answers.filter(({ right }) => !right).length;
const reasons = (answers: readonly Answer[]): string =>
  [...new Set(answers.flatMap((one) => one.fallbacks))].sort().join();

export const suite: Suite = (QUnit) => {
  const played = once(play);
  QUnit.module("a broker's process that is killed", () => {
    QUnit.test("in the middle of an exchange that a hundred requests wait for: none fails", async (assert) => {
      const { waiting } = await played();
      assert.deepEqual([waiting.length, wrong(waiting), reasons(waiting)], [100, 0, "unreachable"]);
    });

    QUnit.test("isolates that find nobody there exchange on their own", async (assert) => {
      const { away } = await played();
      assert.deepEqual([wrong(away), reasons(away)], [0, "unreachable"]);
    });

    QUnit.test("when it is back it serves all again, on what it had stored", async (assert) => {
      const { back, lives, stored } = await played();
      assert.deepEqual([wrong(back), reasons(back), new Set(back.map(({ token }) => token)).size], [0, "", 1]);
      assert.deepEqual([lives, stored], [2, ["broker:world1", "broker:world2"]]);
    });

    QUnit.test("steady traffic of short-lived tokens goes on through all of it", async (assert) => {
      const { steady } = await played();
      assert.strictEqual(wrong(steady), 0);
      assert.ok(steady.length > 100, `${steady.length} requests`);
      // Away for longer than a token lasts, and back for longer than that.
      assert.strictEqual(reasons(steady), "unreachable");
      const last = steady.slice(-10).map(({ fallbacks }) => fallbacks.length);
      const middle = steady.slice(-60, -50).map(({ fallbacks }) => fallbacks.length);
      assert.strictEqual(Math.max(...last), Math.max(...middle));
    });
  });
};
