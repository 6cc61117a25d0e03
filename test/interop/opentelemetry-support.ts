/** A meter and a tracer that remember what they were told. */
import {
  type OpenTelemetryAttributes,
  type OpenTelemetryInstrumentOptions,
  type OpenTelemetryMeter,
  type OpenTelemetryOptions,
  type OpenTelemetryTracer,
  opentelemetry,
} from "@tokenhop/core/interop/opentelemetry";
import { type World, type WorldOptions, world } from "../core/support.ts";
import { record } from "../leak.ts";

/** One number, as an instrument was given it. */
export type Recorded = readonly [instrument: string, value: number, attributes: OpenTelemetryAttributes];

/** One span. `endTime` is absent until it has ended. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: number;
  readonly startTime: number;
  readonly attributes: OpenTelemetryAttributes;
  status?: { readonly code: number; readonly message: string };
  endTime?: number;
}

/** How an instrument was made. */
export type Made = readonly [kind: string, name: string, options: OpenTelemetryInstrumentOptions];

export interface Recording {
  readonly meter: OpenTelemetryMeter;
  readonly tracer: OpenTelemetryTracer;
  readonly instruments: readonly Made[];
  /** What came since it was last asked for. It goes to the leak search. */
  takeMetrics(): readonly Recorded[];
  takeSpans(): readonly RecordedSpan[];
}

function taker<T>(kind: string, list: T[]): () => readonly T[] {
  return () => {
    const taken = list.splice(0);
    record(kind, taken);
    return taken;
  };
}

export function recording(): Recording {
  const instruments: Made[] = [];
  const metrics: Recorded[] = [];
  const spans: RecordedSpan[] = [];
  const make = (kind: string, name: string, options: OpenTelemetryInstrumentOptions) => {
    instruments.push([kind, name, options]);
    return (value: number, attributes: OpenTelemetryAttributes) => void metrics.push([name, value, attributes]);
  };
  return {
    instruments,
    takeMetrics: taker("metrics", metrics),
    takeSpans: taker("spans", spans),
    meter: {
      createCounter: (name, options) => ({ add: make("counter", name, options) }),
      createHistogram: (name, options) => ({ record: make("histogram", name, options) }),
    },
    tracer: {
      startSpan(name, options) {
        const span: RecordedSpan = { name, ...options };
        spans.push(span);
        return {
          setStatus: (status) => Object.assign(span, { status }),
          end: (endTime) => Object.assign(span, { endTime }),
        };
      },
    },
  };
}

/** A provider that is watched by both. */
export function watched(options: WorldOptions = {}, more: OpenTelemetryOptions = {}): World & Recording {
  const seen = recording();
  const listen = opentelemetry({ tracer: seen.tracer, meter: seen.meter, ...more });
  return { ...seen, ...world({ ...options, listen }) };
}

/** Where it happened. */
export const SOURCE = { "tokenhop.step.name": "source", "tokenhop.hop": "source" };
export const TARGET = { "tokenhop.step.name": "target", "tokenhop.hop": "target" };
/** And how it ended. */
export const SOURCE_OK = { ...SOURCE, "tokenhop.outcome": "ok" };
export const TARGET_OK = { ...TARGET, "tokenhop.outcome": "ok" };
