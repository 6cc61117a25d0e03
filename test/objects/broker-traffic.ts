/**
 * Steady traffic of short-lived tokens, and who waits in it. The upstream is asked, not a clock: before it answers an exchange no
 * more requests are sent, and it answers only when none is under way any more. Whatever is still under way after two seconds of that
 * waits for it; whatever was answered before it did not. Each isolate is asked, too: whether it had a credential in hand.
 *
 * `TOKENHOP_STEADY_MINUTES=10` makes it last ten minutes instead of one:
 * `TOKENHOP_STEADY_MINUTES=10 node --conditions=tokenhop-source test/run-node.ts --list objects --only "steady traffic through"`.
 */
import { once, printRow } from "../workerd/results.ts";
import { type BrokerStage, openBroker, pause } from "./broker-stage.ts";

export const SLICE_MS = 20_000;
const MINUTES = Number(process.env.TOKENHOP_STEADY_MINUTES ?? 1);
export const SLICES: number = Math.ceil((MINUTES * 60_000) / SLICE_MS);

/** One advises when its tokens are to be renewed, the other one does not. */
const WORLDS = [1, 2] as const;
const LIVES = {
  1: (call: number) => ({ expires_in: 14 + ((call * 5) % 7) }),
  2: () => ({ expires_in: 20, refresh_in: 9 }),
} as const;
/** In each of two processes, for each world. */
const ISOLATES = 2;
/** Between two requests of an isolate, on average. */
const EVERY_MS = 40;
const HOLD_MS = 150;
const GIVE_UP_MS = 2_000;

export interface Counts {
  requests: number;
  failed: number;
  /** Requests that an exchange kept waiting, but for the first one. */
  waited: number;
  /** Requests whose isolate had nothing to give at once: they wait for the broker, if for nobody else. */
  bare: number;
  /** Requests that were sent and answered while an exchange was under way. */
  meanwhile: number;
  exchanges: number;
  alarms: number;
  fallbacks: number;
}

export interface Traffic {
  /** What was counted in each slice of time, and then in all. */
  readonly slices: readonly Promise<Counts>[];
  readonly total: Promise<Counts>;
}

const none = (): Counts => ({
  requests: 0,
  failed: 0,
  waited: 0,
  bare: 0,
  meanwhile: 0,
  exchanges: 0,
  alarms: 0,
  fallbacks: 0,
});
const minus = (a: Counts, b: Counts): Counts =>
  Object.fromEntries(
    Object.entries(a).map(([name, value]) => [name, value - b[name as keyof Counts]]),
  ) as unknown as Counts;

async function begin(): Promise<Traffic> {
  const it: BrokerStage = await openBroker();
  const counts = none();
  const underWay = new Set<object>();
  const exchanging = new Set<number>();
  let held = 0;
  let ends = false;
  let slowestMs = 0;

  /** Nobody sends anything until it answers. */
  const answerAlone = async (world: number): Promise<void> => {
    exchanging.add(world);
    await pause(HOLD_MS);
    held++;
    const until = performance.now() + GIVE_UP_MS;
    while (underWay.size > 0 && performance.now() < until) await pause(2);
    counts.waited += underWay.size;
    held--;
    exchanging.delete(world);
  };

  for (const world of WORLDS) {
    it.upstream.behave(world, {
      life: (hop, call) => (hop === "target" ? LIVES[world](call) : { expires_in: 3_600 }),
      async before(hop, call) {
        if (hop === "target" && call > 1) await answerAlone(world);
        return true;
      },
    });
  }

  const send = async (world: number, process: number, isolate: number): Promise<void> => {
    const one = {};
    underWay.add(one);
    const before = exchanging.size;
    const { right, held: given, fallbacks, from, to } = await it.ask({ world, process, isolate });
    underWay.delete(one);
    counts.requests++;
    if (!right) counts.failed++;
    if (!given) counts.bare++;
    if (before > 0 && exchanging.size > 0) counts.meanwhile++;
    counts.fallbacks = Math.max(counts.fallbacks, fallbacks.length);
    slowestMs = Math.max(slowestMs, to - from);
  };

  const loop = async (world: number, process: number, isolate: number): Promise<void> => {
    while (!ends) {
      if (held === 0) await send(world, process, isolate);
      await pause(Math.random() * 2 * EVERY_MS);
    }
  };

  // Everybody has one: from here on nobody is to wait.
  const isolates = WORLDS.flatMap((world) =>
    [0, 1].flatMap((process) => Array.from({ length: ISOLATES }, (_, isolate) => [world, process, isolate] as const)),
  );
  await Promise.all(isolates.map((one) => send(...one)));
  Object.assign(counts, none());
  slowestMs = 0;
  const loops = isolates.map((one) => loop(...one));
  const startedAt = performance.now();
  const look = (): Counts => ({
    ...counts,
    exchanges: WORLDS.reduce((sum, world) => sum + it.exchanges(world), 0),
    alarms: WORLDS.reduce((sum, world) => sum + it.rings(world), 0),
  });

  const looks = Array.from({ length: SLICES + 1 }, async (_, at) => {
    await pause(startedAt + at * SLICE_MS - performance.now());
    return look();
  });
  const slices = looks.slice(1).map(async (looked, at) => minus(await looked, (await looks[at]) ?? none()));
  const end = async (): Promise<Counts> => {
    const total = { ...((await looks.at(-1)) ?? none()) };
    ends = true;
    await Promise.all(loops);
    it.close();
    printRow("", `${MINUTES} min of steady traffic, tokens of 14 to 20 s`, {
      requests: total.requests,
      failed: total.failed,
      waited: total.waited,
      "with nothing in hand": total.bare,
      "answered during an exchange": total.meanwhile,
      exchanges: total.exchanges,
      alarms: total.alarms,
      slowest: `${Math.round(slowestMs)} ms`,
    });
    return total;
  };
  return { slices, total: end() };
}

/** Begins when it is first asked for. */
export const steadyTraffic: () => Promise<Traffic> = once(begin);
