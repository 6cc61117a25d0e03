/**
 * Metrics and spans of what a provider does, through an OpenTelemetry tracer and meter that the application brings.
 *
 * Import from `@tokenhop/core/interop/opentelemetry`.
 */
import * as v from "valibot";
import { checkOptions } from "../internal/schema.ts";
import type { EngineEvent } from "../types.ts";

/** What is said of a record. */
export interface OpenTelemetryAttributes {
  readonly [name: string]: string | number | boolean;
}

/** A `Span`, as far as it is used here. */
export interface OpenTelemetrySpan {
  /** The code is `SpanStatusCode.ERROR`. */
  setStatus(status: { readonly code: 2; readonly message: string }): unknown;
  /** Epoch ms. */
  end(endTime: number): unknown;
}

/** How a span is started. */
export interface OpenTelemetrySpanOptions {
  /** `SpanKind.INTERNAL`. */
  readonly kind: 0;
  /** Epoch ms. */
  readonly startTime: number;
  readonly attributes: OpenTelemetryAttributes;
}

/** A `Tracer`, as `trace.getTracer()` of `@opentelemetry/api` gives. */
export interface OpenTelemetryTracer {
  startSpan(name: string, options: OpenTelemetrySpanOptions): OpenTelemetrySpan;
}

/** What an instrument is made with. */
export interface OpenTelemetryInstrumentOptions {
  /** As UCUM writes it: `s`, `{retry}`. */
  readonly unit: string;
  readonly description: string;
  /** For histograms: the bounds that an SDK has by itself suit milliseconds. */
  readonly advice?: { explicitBucketBoundaries: number[] };
}

/** A `Meter`, as `metrics.getMeter()` of `@opentelemetry/api` gives. */
export interface OpenTelemetryMeter {
  createCounter(
    name: string,
    options: OpenTelemetryInstrumentOptions,
  ): { add(value: number, attributes: OpenTelemetryAttributes): unknown };
  createHistogram(
    name: string,
    options: OpenTelemetryInstrumentOptions,
  ): { record(value: number, attributes: OpenTelemetryAttributes): unknown };
}

/** What {@link opentelemetry} is given: a tracer, a meter or both. */
export interface OpenTelemetryOptions {
  /** Default: no spans. */
  readonly tracer?: OpenTelemetryTracer | undefined;
  /** Default: no metrics. */
  readonly meter?: OpenTelemetryMeter | undefined;
  /** Added to every record, to tell providers of the same steps apart: `{ "app.credential": "graph" }`. Default: nothing. */
  readonly attributes?: OpenTelemetryAttributes | undefined;
}

type Listener = (event: EngineEvent) => void;
/** What to say of an event. A new object each time, for others will keep it. */
type Describe = (event: EngineEvent) => OpenTelemetryAttributes;

const INTERNAL = 0;
const ERROR = 2;
/** Seconds; up to how long an exchange may take by default. */
const DURATIONS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 90];
/** Seconds; from the minutes of a CI job's identity to the day of a managed one's. */
const LIFETIMES: readonly number[] = [60, 300, 600, 900, 1_800, 3_600, 5_400, 7_200, 14_400, 28_800, 86_400];
const RECOVERIES: readonly string[] = ["retry", "subject", "propagation", "stop"];
/** Codes and numbers of errors are a few dozen. What would make more of them must not cost a time series each. */
const MAX_VALUES = 100;

function having(...methods: readonly string[]): (value: unknown) => boolean {
  return (value) => methods.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === "function");
}

const optionsSchema = v.pipe(
  v.strictObject({
    tracer: v.optional(
      v.custom<OpenTelemetryTracer>(having("startSpan"), "expected a Tracer, as trace.getTracer() gives"),
    ),
    meter: v.optional(
      v.custom<OpenTelemetryMeter>(
        having("createCounter", "createHistogram"),
        "expected a Meter, as metrics.getMeter() gives",
      ),
    ),
    attributes: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
  }),
  v.check(({ tracer, meter }) => (tracer ?? meter) !== undefined, "expected a tracer, a meter or both"),
);

/** Telemetry is not worth a failure of what it watches, nor of a listener that is called after it. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** Lets the first values through that fit, and those again, and no others. */
function few<T>(fits: (value: T) => boolean): (value: T | undefined) => value is T {
  const seen = new Set<T | undefined>();
  return (value): value is T => {
    if (value !== undefined && seen.size < MAX_VALUES && fits(value)) seen.add(value);
    return seen.has(value);
  };
}

/** Attributes of few values, and no text of a server's or a stranger's: an error may be of a source that is not ours. */
function describing(fixed: OpenTelemetryAttributes): Describe {
  const isCode = few<string>((code) => /^ERR_[A-Z_]{1,40}$/.test(code));
  const isNumber = few<number>(Number.isSafeInteger);

  const failure = (code: string, recovery: string, number?: number): OpenTelemetryAttributes => ({
    "error.type": isCode(code) ? code : "_OTHER",
    ...(RECOVERIES.includes(recovery) && { "tokenhop.error.recovery": recovery }),
    ...(isNumber(number) && { "tokenhop.error.number": number }),
  });

  return (event) => {
    const { name, hop, type } = event;
    const where = { ...fixed, "tokenhop.step.name": name, "tokenhop.hop": hop };
    if (type === "hit" || type === "stale") return { ...where, "tokenhop.result": type };
    if (type === "retry") return { ...where, ...failure(event.code, event.recovery) };
    if (type !== "refresh-end") return where;
    const ended = { ...where, "tokenhop.outcome": event.outcome };
    if (event.outcome === "ok") return ended;
    const { code, recovery, errorCodes } = event.error;
    return { ...ended, ...failure(code, recovery, errorCodes?.[0]) };
  };
}

/** The listener that counts and measures. */
function measuring(meter: OpenTelemetryMeter, describe: Describe): Listener {
  const counter = (name: string, unit: string, description: string): Listener => {
    const made = attempt(() => meter.createCounter(name, { unit, description }));
    return (event) => made?.add(1, describe(event));
  };
  const histogram = (name: string, description: string, bounds: readonly number[]) => {
    const options = { unit: "s", description, advice: { explicitBucketBoundaries: [...bounds] } };
    const made = attempt(() => meter.createHistogram(name, options));
    return (ms: number, event: EngineEvent) => attempt(() => made?.record(ms / 1_000, describe(event)));
  };
  const hits = counter("tokenhop.cache.hits", "{hit}", "Answers given from the cache");
  const duration = histogram("tokenhop.refresh.duration", "Time of an exchange with its tries and waits", DURATIONS);
  const lifetime = histogram("tokenhop.credential.lifetime", "Time to live of what an exchange gave", LIFETIMES);
  const counters: { readonly [type in EngineEvent["type"]]?: Listener } = {
    hit: hits,
    stale: hits,
    retry: counter("tokenhop.refresh.retries", "{retry}", "Failed tries that are followed by another"),
    failover: counter("tokenhop.refresh.failovers", "{failover}", "Exchanges given up as lost with their request"),
    evicted: counter("tokenhop.cache.evictions", "{eviction}", "Entries dropped to make room for others"),
  };
  return (event) => {
    if (event.type !== "refresh-end") return counters[event.type]?.(event);
    duration(event.durationMs, event);
    // A token that does not say when it ends is told of as if it ended at once.
    if (event.outcome === "ok" && event.expiresAt > event.at) lifetime(event.expiresAt - event.at, event);
  };
}

/**
 * The listener that makes spans. Events have no id, and exchanges of one name overlap (another scope, another user), so a start
 * and an end cannot be told to belong together: the end alone says both times.
 */
function tracing(tracer: OpenTelemetryTracer, describe: Describe): Listener {
  return (event) => {
    if (event.type !== "refresh-end") return;
    const { name, at, durationMs } = event;
    const attributes = describe(event);
    const span = tracer.startSpan(`refresh ${name}`, { kind: INTERNAL, startTime: at - durationMs, attributes });
    if (event.outcome === "error") {
      attempt(() => span.setStatus({ code: ERROR, message: String(attributes["error.type"]) }));
    }
    span.end(at);
  };
}

/**
 * A listener for `federate({ onEvent })` that tells OpenTelemetry what a provider does. It needs no package: tracer and meter are
 * the application's, used by their shape. Whatever they throw, or lack, costs the provider nothing.
 *
 * Metrics: the counters `tokenhop.cache.hits`, `tokenhop.cache.evictions`, `tokenhop.refresh.retries` and
 * `tokenhop.refresh.failovers`, and the histograms `tokenhop.refresh.duration` and `tokenhop.credential.lifetime`, in seconds.
 * The README of this package says what each counts, and with which attributes. No attribute holds a token, a cache key, a user,
 * or a text of a server's, and each has few values.
 *
 * Spans: each exchange is one, `refresh <step>`, with the attributes of its metric. The kind is INTERNAL, for it is the wait of
 * the program with all tries in it, and some steps ask no server; requests are CLIENT spans of whatever instruments `fetch`.
 * A failure has the status ERROR with its code as description. The span is made when the exchange ends, with the times of its
 * start and end. Its parent is the span in which the exchange was started, if the SDK follows promises: the first caller's, or
 * that of the request behind which it ran, which it may outlast. The hop before is its sibling, and within its time.
 *
 * - **Cost.** A provider with a listener, whatever that does, leaves its shortest path: on Node 24 a cached `get()` took 20 to 35
 *   times as long as without one, measured at some 6 µs instead of 0.25 µs. Counting the hit with the SDK was 1 µs of it.
 * - A meter that was taken before the SDK was registered stays silent for good: take it afterwards. A tracer may be taken earlier.
 * - With a second listener: `onEvent: (event) => { log(event); telemetry(event); }`. Less: hand on only the events you want.
 * - In a cache shared by providers, an exchange is told of by the one that started it.
 *
 * @param options `{ tracer, meter, attributes }`, see {@link OpenTelemetryOptions}.
 * @returns The listener. It never throws, and keeps nothing but the numbers that it has seen.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` when there is neither tracer nor meter, or one of them is something else.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { type OpenTelemetryMeter, type OpenTelemetryTracer, opentelemetry } from "@tokenhop/core/interop/opentelemetry";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * // trace.getTracer("@tokenhop/core") and metrics.getMeter("@tokenhop/core") of @opentelemetry/api
 * declare const tracer: OpenTelemetryTracer;
 * declare const meter: OpenTelemetryMeter;
 *
 * const { AZURE_TENANT_ID: tenantId, APP_CLIENT_ID: clientId } = process.env;
 * export const graph = federate({
 *   from: managedIdentity(),
 *   to: entra({ tenantId, clientId, scope: "https://graph.microsoft.com/.default" }),
 *   onEvent: opentelemetry({ tracer, meter, attributes: { "app.credential": "graph" } }),
 * });
 * ```
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/metrics/
 * @see https://opentelemetry.io/docs/specs/semconv/general/recording-errors/
 * @see https://opentelemetry.io/docs/specs/otel/trace/api/#spankind
 */
export function opentelemetry(options: OpenTelemetryOptions): (event: EngineEvent) => void {
  const { tracer, meter, attributes = {} } = checkOptions(optionsSchema, options, "opentelemetry()");
  const describe = describing(attributes);
  const listeners: Listener[] = [];
  if (meter) listeners.push(measuring(meter, describe));
  if (tracer) listeners.push(tracing(tracer, describe));
  return (event) => {
    for (const listen of listeners) attempt(() => listen(event));
  };
}
