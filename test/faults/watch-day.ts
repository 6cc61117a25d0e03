/** `watch` over scripted days: exactly the events that the rules of refreshing and of failing lead to, written out by hand. */
import { failure, HOUR, type World, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";

type Row = readonly [atSeconds: number, type: "update" | "error" | "remove"];

/** Some events of one kind, at equal distances. */
const every = (seconds: number, from: number, until: number, type: Row[1]): Row[] =>
  Array.from({ length: Math.floor((until - from) / seconds) + 1 }, (_, index) => [from + index * seconds, type]);

/** A token lasts an hour and is due after 70 % of it and half of the 15 % behind that, as chance stands in the middle. */
const DUE = 2_790;
const OUTAGE = { from: 6 * 3_600, until: 7 * 3_600 };

/** Five tries take 7.5 s (pauses of half of 1, 2, 4 and 8 s); behind them a pause of half a second doubles up to 30 s. */
const quiet: readonly Row[] = every(DUE, 0, 86_399, "update");
const eventful: readonly Row[] = [
  ...every(DUE, 0, 19_530, "update"),
  // The outage has begun when the one of 22,320 is due.
  [22_327.5, "error"],
  [22_335.5, "error"],
  [22_344, "error"],
  [22_353.5, "error"],
  [22_365, "error"],
  [22_380.5, "error"],
  [22_404, "error"],
  ...every(37.5, 22_441.5, 23_116.5, "error"),
  // What came at 19,530 is over.
  [23_130, "remove"],
  ...every(37.5, 23_154, 25_179, "error"),
  // The outage ends at 25,200, the pause a little later.
  ...every(DUE, 25_209, 41_949, "update"),
  // At noon somebody invalidates it, at three a resource demands claims.
  ...every(DUE, 43_200, 51_570, "update"),
  ...every(DUE, 54_000, 62_370, "update"),
  // At six the machine sleeps for three hours, of which the monotonic clock knows nothing. The next look is within a minute.
  ...every(DUE, 64_830, 86_399, "update"),
];

interface Follower {
  readonly seen: { readonly at: number; readonly type: string }[];
  end(): Promise<void>;
}

function follow({ clock, provider }: World): Follower {
  const start = clock.monotonic();
  const seen: Follower["seen"] = [];
  const stop = new AbortController();
  const ended = (async () => {
    for await (const event of provider.watch({ signal: stop.signal })) {
      record("watch", event);
      seen.push({ at: (clock.monotonic() - start) / 1_000, type: event.type });
    }
  })();
  return {
    seen,
    end() {
      stop.abort();
      return ended;
    },
  };
}

/** The first event that is not as expected. Between two looks are pauses of 50 ms, a few of which may add up. */
function difference({ seen }: Follower, expected: readonly Row[]): unknown {
  const fits = (index: number): boolean => {
    const [at, type] = expected[index] ?? [Number.NaN, ""];
    const one = seen[index];
    return one?.type === type && Math.abs(one.at - at) < 1;
  };
  const length = Math.max(seen.length, expected.length);
  const index = Array.from({ length }, (_, at) => at).find((at) => !fits(at));
  return index === undefined ? "none" : { index, seen: seen[index], expected: expected[index] };
}

/** The clock may not stand in the middle of what happens at an instant. */
const until = ({ clock }: World, seconds: number): Promise<void> => clock.advance(seconds * 1_000 - clock.monotonic());

async function playEventfulDay(it: World): Promise<void> {
  const { clock, provider, target } = it;
  const { answer } = target;
  await until(it, OUTAGE.from);
  target.answer = () => {
    throw failure();
  };
  await until(it, OUTAGE.until);
  target.answer = answer;
  await until(it, 12 * 3_600);
  provider.invalidate();
  await until(it, 15 * 3_600);
  await provider.get({ claims: '{"access_token":{"nbf":{"essential":true}}}' });
  await until(it, 18 * 3_600);
  clock.suspend(3 * HOUR);
  await until(it, 24 * 3_600);
}

export const suite: Suite = (QUnit) => {
  QUnit.module("storms, a day watched", () => {
    QUnit.test("a quiet day: an update whenever one is due, and no other", async (assert) => {
      const it = world();
      const follower = follow(it);
      await until(it, 24 * 3_600);
      assert.deepEqual([quiet.length, difference(follower, quiet)], [31, "none"]);
      assert.strictEqual(it.target.calls, 31);
      await follower.end();
      assert.strictEqual(it.clock.sleepers, 0, "nothing is left that would keep a process");
    });

    QUnit.test("an outage, an invalidation, claims and sleep: each event where it belongs", async (assert) => {
      const it = world();
      const follower = follow(it);
      await playEventfulDay(it);
      assert.strictEqual(difference(follower, eventful), "none");
      assert.strictEqual(follower.seen.filter(({ type }) => type === "error").length, 81);
      await follower.end();
      assert.strictEqual(it.clock.sleepers, 0);
    });

    QUnit.test("the comparison sees an event too many, one too few, and one at another time", (assert) => {
      const seen = quiet.map(([at, type]) => ({ at, type }));
      const compare = (...rows: Follower["seen"]) => difference({ seen: rows, end: async () => {} }, quiet);
      assert.strictEqual(compare(...seen), "none");
      assert.notStrictEqual(compare(...seen, { at: 86_399, type: "update" }), "none");
      assert.notStrictEqual(compare(...seen.slice(1)), "none");
      const other = (event: Follower["seen"][number]) => compare(...seen.map((one, at) => (at === 3 ? event : one)));
      assert.notStrictEqual(other({ at: 3 * DUE + 2, type: "update" }), "none");
      assert.notStrictEqual(other({ at: 3 * DUE, type: "error" }), "none");
    });
  });
};
