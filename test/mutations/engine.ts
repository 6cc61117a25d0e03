/** Breaks of the pure part of the engine: states, times, retries. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/core/src");

export const engineBreaks: readonly Break[] = [
  at(
    "engine/state.ts",
    "age < held.refreshMs || blocked || call.waited",
    "age < held.refreshMs || blocked",
    "whoever waited in vain inside the margin waits on",
  ),
  at(
    "engine/state.ts",
    "age < held.refreshMs || blocked || call.waited",
    "age < held.refreshMs || call.waited",
    "a failing identity provider is asked with every call",
  ),
  at(
    "engine/state.ts",
    'if (age >= held.usableMs || call.eager) return "wait";',
    'if (call.eager) return "wait";',
    "a credential is given until its last moment without trying for a new one",
  ),
  at(
    "engine/state.ts",
    'return call.behind ? "serve-and-refresh" : "serve";',
    'return "serve-and-refresh";',
    "a refresh is started that the runtime takes away with its request",
  ),
  at(
    "engine/state.ts",
    "demanded || !held || age >= held.validMs",
    "demanded || !held",
    "expired credentials are given",
  ),
  at("engine/state.ts", "(failure.hard || call.eager)", "failure.hard", "those who watch set each other off"),
  at(
    "engine/state.ts",
    "blocked && (failure.hard || call.eager)",
    "blocked",
    "one passing failure makes every cold call fail for a while",
  ),
  at(
    "engine/state.ts",
    "!held?.claims || age >= UNAUTHORIZED_AGE_MS",
    "!held?.claims",
    "a claims challenge that comes again later is not met",
  ),
  at(
    "engine/state.ts",
    'call.claims !== "" && (!held?.claims || age >= UNAUTHORIZED_AGE_MS)',
    'call.claims !== ""',
    "a downstream that always demands claims is a request loop",
  ),
  at(
    "engine/state.ts",
    "return failure?.claims === claims && now.mono < failure.until;",
    "return failure !== undefined && now.mono < failure.until;",
    "claims that cannot be had lock out callers without",
  ),
  at(
    "engine/state.ts",
    "Math.min(marginMs, lifetimeMs / 10)",
    "marginMs",
    "tokens that live for seconds are never usable",
  ),
  at(
    "engine/state.ts",
    "const refreshInMs = adviceMs > 0 ? adviceMs : undefined;",
    "const refreshInMs = Number.isNaN(adviceMs) ? undefined : adviceMs;",
    "advice that lies in the past makes every call a request",
  ),
  at(
    "engine/state.ts",
    "return { ...state, failure: undefined, held: {",
    "return { ...state, held: {",
    "a success does not end the memory of failures",
  ),
  at(
    "engine/state.ts",
    "const count = (state.failure?.count ?? 0) + 1;",
    "const count = 1;",
    "the pause after refusals never grows",
  ),
  at(
    "engine/state.ts",
    'error.recovery !== "retry"',
    'error.recovery === "stop"',
    "a refusal that may be replication lag is not remembered",
  ),
  at(
    "engine/state.ts",
    "until: mono + (error.retryAfterMs || waitMs)",
    "until: mono + waitMs",
    "Retry-After is not kept between calls",
  ),
  at(
    "engine/state.ts",
    "const hard = stop || Boolean(error.retryAfterMs);",
    "const hard = stop;",
    "cold callers do not honour Retry-After",
  ),
  at(
    "engine/state.ts",
    "if (value && held?.value !== value) return state;",
    "",
    "dropping an old credential drops the new one",
  ),
  at(
    "engine/state.ts",
    "if (!cause) return { ...state, held: undefined, failure: undefined };",
    "if (!cause) return { ...state, held: undefined };",
    "invalidate() does not clear the memory of failures",
  ),
  at(
    "engine/state.ts",
    "ageMs(held, now) >= UNAUTHORIZED_AGE_MS &&",
    "held !== undefined &&",
    "a 401 drops a credential that was just obtained",
  ),
  at(
    "engine/state.ts",
    "!(now.mono - (droppedAt as number) < UNAUTHORIZED_EVERY_MS)",
    "true",
    "a downstream that always says 401 is a request loop",
  ),
  at(
    "engine/state.ts",
    'mayGo && !isBlocked(failure, "", now)',
    "mayGo",
    "a 401 drops the last credential during an outage",
  ),
  at("engine/schedule.ts", "refreshInMs ?? lifetimeMs *", "lifetimeMs *", "the issuer's advice is not followed"),
  at(
    "engine/schedule.ts",
    "lifetimeMs * (0.7 + 0.15 * random)",
    "lifetimeMs * (0.7 + 0.15)",
    "a fleet that was started together refreshes together",
  ),
  at(
    "engine/schedule.ts",
    "Math.max(lifetimeMs / 5, MINUTE_MS)",
    "Math.max(lifetimeMs / 4, MINUTE_MS)",
    "the preset tokenex is not tokenex's rule",
  ),
  at(
    "engine/schedule.ts",
    "if (ms >= 0) return ms;",
    "return ms;",
    "a refresh policy that gives no number makes every call a request",
  ),
  at("engine/schedule.ts", "return random * Math.min(", "return Math.min(", "retries come in step"),
  at(
    "engine/retry.ts",
    "return attempt.renewable ? 0 : undefined;",
    "return 0;",
    "an assertion that is always refused is renewed without end",
  ),
  at(
    "engine/retry.ts",
    'recovery === "stop" || attempt.background ||',
    'recovery === "stop" ||',
    "a refresh behind an answer retries like a call that waits",
  ),
  at(
    "engine/retry.ts",
    'recovery === "propagation" && !attempt.propagates',
    'recovery === "propagation"',
    "a correct federated credential fails with each replication lag",
  ),
  at(
    "engine/retry.ts",
    "const delayMs = retryAfterMs || backoffMs(",
    "const delayMs = backoffMs(",
    "Retry-After is not honoured",
  ),
  at(
    "engine/retry.ts",
    "return delayMs < budget.leftMs() ? delayMs : undefined;",
    "return delayMs;",
    "an exchange outlives its deadline",
  ),
];
