/** A held credential as it ages in real workerd: who refreshes it, and that nobody waits for it. */
import type { Suite } from "../harness.ts";
import type { Answer } from "./client.ts";
import { keeps } from "./end-rows.ts";
import { type Keep, SCOPE } from "./order.ts";
import { once, printRow } from "./results.ts";
import { dates } from "./serve.ts";
import { pause, type Stage, type Wish, withStage } from "./stage.ts";
import type { Behaviour } from "./upstream.ts";

const CALLERS = 10;
/** The first credential is stale after 1 s and has its margin in the last tenth of its life; whatever comes later stays fresh. */
const lifeOf =
  (seconds: number): Behaviour["life"] =>
  (hop, call) =>
    hop === "target" && call === 1 ? { expires_in: seconds, refresh_in: 1 } : { expires_in: 3_600 };

/** Callers with the first credential, callers with a newer one, and exchanges so far. */
type Counts = readonly [first: number, newer: number, exchanges: number];

/** What shall be seen while it is stale, a while later, and inside the margin. Written by hand. */
const expected: Readonly<Record<"held" | "lost", Readonly<Record<"stale" | "later" | "margin", Counts>>>> = {
  held: { stale: [CALLERS, 0, 2], later: [0, CALLERS, 2], margin: [0, CALLERS, 2] },
  lost: { stale: [CALLERS, 0, 1], later: [CALLERS, 0, 1], margin: [0, CALLERS, 2] },
};

interface Aged {
  readonly stale: Counts;
  readonly later: Counts;
  readonly margin: Counts;
}

/** What became of those who needed a new one when the refresh failed. */
interface Failed {
  readonly right: number;
  readonly exchanges: number;
}

/** Something that is waited for until it is opened. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const askAll = ({ ask }: Stage, wish: Wish): Promise<Answer[]> =>
  Promise.all(Array.from({ length: CALLERS }, () => ask(wish)));

/** The second exchange is answered only after all that ask for the stale one have their answer: so none waited for it. */
async function age(stage: Stage, wish: Wish, staleLeaderResets: boolean): Promise<Aged> {
  const { upstream, ask, send, isRight } = stage;
  const { world } = wish;
  const { opened, open } = gate();
  const holds = wish.keep !== "none";
  upstream.behave(world, {
    life: lifeOf(5),
    async before(hop, call) {
      if (hop === "target" && call === 2) await opened;
      return true;
    },
  });
  const first = await ask(wish);
  const since = performance.now();
  const until = (seconds: number): Promise<void> => pause(since + seconds * 1_000 - performance.now());
  const look = async (): Promise<Counts> => {
    const answers = (await askAll(stage, wish)).filter((answer) => isRight(answer, world));
    const same = answers.filter(({ text }) => text === first.text).length;
    if (holds) await upstream.arrived(world, "target", 2, SCOPE);
    return [same, answers.length - same, upstream.count(world, "target", SCOPE)];
  };
  await until(1.4);
  if (staleLeaderResets) {
    const leader = send({ ...wish, act: "use", ms: 2_000 });
    await upstream.arrived(world, "api", 1);
    leader.reset();
  }
  const stale = await look();
  open();
  await pause(800);
  const later = await look();
  await until(4.75);
  const margin = await look();
  return { stale, later, margin };
}

/** The refresh behind an answer hangs until the held one has expired and others wait for it, and then it fails. */
async function fail(stage: Stage, wish: Wish): Promise<Failed> {
  const { upstream, ask, isRight } = stage;
  const { world } = wish;
  const { opened, open } = gate();
  upstream.behave(world, {
    life: lifeOf(2),
    async before(hop, call) {
      if (hop === "source" || call === 1) return true;
      await (call === 2 ? opened : pause(300));
      return call > 2;
    },
  });
  await ask(wish);
  await pause(1_200);
  await ask(wish);
  await pause(1_200);
  const waiting = askAll(stage, wish);
  await upstream.arrived(world, "target", 2, SCOPE);
  await pause(200);
  open();
  const right = (await waiting).filter((answer) => isRight(answer, world)).length;
  return { right, exchanges: upstream.count(world, "target", SCOPE) };
}

async function playAll(date: string, keep: Keep, says: string): Promise<readonly [Aged, Aged, Failed]> {
  const wish = (world: number): Wish => ({ world, keep, joinTimeoutMs: 3_000 });
  const seen = await withStage(date, (stage) =>
    Promise.all([age(stage, wish(1), false), age(stage, wish(2), true), fail(stage, wish(3))]),
  );
  const [{ stale, later, margin }] = seen;
  printRow(date, `a held credential, ${says}`, {
    "exchanges stale": stale[2],
    later: later[2],
    "in the margin": margin[2],
  });
  return seen;
}

export const suite: Suite = (QUnit) => {
  // All at once: they hardly do anything but wait for time to pass.
  const plays = keeps.flatMap(({ keep, says, holds }) =>
    Object.keys(dates).map((date) => ({ date, says, holds, play: once(() => playAll(date, keep, says)) })),
  );
  const playEvery = once(() => Promise.all(plays.map(({ play }) => play())));
  QUnit.module("table: a held credential in workerd", () => {
    for (const { date, says, holds, play } of plays) {
      const rows = expected[holds ? "held" : "lost"];
      QUnit.test(
        `${date}, ${says}: ${holds ? "refreshed behind an answer" : "not refreshed before the margin"}`,
        async (assert) => {
          await playEvery();
          assert.deepEqual((await play())[0], rows);
        },
      );
      QUnit.test(`${date}, ${says}: the request that met it stale is reset`, async (assert) => {
        await playEvery();
        assert.deepEqual((await play())[1], rows);
      });
      QUnit.test(`${date}, ${says}: a refresh that fails late costs nobody a credential`, async (assert) => {
        await playEvery();
        assert.deepEqual((await play())[2], { right: CALLERS, exchanges: 3 });
      });
    }
  });
};
