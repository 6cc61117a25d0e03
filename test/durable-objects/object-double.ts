/**
 * The object that a broker lives in, as Workers run it: calls pass by structured clone, storage keeps what it is given and rings an
 * alarm, memory goes when the object was idle for long, and whatever can fail does so when it is told to.
 */
import type { Platform, Providers } from "@tokenhop/core";
import type { ManualClock } from "@tokenhop/core/testing";
import { type Broker, createBroker } from "../../packages/durable-objects/src/broker/broker.ts";
import type { BrokerQuestion, BrokerReply } from "../../packages/durable-objects/src/broker/protocol.ts";
import { canary, record } from "../leak.ts";

export type { BrokerQuestion, BrokerReply };

/** What becomes of one call, before the object has it or after. */
export type Fault =
  /** The call throws before it reaches the object, or when the answer is on its way. */
  | { readonly when: "before" | "after"; readonly error: Error }
  /** No answer, ever. */
  | { readonly when: "before" | "after"; readonly hangs: true }
  /** Another answer. */
  | { readonly when: "after"; readonly reply: unknown };

/** A call, or an answer to it. */
export interface Crossing {
  readonly question: BrokerQuestion;
  readonly reply: BrokerReply;
}

export interface ObjectOptions {
  readonly clock: ManualClock;
  readonly random?: (() => number) | undefined;
  /** How long it lives without anything to do. Default: for ever. */
  readonly evictAfterMs?: number | undefined;
  /** How long a call is on its way, and an answer. Default 0. */
  readonly latencyMs?: number | undefined;
  providers(): Providers;
}

export interface ObjectDouble {
  readonly namespace: {
    getByName(
      name: string,
      options?: { locationHint?: string },
    ): { credential(question: BrokerQuestion): Promise<unknown> };
  };
  /** Decides about the call of this number, from 1. */
  fault: ((call: number) => Fault | undefined) | undefined;
  /** Operations of storage that fail: `list`, `put`, `setAlarm`, ... */
  readonly broken: Set<string>;
  readonly crossings: readonly Crossing[];
  /** Names and hints that stubs were made with. */
  readonly stubs: readonly (readonly [name: string, hint: string | undefined])[];
  readonly stored: ReadonlyMap<string, unknown>;
  /** When alarms rang, on the object's clock. */
  readonly rang: readonly number[];
  readonly alarmAt: number | null;
  readonly logged: readonly string[];
  /** Calls of storage's operations by their names. */
  readonly operations: Readonly<Record<string, number>>;
  /** How often there was a new instance. */
  readonly lives: number;
  calls(): number;
  /** The memory goes, as after an eviction, a deployment or `ctx.abort()`; calls under way fail. */
  evict(): void;
}

/** In no time, as the clock of these tests wants it. What a digest is else is tested by itself. */
export const digest = async (text: string): Promise<string> => {
  let sum = 0;
  for (const char of text) sum = (Math.imul(sum, 31) + (char.codePointAt(0) ?? 0)) | 0;
  return `d${sum >>> 0}`;
};

/** RPC refuses whatever is no plain data. */
function cross<T>(value: T): T {
  const look = (part: unknown): void => {
    if (Object(part) !== part) return;
    const prototype: unknown = Object.getPrototypeOf(part);
    if (prototype !== Object.prototype && prototype !== Array.prototype) throw new Error("DataCloneError");
    for (const inner of Object.values(part as object)) look(inner);
  };
  look(value);
  return structuredClone(value);
}

/** Runtimes say so of a call that was cut off. */
export const cutOff = (fields: { readonly retryable?: boolean; readonly overloaded?: boolean } = {}): Error =>
  Object.assign(new Error("Network connection lost."), fields);

/** Answers are recorded for the search for tokens, without the one that they are meant to hold. */
function remember(reply: unknown): void {
  const { token, ...rest } = Object(reply) as { token?: unknown };
  if (typeof token === "string" && token.length >= 12) canary(token);
  record("broker reply", rest);
}

export function objectDouble(options: ObjectOptions): ObjectDouble {
  const { clock, evictAfterMs = Number.POSITIVE_INFINITY, latencyMs = 0, random = () => 0.5, providers } = options;
  const stored = new Map<string, unknown>();
  const broken = new Set<string>();
  const rang: number[] = [];
  const logged: string[] = [];
  const crossings: Crossing[] = [];
  const stubs: [string, string | undefined][] = [];
  const operations: Record<string, number> = {};
  let alarm: { readonly at: number; readonly off: AbortController } | undefined;
  let instance: { readonly broker: Broker; readonly gone: AbortController } | undefined;
  let lives = 0;
  let calls = 0;
  let busy = 0;
  let idleSince = 0;

  const during = async <T>(work: Promise<T>): Promise<T> => {
    busy++;
    try {
      return await work;
    } finally {
      busy--;
      idleSince = clock.monotonic();
    }
  };

  const operation = async <T>(name: string, work: () => T): Promise<T> => {
    operations[name] = (operations[name] ?? 0) + 1;
    if (broken.has(name)) throw new Error("the disk is gone");
    return work();
  };

  const setAlarm = (at: number | null): void => {
    alarm?.off.abort(new Error("another alarm"));
    alarm = undefined;
    if (at === null) return;
    if (!Number.isFinite(at)) throw new TypeError("setAlarm() cannot be called with an invalid date");
    const off = new AbortController();
    alarm = { at, off };
    clock.sleep(Math.max(0, at - clock.now()), off.signal).then(
      () => {
        alarm = undefined;
        rang.push(clock.now());
        during(alive().broker.alarm()).catch((error: unknown) => logged.push(`alarm() threw ${error}`));
      },
      () => undefined,
    );
  };

  const storage = {
    list: <T>({ prefix }: { readonly prefix: string }) =>
      operation("list", () => new Map([...stored].filter(([key]) => key.startsWith(prefix)) as [string, T][])),
    put: <T>(key: string, value: T) =>
      operation("put", () => {
        stored.set(key, cross(value));
        record("stored", [key, value]);
      }),
    delete: (key: string) => operation("delete", () => stored.delete(key)),
    getAlarm: () => operation("getAlarm", () => alarm?.at ?? null),
    setAlarm: (at: number) => operation("setAlarm", () => setAlarm(at)),
    deleteAlarm: () => operation("deleteAlarm", () => setAlarm(null)),
  };

  const alive = (): { readonly broker: Broker; readonly gone: AbortController } => {
    if (busy === 0 && clock.monotonic() - idleSince > evictAfterMs) instance = undefined;
    if (!instance) {
      lives++;
      const gone = new AbortController();
      const broker = createBroker({
        providers,
        storage,
        platform: { now: clock.now, random },
        waitUntil: (work) => void during(work).catch(() => undefined),
        digest,
        newId: () => `id-${Math.floor(1e9 * Math.random())}`,
        log(message) {
          record("broker log", message);
          logged.push(message);
        },
      });
      instance = { broker, gone };
    }
    return instance;
  };

  const travel = async (): Promise<void> => {
    if (latencyMs > 0) await clock.sleep(latencyMs, new AbortController().signal);
  };

  const obey = (fault: Fault | undefined, when: "before" | "after"): Promise<never> | undefined => {
    if (fault?.when !== when || "reply" in fault) return undefined;
    if ("hangs" in fault) return new Promise<never>(() => undefined);
    return Promise.reject(fault.error);
  };

  async function call(question: BrokerQuestion): Promise<unknown> {
    calls++;
    const fault = it.fault?.(calls);
    const asked = cross(question);
    record("broker question", question);
    await travel();
    await obey(fault, "before");
    const { broker, gone } = alive();
    const lost = new Promise<never>((_, reject) =>
      gone.signal.addEventListener("abort", () => reject(cutOff({ retryable: true }))),
    );
    const reply = cross(await during(Promise.race([broker.credential(asked), lost])));
    crossings.push({ question: asked, reply });
    remember(reply);
    await travel();
    await obey(fault, "after");
    return fault && "reply" in fault ? fault.reply : reply;
  }

  const it: ObjectDouble = {
    fault: undefined,
    broken,
    crossings,
    stubs,
    stored,
    rang,
    logged,
    operations,
    namespace: {
      getByName(name, given) {
        stubs.push([name, given?.locationHint]);
        return { credential: call };
      },
    },
    get alarmAt() {
      return alarm?.at ?? null;
    },
    get lives() {
      return lives;
    },
    calls: () => calls,
    evict() {
      instance?.gone.abort();
      instance = undefined;
    },
  };
  return it;
}

/** A clock as another machine has it. */
export const skewed = (clock: ManualClock, ms: number): Pick<Platform, "now" | "monotonic" | "sleep"> => ({
  now: () => clock.now() + ms,
  monotonic: clock.monotonic,
  sleep: clock.sleep,
});
