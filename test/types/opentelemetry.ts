/**
 * What `@opentelemetry/api` gives must fit `opentelemetry()`: its types, as far as they matter here, written down after its
 * documentation. Compiled by `npm run check`, never run.
 *
 * @see https://open-telemetry.github.io/opentelemetry-js/modules/_opentelemetry_api.html
 */
import { federate, type IdentitySource, type Target } from "@tokenhop/core";
import { opentelemetry } from "@tokenhop/core/interop/opentelemetry";

/** Enums, as theirs: a number fits one only where it is a member's. */
declare enum SpanKind {
  INTERNAL = 0,
  SERVER = 1,
  CLIENT = 2,
  PRODUCER = 3,
  CONSUMER = 4,
}
declare enum SpanStatusCode {
  UNSET = 0,
  OK = 1,
  ERROR = 2,
}
declare enum ValueType {
  INT = 0,
  DOUBLE = 1,
}

type Many<T> = readonly (T | null | undefined)[];
type AttributeValue = string | number | boolean | Many<string> | Many<number> | Many<boolean>;
type TimeInput = [number, number] | number | Date;

interface Attributes {
  [name: string]: AttributeValue | undefined;
}

interface Context {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): Context;
  deleteValue(key: symbol): Context;
}

/** Properties and not methods, so that the compiler looks at parameters one way only. */
interface Span {
  readonly setAttribute: (key: string, value: AttributeValue) => Span;
  readonly setStatus: (status: { code: SpanStatusCode; message?: string }) => Span;
  readonly end: (endTime?: TimeInput) => void;
  readonly isRecording: () => boolean;
}

interface SpanOptions {
  kind?: SpanKind;
  attributes?: Attributes;
  links?: { attributes?: Attributes }[];
  startTime?: TimeInput;
  root?: boolean;
}

interface Tracer {
  readonly startSpan: (name: string, options?: SpanOptions, context?: Context) => Span;
  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>;
}

interface MetricOptions {
  description?: string;
  unit?: string;
  valueType?: ValueType;
  advice?: { explicitBucketBoundaries?: number[] };
}

interface Counter<T extends Attributes = Attributes> {
  readonly add: (value: number, attributes?: T, context?: Context) => void;
}

interface Histogram<T extends Attributes = Attributes> {
  readonly record: (value: number, attributes?: T, context?: Context) => void;
}

interface Meter {
  readonly createCounter: <T extends Attributes = Attributes>(name: string, options?: MetricOptions) => Counter<T>;
  readonly createHistogram: <T extends Attributes = Attributes>(name: string, options?: MetricOptions) => Histogram<T>;
}

declare const tracer: Tracer;
declare const meter: Meter;
declare const source: IdentitySource;
declare const target: Target<never>;

// Right uses.
federate({ from: source, to: target, onEvent: opentelemetry({ tracer, meter }) });
opentelemetry({ tracer, meter: undefined });
opentelemetry({ meter, attributes: { "app.credential": "graph", shared: true, number: 1 } });

// Wrong uses.
// @ts-expect-error a tracer measures nothing
opentelemetry({ meter: tracer });
// @ts-expect-error nor does a meter trace
opentelemetry({ tracer: meter });
// @ts-expect-error a list would be a new value each time
opentelemetry({ meter, attributes: { names: ["graph"] } });
// @ts-expect-error no such option
opentelemetry({ tracer, hits: false });
