/** The request that started an exchange ends, in every way it can, while others wait for the same. In real workerd. */
import type { Suite } from "../harness.ts";
import type { Answer, Sent } from "./client.ts";
import { type EndRow, type Expected, endRows, keeps } from "./end-rows.ts";
import { type Keep, SCOPE } from "./order.ts";
import { once, printRow } from "./results.ts";
import { dates } from "./serve.ts";
import { pause, type Stage, type Wish, withStage } from "./stage.ts";

const JOINERS = 20;
const SLOW_MS = 500;
const API_MS = 300;
const JOIN_TIMEOUT_MS = 1_500;
/** What a busy machine may add. A joiner that nobody answers waits three times as long. */
const SLACK_MS = 2_500;
const OTHER = "api://other/.default";

/** What was seen of one row. */
interface Seen {
  /** Joiners with the credential that they should get, and those that got something else. */
  readonly right: number;
  readonly wrong: readonly string[];
  readonly slowestMs: number;
  readonly source: number;
  readonly target: number;
  readonly other: number;
  /** Requests afterwards that were answered rightly. */
  readonly later: number;
  readonly alive: boolean;
}

/** The first request of the slow hop is not answered before the gate is open, so a slow machine changes nothing. */
function behave(stage: Stage, world: number, { slow, otherScope }: EndRow): () => void {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  stage.upstream.behave(world, {
    async before(hop, call) {
      if (hop === slow || otherScope) await pause(SLOW_MS);
      if (hop === slow && call === 1) await gate;
      return true;
    },
  });
  return open;
}

/** Ends it at its moment, and gives the runtime a little time to see it. */
async function endLeader({ upstream }: Stage, { world }: Wish, row: EndRow, leader: Sent): Promise<void> {
  const { client, when } = row;
  if (when === "used") await upstream.arrived(world, "api", 1);
  if (when === "parted") await upstream.arrived(world, "target", 1, OTHER);
  if (client === "resets") leader.reset();
  else if (client === "closes") leader.close();
  else if (row.leader === "throw" || row.leader === "leave") {
    upstream.letEnd(world);
    await leader.answer;
  }
  await pause(100);
}

/** A joiner of its own, which is reset once it has started an exchange; an exchange that is held does not let it. */
async function resetHeir({ send, upstream }: Stage, wish: Wish, open: () => void): Promise<void> {
  const heir = send(wish);
  setTimeout(open, 200);
  await Promise.race([heir.answer, upstream.arrived(wish.world, "target", 2, SCOPE)]);
  heir.reset();
}

/** Half of them use what they get. */
async function join({ send }: Stage, wish: Wish): Promise<Promise<Answer>[]> {
  await pause(100);
  const joiners = Array.from({ length: JOINERS }, (_, at) =>
    send({ ...wish, ...(at % 2 === 0 ? { act: "get" } : { act: "use", ms: API_MS }) }),
  );
  await pause(150);
  return joiners.map(({ answer }) => answer);
}

/** Three requests for what is held by now, and one that needs another exchange. */
async function askLater({ ask, isRight }: Stage, wish: Wish, scope: string): Promise<number> {
  const scopes = [scope, scope, scope, "api://later/.default"];
  const answers = await Promise.all(scopes.map((one) => ask({ ...wish, scope: one })));
  return answers.filter((answer, at) => isRight(answer, wish.world, scopes[at])).length;
}

async function playRow(stage: Stage, keep: Keep, world: number, row: EndRow): Promise<Seen> {
  const { upstream, isRight } = stage;
  const open = behave(stage, world, row);
  const wish: Wish = { world, keep, joinTimeoutMs: JOIN_TIMEOUT_MS };
  const scope = row.otherScope ? OTHER : SCOPE;
  const leader = stage.send({ ...wish, act: row.leader, ms: row.when === "at once" ? 0 : 600 });
  await Promise.race([upstream.arrived(world, row.slow, 1, row.slow === "target" ? SCOPE : ""), leader.answer]);
  const endAt = async (...moments: readonly EndRow["when"][]): Promise<void> => {
    if (moments.includes(row.when)) await endLeader(stage, wish, row, leader);
  };
  await endAt("asked");
  if (row.heirResets) await resetHeir(stage, wish, open);
  const joining = await join(stage, { ...wish, scope });
  await endAt("joined");
  open();
  await endAt("used", "parted");
  const joiners = await Promise.all(joining);
  const bad = joiners.filter((answer) => !isRight(answer, world, scope));
  return {
    right: JOINERS - bad.length,
    wrong: bad.map(({ kind, status }) => `${kind} ${status}`),
    slowestMs: Math.max(...joiners.map(({ ms }) => ms)),
    source: upstream.count(world, "source"),
    target: upstream.count(world, "target", SCOPE),
    other: upstream.count(world, "target", OTHER),
    later: await askLater(stage, wish, scope),
    alive: stage.isAlive(),
  };
}

async function playAll(date: string, keep: Keep, says: string): Promise<Seen[]> {
  const seen = await withStage(date, (stage) =>
    Promise.all(endRows.map((row, at) => playRow(stage, keep, at + 1, row))),
  );
  const sum = (count: (one: Seen) => number): number => seen.reduce((all, one) => all + count(one), 0);
  printRow(date, `ends of a leader, ${says}`, {
    joiners: `${sum(({ right }) => right)} of ${JOINERS * seen.length}`,
    upstream: `${sum(({ source }) => source)} + ${sum(({ target, other }) => target + other)}`,
    slowest: `${Math.max(...seen.map(({ slowestMs }) => slowestMs))} ms`,
  });
  return seen;
}

const isWithin = (count: number, expected: Expected["source"]): boolean =>
  typeof expected === "number" ? count === expected : count >= expected[0] && count <= expected[1];

export const suite: Suite = (QUnit) => {
  for (const { keep, says, holds } of keeps) {
    const plays = Object.keys(dates).map((date) => [date, once(() => playAll(date, keep, says))] as const);
    QUnit.module(`table: ends of a leader in workerd, ${says}`, () => {
      for (const [date, play] of plays) {
        for (const [at, row] of endRows.entries()) {
          QUnit.test(`${date}: ${row.says}`, async (assert) => {
            // The dates side by side: they hardly do anything but wait.
            const [seen] = await Promise.all([play().then((all) => all[at]), ...plays.map(([, other]) => other())]);
            if (!seen) throw new Error("It was not played");
            const { takeOvers, source, target, other = 0 } = holds ? row.held : row.lost;
            const within = takeOvers * JOIN_TIMEOUT_MS + SLOW_MS + API_MS + SLACK_MS;
            assert.deepEqual(seen.wrong, [], "joiners without the right credential");
            assert.ok(seen.slowestMs <= within, `the slowest joiner waited for ${seen.slowestMs} ms`);
            assert.ok(isWithin(seen.source, source), `${seen.source} identity tokens`);
            assert.deepEqual([seen.target, seen.other], [target, other], "exchanges");
            assert.deepEqual([seen.later, seen.alive], [4, true], "later requests");
          });
        }
      }
    });
  }
};
