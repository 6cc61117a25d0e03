/** Breaks of what OpenTelemetry is told. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/core/src/interop");
const here = (find: string, replace: string, why: string): Break => at("opentelemetry.ts", find, replace, why);

export const opentelemetryBreaks: readonly Break[] = [
  here("ms / 1_000", "ms", "durations are a thousand times as long"),
  here("startTime: at - durationMs", "startTime: at", "every exchange seems to take no time"),
  here('isCode(code) ? code : "_OTHER"', "code", "a stranger's text, or a token in it, is exported"),
  here("seen.size < MAX_VALUES && ", "", "a server makes as many time series as it likes"),
  here("const where = { ...fixed, ", "const where = { ", "two providers cannot be told apart"),
  here(
    "for (const listen of listeners) attempt(() => listen(event));",
    "for (const listen of listeners) listen(event);",
    "a tracer that throws costs a second listener its events",
  ),
  here("attempt(() => made?.record(", "(() => made?.record(", "the duration is measured no more"),
  here(
    "attempt(() => meter.createCounter(name, { unit, description }))",
    "meter.createCounter(name, { unit, description })",
    "an application does not start because of its meter",
  ),
  here(
    'event.outcome === "ok" && event.expiresAt > event.at',
    'event.outcome === "ok"',
    "tokens that do not say when they end seem to end at once",
  ),
  here('if (event.outcome === "error") {', "if (attributes) {", "every span is an error"),
  here(
    'type === "hit" || type === "stale") return { ...where, "tokenhop.result": type }',
    'type === "hit") return { ...where, "tokenhop.result": type }',
    "stale answers cannot be told from others",
  ),
];
