/** What OpenTelemetry is never told, and what it can never break. */
import { type EngineEvent, secret } from "@tokenhop/core";
import { type OpenTelemetryOptions, opentelemetry } from "@tokenhop/core/interop/opentelemetry";
import { failureOf } from "../contract/platform.ts";
import { failure, fateOf, MINUTE, settle, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { textsOf } from "../render.ts";
import { recording, SOURCE_OK, TARGET, TARGET_OK, watched } from "./opentelemetry-support.ts";

const fail = (): never => {
  throw new Error("no thanks");
};

/** What a program gives that no compiler has seen. */
const untyped = (options: object): OpenTelemetryOptions => options as OpenTelemetryOptions;
const meterOf = (create: unknown) => untyped({ meter: { createCounter: create, createHistogram: create } });
const tracerOf = (startSpan: unknown) => untyped({ tracer: { startSpan } });

const BROKEN: Readonly<Record<string, OpenTelemetryOptions>> = {
  "a meter that throws": meterOf(fail),
  "a meter that gives nothing": meterOf(() => undefined),
  "a meter that gives what is no instrument": meterOf(() => ({})),
  "instruments that throw": meterOf(() => ({ add: fail, record: fail })),
  "a tracer that throws": tracerOf(fail),
  "a tracer that gives nothing": tracerOf(() => undefined),
  "spans that throw": tracerOf(() => ({ setStatus: fail, end: fail })),
};

/** The end of an exchange with an error that anybody may have thrown. */
const failed = (error: object): EngineEvent => {
  const body = { type: "refresh-end", outcome: "error", durationMs: 5, error };
  return { at: 1_000, name: "target", hop: "target", ...body } as EngineEvent;
};

const REFUSED: readonly (readonly [given: unknown, ...problems: string[]])[] = [
  [{}, "expected a tracer, a meter or both"],
  [{ tracer: undefined, meter: undefined, attributes: { a: 1 } }, "expected a tracer, a meter or both"],
  [undefined, "missing, expected Object"],
  [
    { tracer: { getTracer() {} }, meter: { createCounter() {} } },
    "tracer: expected a Tracer, as trace.getTracer() gives",
    "meter: expected a Meter, as metrics.getMeter() gives",
  ],
  [{ tracer: null }, "tracer: expected a Tracer, as trace.getTracer() gives"],
  [{ ...tracerOf(fail), attributes: { a: {} } }, "attributes.a: expected (string | number | boolean)"],
  [{ ...tracerOf(fail), metrics: {} }, "metrics: unknown option"],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("opentelemetry, limits", () => {
    QUnit.test("is told no token, no user, no key, and no text of a server's", async (assert) => {
      const token = canaryToken({ sub: "someone" });
      const { provider, source, target, clock, takeMetrics, takeSpans } = watched({
        partition: () => [token, "someone"],
      });
      source.answer = (call) => {
        if (call === 1) throw new Error(`no ${token}`);
        return { token: secret(token), expiresAt: clock.now() + MINUTE };
      };
      const stranger = { code: `ERR_${token}`, errorCodes: [token], error: token, claims: token, correlationId: token };
      target.answer = (call) => {
        throw Object.assign(new Error(`refused ${token}`), { ...stranger, recovery: call === 1 ? "retry" : token });
      };
      const request = new Request("https://app.example/", { headers: { authorization: token } });
      const fate = fateOf(
        provider
          .with({ scope: token })
          .get({ request, waitUntil: () => {} })
          .catch(() => "failed"),
      );
      await clock.advance(10 * MINUTE);
      assert.strictEqual(fate.value, "failed");
      const [metrics, spans] = [takeMetrics(), takeSpans()];
      const texts = [...textsOf([metrics, spans])];
      assert.notOk(texts.some((text) => text.includes(token.slice(0, 12)) || text.includes("someone")));
      const attributes = { ...TARGET, "tokenhop.outcome": "error", "error.type": "_OTHER" };
      assert.deepEqual(metrics.at(-1)?.[2], attributes);
      assert.deepEqual(spans.at(-1)?.status, { code: 2, message: "_OTHER" });
    });

    QUnit.test("is told a hundred codes and numbers, and those for ever", (assert) => {
      const { meter, takeMetrics } = recording();
      const listen = opentelemetry({ meter });
      const letters = (at: number): string => String.fromCharCode(65 + Math.floor(at / 26), 65 + (at % 26));
      for (let at = 0; at < 200; at++) {
        listen(failed({ code: `ERR_${letters(at)}`, recovery: "stop", errorCodes: [at % 2 ? 70_000 + at / 2 : at] }));
      }
      const all = takeMetrics().map(([, , attributes]) => attributes);
      assert.strictEqual(new Set(all.map((each) => each["error.type"])).size, 101);
      const numbers = all.flatMap(({ "tokenhop.error.number": number = [] }) => number);
      assert.deepEqual(
        numbers,
        Array.from({ length: 100 }, (_, at) => 2 * at),
        "whole numbers only",
      );
      for (const [code, number] of [
        ["ERR_AA", 0],
        ["ERR_ZZ", 700213],
      ] as const) {
        listen(failed({ code, recovery: "stop", errorCodes: [number] }));
      }
      assert.deepEqual(
        takeMetrics().map(([, , { "error.type": type, "tokenhop.error.number": number }]) => [type, number]),
        [
          ["ERR_AA", 0],
          ["_OTHER", undefined],
        ],
      );
    });

    QUnit.test("costs nothing when it fails", async (assert) => {
      for (const [what, options] of Object.entries(BROKEN)) {
        const listen = opentelemetry(options);
        const { provider, target, clock, events } = world({ listen });
        const first = await provider.get();
        assert.ok((await provider.get()) === first, what);
        target.answer = () => {
          throw failure();
        };
        await clock.advance(50 * MINUTE);
        assert.ok((await provider.get()) === first, what);
        await settle(clock);
        assert.ok(events.length > 9, what);
        for (const event of events) listen(event);
        assert.ok(true, "nor does it throw, which would cost a second listener its event");
      }
    });

    QUnit.test("goes on with what works", async (assert) => {
      const { meter, tracer, takeMetrics, takeSpans } = recording();
      const createHistogram: typeof meter.createHistogram = (name, options) =>
        name === "tokenhop.refresh.duration" ? { record: fail } : meter.createHistogram(name, options);
      const { provider } = world({
        listen: opentelemetry({ tracer, meter: { createCounter: fail, createHistogram } }),
      });
      await provider.get();
      await provider.get();
      assert.deepEqual(takeMetrics(), [
        ["tokenhop.credential.lifetime", 3_600, SOURCE_OK],
        ["tokenhop.credential.lifetime", 3_600, TARGET_OK],
      ]);
      const ends = takeSpans().map(({ endTime }) => typeof endTime);
      assert.deepEqual(ends, ["number", "number"]);
      const halting: typeof tracer = {
        startSpan: (name, options) => ({ ...tracer.startSpan(name, options), setStatus: fail }),
      };
      opentelemetry({ tracer: halting })(failed({ code: "ERR_HTTP_NETWORK", recovery: "retry" }));
      assert.strictEqual(takeSpans()[0]?.endTime, 1_000, "a span that takes no status ends all the same");
    });

    QUnit.test("tells a meter alone, or a tracer alone", async (assert) => {
      for (const [left, metrics, spans] of [
        ["meter", 0, 2],
        ["tracer", 4, 0],
      ] as const) {
        const { provider, takeMetrics, takeSpans } = watched({}, { [left]: undefined });
        await provider.get();
        assert.deepEqual([takeMetrics().length, takeSpans().length], [metrics, spans], `no ${left}`);
      }
    });

    QUnit.test("adds the attributes that it was given, to all, and in place of none", async (assert) => {
      const attributes = {
        "app.credential": "graph",
        "tokenhop.hop": "moon",
        "error.type": "none",
        retries: 1,
        eager: true,
      };
      const { provider, takeMetrics, takeSpans } = watched({}, { attributes });
      await provider.get();
      await provider.get();
      const [metrics, spans] = [takeMetrics(), takeSpans()];
      const told = [...metrics.map(([, , each]) => each), ...spans.map((span) => span.attributes)];
      assert.strictEqual(told.length, 7);
      for (const each of told) assert.deepEqual({ ...attributes, ...each }, { ...each, "error.type": "none" });
      assert.deepEqual(metrics.at(-1)?.[2], { ...attributes, ...TARGET, "tokenhop.result": "hit" });
      assert.notOk(
        spans.some(({ status }) => status),
        "which is not what makes a failure",
      );
    });

    QUnit.test("says what is wrong with its options", async (assert) => {
      for (const [given, ...problems] of REFUSED) {
        const error = await failureOf(() => opentelemetry(given as OpenTelemetryOptions));
        assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_INVALID", problems]);
        assert.ok(error.message.startsWith("Cannot use opentelemetry(): "), error.message);
      }
    });
  });
};
