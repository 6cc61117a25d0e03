/** A provider between two steps that the test plays itself, with a clock that moves only when it is told to. */
import {
  type BearerToken,
  type Credential,
  type CredentialProvider,
  defineSource,
  defineTarget,
  type EngineEvent,
  type FederateOptions,
  federate,
  isTokenError,
  type Secret,
  type StepContext,
  type SubjectToken,
  secret,
  TokenError,
  type TokenErrorFields,
} from "@tokenhop/core";
import { type ManualClock, manualClock, type TestPlatformOptions, testPlatform } from "@tokenhop/core/testing";
import { canaryToken, record } from "../leak.ts";

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;

/** The parameters of the test target. */
export interface Scope {
  readonly scope?: string | undefined;
}

/** What one attempt is asked, besides its number. */
export interface Asked extends StepContext {
  readonly scope: string | undefined;
  readonly subject: SubjectToken | undefined;
}

/** One hop, as the test plays it. */
export interface Step<T> {
  /** What it answers; `call` counts from 1. */
  answer(call: number, asked: Asked): T | Promise<T>;
  readonly asked: Asked[];
  /** How often it was asked. */
  readonly calls: number;
  /** How many attempts are under way. */
  open: number;
}

export interface World<P extends CredentialProvider<BearerToken, Scope> = CredentialProvider<BearerToken, Scope>> {
  readonly clock: ManualClock;
  readonly source: Step<SubjectToken>;
  readonly target: Step<BearerToken>;
  readonly provider: P;
  readonly events: EngineEvent[];
}

const texts: string[] = [];
let given = 0;

/** A few canaries serve all tests: what tells two credentials apart is the object, and making a canary is dear. */
export function someSecret(): Secret {
  const at = given++ % 24;
  texts[at] ??= canaryToken({ at });
  return secret(texts[at]);
}

/** A credential with this many ms to live. */
export function bearer(clock: Pick<ManualClock, "now">, lifetimeMs: number, refreshInMs?: number): BearerToken {
  const now = clock.now();
  const refreshAt = refreshInMs === undefined ? undefined : now + refreshInMs;
  return { kind: "bearer", token: someSecret(), expiresAt: now + lifetimeMs, ...(refreshAt && { refreshAt }) };
}

/** An error of a step. */
export function failure(fields: Partial<TokenErrorFields> = {}): TokenError {
  return new TokenError("Cannot do it", { code: "ERR_EXCHANGE_FAILED", recovery: "retry", step: "target", ...fields });
}

function step<T>(answer: Step<T>["answer"]): Step<T> & { ask(asked: Asked): Promise<T> } {
  const asked: Asked[] = [];
  return {
    answer,
    asked,
    open: 0,
    get calls() {
      return asked.length;
    },
    async ask(what) {
      asked.push(what);
      this.open++;
      try {
        return await this.answer(asked.length, what);
      } finally {
        this.open--;
      }
    },
  };
}

export interface WorldOptions
  extends Partial<Omit<FederateOptions<BearerToken, Scope>, "platform" | "onEvent">>,
    Pick<TestPlatformOptions, "random" | "waitUntil" | "requestBoundIo"> {
  readonly clock?: ManualClock;
  /** Default an hour. */
  readonly lifetimeMs?: number;
  /** Makes the source one whose identity comes with the request. */
  readonly partition?: ((request: Request | undefined) => readonly unknown[]) | undefined;
  /** With a listener no call takes the hit path, so most tests go without. A function is told what `events` gets. */
  readonly listen?: boolean | ((event: EngineEvent) => void);
  /** Default: the world's own, shared with no other. */
  readonly identity?: readonly unknown[];
}

/** Everything a test needs. The steps answer at once until the test says otherwise. */
export function world(options: WorldOptions = {}): World {
  const { clock = manualClock(), random, waitUntil, requestBoundIo, lifetimeMs = HOUR, listen, partition } = options;
  const { identity = [{}], ...more } = options;
  const events: EngineEvent[] = [];
  const source = step<SubjectToken>(() => ({ token: someSecret(), expiresAt: clock.now() + HOUR }));
  const target = step<BearerToken>(() => bearer(clock, lifetimeMs));
  const from = defineSource({
    name: "source",
    identity: ["source", ...identity],
    provenance: "unknown",
    detect: () => ({ found: true }),
    getToken: (_, context) => source.ask({ ...context, scope: undefined, subject: undefined }),
    ...(partition && { partition }),
  });
  const to = defineTarget({
    name: "target",
    identity: ["target", ...identity],
    audience: "api://test",
    produces: "unknown",
    partition: ({ scope }: Scope) => [scope],
    exchange: (subject, { scope }: Scope, context) => target.ask({ ...context, scope, subject }),
  });
  const platform = testPlatform({ clock, random, waitUntil, requestBoundIo });
  const { refresh, limits, cache } = options;
  const onEvent = (event: EngineEvent): void => {
    events.push(event);
    if (typeof listen === "function") listen(event);
  };
  const provider = federate<BearerToken, Scope>({
    from: more.from ?? from,
    to: more.to ?? to,
    cache,
    refresh,
    limits,
    platform,
    ...(listen && { onEvent }),
  });
  return { clock, source, target, provider, events };
}

/** A promise whose end the test chooses. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** What became of a promise so far. */
export interface Fate<T> {
  state: "waiting" | "given" | "failed";
  value?: T;
  error?: unknown;
}

/** Watches a promise without waiting for it. A failure goes to the leak search. */
export function fateOf<T>(promise: Promise<T>): Fate<T> {
  const fate: Fate<T> = { state: "waiting" };
  promise.then(
    (value) => void Object.assign(fate, { state: "given", value }),
    (error: unknown) => {
      record("error", error);
      Object.assign(fate, { state: "failed", error });
    },
  );
  return fate;
}

/** Lets everything happen that needs no time. */
export const settle = (clock: ManualClock): Promise<void> => clock.advance(0);

/** The error of this project that a promise fails with, at once or as time passes. */
export async function errorOf(promise: Promise<unknown>): Promise<TokenError> {
  try {
    await promise;
  } catch (error) {
    record("error", error);
    if (isTokenError(error)) return error;
    throw error;
  }
  throw new Error("expected a failure");
}

/** How often each type of event came. */
export function countEvents(events: readonly EngineEvent[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Whether two credentials are one and the same object, without showing either. */
export const same = (a: Credential | undefined, b: Credential | undefined): boolean => a === b;
