/** A provider between real sockets and a clock that skips: whoever drives it lets all I/O end before time goes on. */
import {
  type BearerToken,
  type CredentialProvider,
  defaultPlatform,
  type EngineEvent,
  federate,
  isTokenError,
  type Platform,
  type StepContext,
} from "@tokenhop/core";
import { type SkippingClock, skippingClock } from "./clock.ts";
import { type RemoteCell, remoteCell } from "./control.ts";
import type { Hop, Play, Program, Routes } from "./protocol.ts";
import { environmentOf, sourceOf, targetOf, watchedSource, watchedTarget } from "./stage.ts";

const startAt = Date.UTC(2026, 5, 1);
const hanging: readonly Play[] = ["timeout", "slow drip"];

/** What a call came to. */
export interface Answer {
  /** Absent when it failed. */
  readonly credential?: BearerToken;
  /** The error itself, and its code. */
  readonly error?: unknown;
  readonly code?: string;
  /** How long it waited, on the clock of the world; null: it was answered before anything could happen. */
  readonly waitedMs: number | null;
}

export interface World {
  readonly cell: RemoteCell;
  readonly clock: SkippingClock;
  readonly provider: CredentialProvider<BearerToken>;
  readonly events: readonly EngineEvent[];
  /** When the engine asked each endpoint, on the monotonic clock, whether or not anything got there. */
  readonly asked: Readonly<Record<Hop, readonly number[]>>;
  program(program: Program): Promise<void>;
  /** Calls `get` and lets time pass until there is an answer. */
  call(): Promise<Answer>;
  /** Lets time pass up to an instant of the monotonic clock. */
  passTo(at: number): Promise<void>;
  /** Lets time pass until nothing is under way. */
  drain(): Promise<void>;
}

/** A turn of the event loop: everything that only waits for promises is done then. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Far more than any chain of promises of the engine takes that waits for nothing else. */
async function promises(): Promise<void> {
  for (let count = 0; count < 200; count++) await Promise.resolve();
}

/** What is under way and will end by itself. */
function traffic() {
  const live = new Set<Promise<void>>();
  return {
    /** Counts something as under way until the function that it gives is called. */
    enter(): () => void {
      let leave = (): void => undefined;
      const gone = new Promise<void>((resolve) => {
        leave = () => {
          live.delete(gone);
          resolve();
        };
      });
      live.add(gone);
      return leave;
    },
    busy: () => live.size > 0,
    async quiet(): Promise<void> {
      await turn();
      while (live.size > 0) {
        await Promise.race(live);
        await turn();
      }
    },
  };
}

function answerOf(settled: PromiseSettledResult<BearerToken>, waitedMs: number | null): Answer {
  if (settled.status === "fulfilled") return { credential: settled.value, waitedMs };
  const error: unknown = settled.reason;
  return { error, code: isTokenError(error) ? error.code : `not ours: ${String(error)}`, waitedMs };
}

/** Everything that a test of one cell needs. The engine's random number is always 0.5. */
export async function openWorld(name: string, program: Program = {}): Promise<World> {
  const cell = remoteCell(name);
  const clock = skippingClock(startAt);
  const { enter, busy, quiet } = traffic();
  const events: EngineEvent[] = [];
  const asked: Record<Hop, number[]> = { source: [], target: [] };
  const hung = { source: 0, target: 0 };
  const plays: Record<Hop, Play> = { source: "good", target: "good" };
  let routes: Routes = await cell.program(program);
  const home = routes;
  Object.assign(plays, program.plays);

  const watch = <T>(hop: Hop, context: StepContext, run: (context: StepContext) => Promise<T>): Promise<T> => {
    const leave = enter();
    const fetchThere: Platform["fetch"] = (input, init) => {
      asked[hop].push(clock.monotonic());
      // What hangs never ends by itself: it is left once the server has logged that it does.
      if (hanging.includes(plays[hop])) cell.hanging(hop, ++hung[hop]).then(leave, leave);
      return fetch(String(input).replace(home[hop], routes[hop]), init);
    };
    return run({ ...context, platform: { ...context.platform, fetch: fetchThere } }).finally(leave);
  };

  const here = defaultPlatform();
  const { now, monotonic, sleep } = clock;
  const random = (): number => 0.5;
  const platform: Platform = { ...here, now, monotonic, sleep, random, env: environmentOf(cell, home) };
  const provider = federate({
    from: watchedSource(sourceOf(), watch),
    to: watchedTarget(targetOf(cell, home), watch),
    onEvent: (event) => void events.push(event),
    // Where a promise dies with its request, somebody has to keep it; a whole run is one request there.
    platform: { ...platform, waitUntil: () => undefined },
  });

  const pass = async (isOver: () => boolean): Promise<void> => {
    await promises();
    const idle = !busy() && clock.nextAt === Number.POSITIVE_INFINITY;
    if (idle && isOver()) return;
    for (await quiet(); !isOver(); await quiet()) {
      if (clock.nextAt === Number.POSITIVE_INFINITY) throw new Error("Nothing is under way that could end this");
      clock.skipTo(clock.nextAt);
    }
  };

  return {
    cell,
    clock,
    provider,
    events,
    asked,
    async program(change) {
      routes = await cell.program(change);
      Object.assign(plays, change.plays);
    },
    async call() {
      const calledAt = clock.monotonic();
      let settled: PromiseSettledResult<BearerToken> | undefined;
      Promise.allSettled([provider.get()]).then(([result]) => {
        settled = result;
      });
      await promises();
      if (settled) return answerOf(settled, null);
      await pass(() => settled !== undefined);
      return answerOf(settled as unknown as PromiseSettledResult<BearerToken>, clock.monotonic() - calledAt);
    },
    async passTo(at) {
      await pass(() => clock.nextAt > at);
      clock.skipTo(at);
    },
    drain: () => pass(() => clock.nextAt === Number.POSITIVE_INFINITY),
  };
}
