/**
 * The engine against a reference model, in random order: calls, time, answers, failures, leavings, invalidations, claims,
 * evictions, clocks that jump and machines that sleep.
 */
import type { BearerToken, GetOptions } from "@tokenhop/core";
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import { type Command, command, scopes } from "./model-commands.ts";
import { bearer, type Deferred, deferred, type Fate, failure, fateOf, HOUR, MINUTE, settle, world } from "./support.ts";

interface Caller {
  readonly fate: Fate<BearerToken>;
  readonly controller: AbortController;
  readonly reason: Error;
  readonly scope: string;
  /** What must not be given: dropped before the call. */
  readonly dropped: ReadonlySet<object>;
  seen: boolean;
}

interface Attempt {
  readonly key: string;
  readonly scope: string;
  readonly answer: Deferred<BearerToken>;
}

/** Runs the commands; says what went wrong, if anything did. */
async function play(
  commands: readonly Command[],
  options: { listen: boolean; maxPartitions: number },
): Promise<string[]> {
  const { listen, maxPartitions } = options;
  const it = world({ listen, limits: { maxPartitions, attemptTimeoutMs: 8_000 } });
  const { clock, target, provider } = it;
  const wrong: string[] = [];
  const under: Attempt[] = [];
  const callers: Caller[] = [];
  const endsAt = new Map<object, number>();
  const scopeOf = new Map<object, string>();
  const gone = new Set<object>();
  /** Time as the world has it, whatever the clocks say. */
  let real = 0;

  target.answer = async (_, { scope = "", claims, signal }) => {
    const key = `${scope} ${claims}`;
    if (under.some((other) => other.key === key)) wrong.push(`two exchanges at once for ${key}`);
    const attempt: Attempt = { key, scope, answer: deferred() };
    under.push(attempt);
    const leave = (): void => attempt.answer.reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await attempt.answer.promise;
    } finally {
      under.splice(under.indexOf(attempt), 1);
    }
  };

  const look = (): void => {
    for (const caller of callers) {
      const { fate, scope, reason, controller, dropped } = caller;
      if (caller.seen || fate.state === "waiting") continue;
      caller.seen = true;
      if (fate.value) {
        // The second in which one clock alone is trusted.
        if (real >= (endsAt.get(fate.value) as number) + 1_000) wrong.push("an expired credential was given");
        if (scopeOf.get(fate.value) !== scope) wrong.push("another scope's credential was given");
        if (dropped.has(fate.value)) wrong.push("a dropped credential was given");
      } else if (controller.signal.aborted ? fate.error !== reason && !isOurs(fate.error) : !isOurs(fate.error)) {
        wrong.push(`a caller failed with ${String(fate.error)}`);
      }
    }
  };
  const isOurs = (error: unknown): boolean =>
    /^ERR_(EXCHANGE_FAILED|STEP_TIMEOUT|CALL_TIMEOUT)$/.test((error as { code?: string }).code ?? "");

  /** A sleep and a jump back that both happen between two looks at the clocks cannot be told apart by anybody. */
  const glance = (): void => {
    for (const scope of scopes) provider.with({ scope }).peek();
  };

  const run: { readonly [K in Command["type"]]: (command: Extract<Command, { type: K }>) => Promise<void> | void } = {
    async get({ scope, claims, timeoutMs }) {
      const name = scopes[scope] as string;
      const view = provider.with({ scope: name });
      const usable = view.peek();
      const controller = new AbortController();
      const getOptions: GetOptions = { claims, timeoutMs, ...(callers.length % 2 && { signal: controller.signal }) };
      const fate = fateOf(view.get(getOptions));
      const caller = { fate, controller, reason: new Error("left"), scope: name, dropped: new Set(gone), seen: false };
      callers.push(caller);
      await settle(clock);
      if (usable && !claims && fate.value !== usable)
        wrong.push(`a usable credential was held, and a caller ${fate.state}`);
    },
    async advance({ ms }) {
      // In steps, so that the model's idea of time is never far behind a caller's.
      for (let left = ms; left > 0; left -= 1_000) {
        const idle = callers.every(({ fate }) => fate.state !== "waiting");
        const step = left > 120_000 && idle ? left : Math.min(left, 1_000);
        real += step;
        await clock.advance(step);
        look();
        if (step === left) return;
      }
    },
    suspend({ ms }) {
      clock.suspend(ms);
      real += ms;
      glance();
    },
    jump({ ms }) {
      clock.jump(ms);
      glance();
    },
    async succeed({ ms }) {
      const attempt = under[0];
      if (!attempt) return;
      const credential = bearer(clock, ms);
      endsAt.set(credential, real + ms);
      scopeOf.set(credential, attempt.scope);
      attempt.answer.resolve(credential);
      await settle(clock);
    },
    async fail({ recovery, retryAfterMs }) {
      under[0]?.answer.reject(failure({ recovery, retryAfterMs }));
      await settle(clock);
    },
    async abort({ which }) {
      const waiting = callers.filter(({ fate }, index) => index % 2 === 1 && fate.state === "waiting");
      const leaving = waiting[which % Math.max(1, waiting.length)];
      if (!leaving) return;
      const others = callers.filter((caller) => caller !== leaving && caller.fate.state === "waiting");
      const exchanges = under.length;
      leaving.controller.abort(leaving.reason);
      await settle(clock);
      if (leaving.fate.error !== leaving.reason) wrong.push("an abort did not end its caller's wait");
      if (others.some(({ fate }) => fate.state !== "waiting")) wrong.push("an abort touched another caller");
      if (under.length !== exchanges) wrong.push("an abort touched the exchange");
    },
    invalidate({ scope, how }) {
      const view = provider.with({ scope: scopes[scope] });
      const held = view.peek();
      const stranger = bearer(clock, HOUR);
      if (how === "unauthorized") view.invalidate(held, "unauthorized");
      else view.invalidate(how === "all" ? undefined : how === "held" ? held : stranger);
      if (how === "other" && view.peek() !== held) wrong.push("compare-and-invalidate dropped another");
      if (how === "held" && held && view.peek() === held) wrong.push("a dropped credential is still held");
      if (held && view.peek() !== held) gone.add(held);
    },
  };

  for (const one of commands) {
    await (run[one.type] as (command: Command) => Promise<void> | void)(one);
    look();
    if (wrong.length > 0) return wrong;
  }
  // Whatever happened: from here on all goes well, so everybody gets an answer.
  target.answer = () => bearer(clock, HOUR);
  while (under[0]) await run.succeed({ type: "succeed", ms: HOUR });
  await clock.advance(100_000);
  if (callers.some(({ fate }) => fate.state === "waiting")) wrong.push("a caller hangs");
  await clock.advance(6 * MINUTE);
  for (const scope of scopes) if (!(await provider.with({ scope }).get())) wrong.push("it does not recover");
  await provider.close();
  await settle(clock);
  if (clock.sleepers > 0) wrong.push("something sleeps on after close()");
  return wrong;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, in random order", () => {
    for (const [name, seed, options] of [
      ["with the hit path", 11, { listen: false, maxPartitions: 100 }],
      ["with a listener", 12, { listen: true, maxPartitions: 100 }],
      ["in a cache that is too small", 13, { listen: false, maxPartitions: 3 }],
    ] as const) {
      QUnit.test(`never a wrong credential, a second exchange, a needless wait or a hang, ${name}`, async (assert) => {
        const property = fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 60 }), async (commands) => {
          const wrong = await play(commands, options);
          if (wrong.length > 0) throw new Error(wrong.join("; "));
        });
        await fc.assert(property, { numRuns: 150, seed, includeErrorInReport: true });
        assert.ok(true);
      });
    }
  });
};
