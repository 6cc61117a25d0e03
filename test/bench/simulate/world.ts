/**
 * A fleet of instances and one server, from the first call to the end. Instances meet at the server only, and of each nothing
 * but its next request is in the queue: calls that find a fresh credential change nothing and are skipped.
 */
import {
  type Contender,
  type Exchange,
  fateOf,
  type Instance,
  miss,
  newExchange,
  newInstance,
  planOf,
  quietUntil,
  receive,
} from "./instance.ts";
import { createQueue } from "./queue.ts";
import { type Calls, poissonCalls, type Random, seeded } from "./random.ts";
import { defaultRules, nextTryInMs, type Refusal, type Rules } from "./rules.ts";
import { createServer, type Reply, type ServerOptions, type Tally } from "./server.ts";

export interface Setup {
  readonly contender: Contender;
  readonly server: ServerOptions;
  readonly instances: number;
  /** Instances start evenly spread over this time. */
  readonly startWithinMs: number;
  /** On average, of one instance. They come by chance, independent of each other. */
  readonly callEveryMs: number;
  readonly endMs: number;
  /** What is counted, from when to when. Default: all. */
  readonly window?: readonly [fromMs: number, toMs: number] | undefined;
  readonly seed: number;
  readonly rules?: Rules | undefined;
  /** For a test that wants to know it all: calls at other times, chance without any, and to hear of each request. */
  readonly calls?: Calls | undefined;
  readonly random?: Random | undefined;
  readonly onRequest?: ((at: number) => void) | undefined;
}

export interface Result {
  readonly instances: number;
  /** Of the whole run, as the instances sent them and as the server counted them. */
  readonly requests: number;
  readonly tally: Readonly<Tally>;
  /** In the window: how many calls there are to expect, and what became of those that were not answered at once. */
  readonly calls: number;
  readonly waited: number;
  readonly failed: number;
  readonly requestsInWindow: number;
  /** Of one instance. */
  readonly requestsPerHour: number;
  /** Most requests in one second of the window. */
  readonly peak: number;
}

const HOUR_MS = 3_600_000;

/** The mutable part of a run. */
interface Run {
  readonly setup: Setup;
  readonly rules: Rules;
  readonly calls: Calls;
  readonly random: Random;
  count(what: "waited" | "failed", at: number): void;
  /** The next request of the instance whose turn it is. */
  request(at: number): void;
}

/** An exchange that a call starts, or that callers start who had joined one that failed. */
function begin(run: Run, instance: Instance, exchange: Exchange): void {
  instance.exchange = exchange;
  run.request(exchange.startedAt);
}

/** Goes from call to call until one starts an exchange. */
function untilNextExchange(run: Run, instance: Instance, id: number, from: number): void {
  let at = from;
  for (;;) {
    at = run.calls.after(id, quietUntil(instance, at));
    if (at >= run.setup.endMs) return;
    const plan = planOf(instance, at);
    if (plan === "wait" || plan === "refresh") {
      begin(run, instance, newExchange(at, plan === "refresh"));
      return;
    }
    if (plan === "refuse") run.count("failed", at);
  }
}

/** Tells everybody who came while the exchange was under way. Returns those who want another one. */
function settle(
  run: Run,
  instance: Instance,
  id: number,
  exchange: Exchange,
  end: { at: number; ok: boolean },
): number[] {
  const { startedAt, background, waiting } = exchange;
  const again: number[] = [];
  const tell = (at: number, from: number): void => {
    const fate = fateOf(instance, from, { ...end, background });
    if (fate === "tries again") again.push(at);
    else if (fate !== "served") run.count(fate, at);
  };
  for (const at of waiting) tell(at, startedAt);
  if (waiting.length === 0) tell(startedAt, startedAt);
  const until = Math.min(end.at, run.setup.endMs);
  for (let at = run.calls.after(id, startedAt); at < until; at = run.calls.after(id, at)) tell(at, at);
  return again;
}

/** An exchange is over: what it brought is written down, and the instance's next one is found. */
function land(run: Run, instance: Instance, id: number, exchange: Exchange, { at, credential, refusal }: Reply): void {
  const again = settle(run, instance, id, exchange, { at, ok: credential !== undefined });
  if (credential) receive(instance, { at, credential }, run.setup.contender, run.rules, run.random);
  if (refusal) miss(instance, at, refusal, run.rules, run.random);
  instance.exchange = undefined;
  if (again.length > 0 && planOf(instance, at) === "wait") {
    begin(run, instance, newExchange(at, false, again));
  } else {
    for (const calledAt of again) run.count("failed", calledAt);
    untilNextExchange(run, instance, id, at);
  }
}

function tryAgainInMs(run: Run, exchange: Exchange, refusal: Refusal, at: number): number | undefined {
  exchange.failures++;
  const leftMs = exchange.startedAt + run.rules.deadlineMs - at;
  return nextTryInMs(run.rules, refusal, exchange, leftMs, run.random);
}

/** A request has its answer: another try, or the end of the exchange. */
function proceed(run: Run, instance: Instance, id: number, reply: Reply): void {
  const { exchange } = instance;
  if (exchange === undefined) return;
  const inMs = reply.refusal && tryAgainInMs(run, exchange, reply.refusal, reply.at);
  if (inMs === undefined) land(run, instance, id, exchange, reply);
  else run.request(reply.at + inMs);
}

function most(perSecond: Uint32Array, [fromMs, toMs]: readonly [number, number]): { peak: number; sum: number } {
  let [peak, sum] = [0, 0];
  for (const count of perSecond.subarray(Math.floor(fromMs / 1_000), Math.ceil(toMs / 1_000))) {
    peak = Math.max(peak, count);
    sum += count;
  }
  return { peak, sum };
}

/** Plays a setup to its end. The same setup gives the same result. */
export function simulate(setup: Setup): Result {
  const { instances: count, endMs, window = [0, endMs], callEveryMs, startWithinMs, onRequest } = setup;
  const random = setup.random ?? seeded(setup.seed);
  // The server has a chance of its own: what an instance draws must not change what the others are given.
  const server = createServer(setup.server, endMs, setup.random ?? seeded(setup.seed + 1));
  const calls = setup.calls ?? poissonCalls(callEveryMs, random);
  const counted = { waited: 0, failed: 0 };
  const queue = createQueue(count);
  const instances = Array.from({ length: count }, newInstance);
  let id = 0;
  let requests = 0;
  const run: Run = {
    setup,
    rules: setup.rules ?? defaultRules,
    calls,
    random,
    count(what, at) {
      if (at >= window[0] && at < window[1]) counted[what]++;
    },
    request(at) {
      if (at < endMs) queue.push(at, id);
    },
  };
  for (const instance of instances) {
    untilNextExchange(run, instance, id, (startWithinMs * id) / count);
    id++;
  }
  for (let next = queue.pop(); next; next = queue.pop()) {
    id = next.id;
    requests++;
    onRequest?.(next.at);
    proceed(run, instances[id] as Instance, id, server.ask(next.at));
  }
  const { peak, sum } = most(server.perSecond, window);
  const hours = (window[1] - window[0]) / HOUR_MS;
  return {
    instances: count,
    requests,
    tally: server.tally,
    calls: (count * (window[1] - window[0])) / calls.everyMs,
    ...counted,
    requestsInWindow: sum,
    requestsPerHour: sum / count / hours,
    peak,
  };
}
