/** Hundreds of requests of many users, of which a fifth go away at any moment. In real workerd. */
import type { Suite } from "../harness.ts";
import type { Answer } from "./client.ts";
import type { Keep } from "./order.ts";
import { once, printRow } from "./results.ts";
import { dates } from "./serve.ts";
import { pause, type Stage, type Wish, withStage } from "./stage.ts";

const REQUESTS = 500;
const RESETS = 0.2;
const SEED = 20_240_403;
const JOIN_TIMEOUT_MS = 1_500;
/** Two worlds: the platform's identity with a scope of each name, and a user of each with an identity token of its own. */
const NAMES = Array.from({ length: 20 }, (_, at) => `n${at}`);
const WORLDS = [1, 2] as const;
const USERS_SCOPE = "api://users/.default";
/** A credential is wanted for the first time at some moment in this, by requests that come within a moment of each other. */
const SPREAD_MS = 1_500;
const MOMENT_MS = 300;

interface Storm {
  readonly says: string;
  /** Each request has one of them. */
  readonly keeps: readonly [Keep, ...Keep[]];
  readonly holds: boolean;
}

const storms: readonly Storm[] = [
  { says: "get({ waitUntil })", keeps: ["call"], holds: true },
  { says: "no waitUntil", keeps: ["none"], holds: false },
  { says: "some of each", keeps: ["call", "adapter", "none"], holds: false },
];

interface Partition {
  readonly world: number;
  readonly scope: string;
  readonly user?: string | undefined;
  readonly userToken?: string | undefined;
  readonly wantedAtMs: number;
}

interface Seen {
  readonly right: number;
  readonly gone: number;
  readonly wrong: readonly string[];
  readonly slowestMs: number;
  readonly exchanges: number;
  readonly identityTokens: number;
  /** Requests afterwards that were answered rightly. */
  readonly afterwards: number;
}

/** Numbers in [0, 1), the same in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const scopeOf = (name: string): string => `api://${name}/.default`;

function partitionsOf({ upstream }: Stage): Partition[] {
  return NAMES.flatMap((name, at) => {
    const wantedAtMs = (at / NAMES.length) * SPREAD_MS;
    const user = { user: name, userToken: upstream.userToken(name) };
    return [
      { world: 1, scope: scopeOf(name), wantedAtMs },
      { world: 2, scope: USERS_SCOPE, wantedAtMs, ...user },
    ];
  });
}

const wishOf = ({ world, scope, userToken }: Partition, keep: Keep): Wish => ({
  world,
  scope,
  userToken,
  keep,
  joinTimeoutMs: JOIN_TIMEOUT_MS,
});

/** One request, answered or gone. */
async function request(stage: Stage, wish: Wish, atMs: number, resetAfterMs: number | undefined): Promise<Answer> {
  await pause(atMs);
  const { answer, reset } = stage.send(wish);
  if (resetAfterMs === undefined) return answer;
  const timer = setTimeout(reset, resetAfterMs);
  return answer.finally(() => clearTimeout(timer));
}

/** Once more for everybody: what is held by now, and what needs a new exchange. */
async function askAfterwards(stage: Stage, partitions: readonly Partition[], keep: Keep): Promise<number> {
  const more = [...partitions, ...partitions.map((one) => ({ ...one, scope: `${one.scope.slice(0, -9)}-2/.default` }))];
  const answers = await Promise.all(more.map((one) => stage.ask(wishOf(one, keep))));
  return answers.filter((answer, at) => {
    const { world = 0, scope, user } = more[at] ?? {};
    return stage.isRight(answer, world, scope, user);
  }).length;
}

async function play(stage: Stage, keeps: Storm["keeps"]): Promise<Seen> {
  const { upstream, isRight } = stage;
  const random = dice(SEED);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const partitions = partitionsOf(stage);
  const before = (): Promise<boolean> => pause(50 + 200 * random()).then(() => true);
  for (const world of WORLDS) upstream.behave(world, { before });
  const plans = Array.from({ length: REQUESTS }, () => {
    const partition = pick(partitions);
    const wish: Wish = { ...wishOf(partition, pick(keeps)), act: pick(["get", "use"]), ms: Math.floor(200 * random()) };
    const resetAfterMs = random() < RESETS ? 250 * random() : undefined;
    return { partition, wish, atMs: partition.wantedAtMs + MOMENT_MS * random(), resetAfterMs };
  });
  const answers = await Promise.all(
    plans.map(async ({ partition: { world, scope, user }, wish, atMs, resetAfterMs }) => {
      const answer = await request(stage, wish, atMs, resetAfterMs);
      return { ...answer, isRight: isRight(answer, world, scope, user) };
    }),
  );
  const scopes = [[2, USERS_SCOPE] as const, ...NAMES.map((name) => [1, scopeOf(name)] as const)];
  const wrong = answers.filter((answer) => !answer.isRight && answer.kind !== "gone");
  return {
    right: answers.filter((answer) => answer.isRight).length,
    gone: answers.filter(({ kind }) => kind === "gone").length,
    wrong: wrong.map(({ kind, status }) => `${kind} ${status}`),
    slowestMs: Math.max(...answers.map(({ ms }) => ms)),
    exchanges: scopes.reduce((sum, [world, scope]) => sum + upstream.count(world, "target", scope), 0),
    identityTokens: upstream.count(1, "source"),
    afterwards: await askAfterwards(stage, partitions, keeps[0]),
  };
}

async function playOn(date: string, { says, keeps }: Storm): Promise<Seen> {
  const seen = await withStage(date, (stage) => play(stage, keeps));
  const { right, gone, exchanges, identityTokens, slowestMs } = seen;
  const upstream = `${identityTokens} + ${exchanges}`;
  printRow(date, `a storm, ${says}`, { right, "reset in time": gone, upstream, slowest: `${slowestMs} ms` });
  return seen;
}

export const suite: Suite = (QUnit) => {
  const plays = storms.flatMap((storm) =>
    Object.keys(dates).map((date) => ({ date, storm, get: once(() => playOn(date, storm)) })),
  );
  QUnit.module("table: a storm of resets in workerd", () => {
    for (const { date, storm, get } of plays) {
      QUnit.test(`${date}, ${storm.says}: none hangs, none is wrong, all is well afterwards`, async (assert) => {
        const others = plays.filter((other) => other.storm === storm);
        const [seen] = await Promise.all([get(), ...others.map((other) => other.get())]);
        const { right, gone, wrong, exchanges, identityTokens } = seen;
        assert.deepEqual(wrong, []);
        assert.strictEqual(right + gone, REQUESTS);
        assert.ok(gone > 30, `${gone} of ${REQUESTS} were reset in time`);
        // Without waitUntil each that goes away may take an exchange along, and each exchange an identity token.
        const lost = storm.holds ? 0 : gone;
        const partitions = WORLDS.length * NAMES.length;
        assert.ok(exchanges >= partitions && exchanges <= partitions + lost, `${exchanges} exchanges`);
        assert.ok(identityTokens >= 1 && identityTokens <= 1 + lost, `${identityTokens} identity tokens`);
        assert.strictEqual(seen.afterwards, 2 * partitions);
      });
    }
  });
};
