/** What OpenTelemetry is told of a provider's life. */
import { createCache } from "@tokenhop/core";
import { bearer, errorOf, failure, fateOf, HOUR, MINUTE, settle, someSecret } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { SOURCE, SOURCE_OK, TARGET, TARGET_OK, watched } from "./opentelemetry-support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("opentelemetry", () => {
    QUnit.test("makes its instruments once, with their units", async (assert) => {
      const { provider, instruments } = watched();
      await provider.get();
      await provider.get();
      assert.deepEqual(instruments.map(([kind, name, { unit }]) => `${kind} ${name} ${unit}`).sort(), [
        "counter tokenhop.cache.evictions {eviction}",
        "counter tokenhop.cache.hits {hit}",
        "counter tokenhop.refresh.failovers {failover}",
        "counter tokenhop.refresh.retries {retry}",
        "histogram tokenhop.credential.lifetime s",
        "histogram tokenhop.refresh.duration s",
      ]);
      for (const [kind, name, { description, advice }] of instruments) {
        assert.ok(description, name);
        const bounds = advice?.explicitBucketBoundaries ?? [];
        assert.strictEqual(
          bounds.length > 0,
          kind === "histogram",
          `${name}: an SDK's own bounds are for milliseconds`,
        );
        assert.deepEqual(
          bounds,
          [...new Set(bounds)].sort((a, b) => a - b),
          name,
        );
      }
    });

    QUnit.test("tells the life of a credential", async (assert) => {
      const { provider, source, target, clock, takeMetrics, takeSpans } = watched();
      target.answer = async (_, { signal }) => {
        await clock.sleep(40, signal);
        return bearer(clock, HOUR);
      };
      source.answer = (call) => {
        if (call === 1) throw failure({ code: "ERR_SOURCE_FAILED" });
        return { token: someSecret(), expiresAt: clock.now() + 2 * HOUR };
      };
      const start = clock.now();
      const first = provider.get();
      await clock.advance(MINUTE);
      await first;
      assert.deepEqual(takeMetrics(), [
        [
          "tokenhop.refresh.retries",
          1,
          { ...SOURCE, "error.type": "ERR_SOURCE_FAILED", "tokenhop.error.recovery": "retry" },
        ],
        ["tokenhop.refresh.duration", 0.5, SOURCE_OK],
        ["tokenhop.credential.lifetime", 7_200, SOURCE_OK],
        ["tokenhop.refresh.duration", 0.54, TARGET_OK],
        ["tokenhop.credential.lifetime", 3_600, TARGET_OK],
      ]);
      assert.deepEqual(takeSpans(), [
        { name: "refresh source", kind: 0, startTime: start, attributes: SOURCE_OK, endTime: start + 500 },
        { name: "refresh target", kind: 0, startTime: start, attributes: TARGET_OK, endTime: start + 540 },
      ]);

      await provider.get();
      assert.deepEqual(takeMetrics(), [["tokenhop.cache.hits", 1, { ...TARGET, "tokenhop.result": "hit" }]]);
      await clock.advance(50 * MINUTE);
      const due = clock.now();
      await provider.get();
      await clock.advance(100);
      assert.deepEqual(takeMetrics(), [
        ["tokenhop.cache.hits", 1, { ...TARGET, "tokenhop.result": "stale" }],
        ["tokenhop.cache.hits", 1, { ...SOURCE, "tokenhop.result": "hit" }],
        ["tokenhop.refresh.duration", 0.04, TARGET_OK],
        ["tokenhop.credential.lifetime", 3_600, TARGET_OK],
      ]);
      assert.deepEqual(takeSpans(), [
        { name: "refresh target", kind: 0, startTime: due, attributes: TARGET_OK, endTime: due + 40 },
      ]);
    });

    QUnit.test("tells a failure by its code, and of a retry that it was one", async (assert) => {
      const { provider, target, clock, takeMetrics, takeSpans } = watched();
      target.answer = (call) => {
        if (call === 1) throw failure({ code: "ERR_HTTP_NETWORK" });
        throw failure({
          code: "ERR_EXCHANGE_REFUSED",
          recovery: "stop",
          errorCodes: [700213, 70021],
          error: "invalid_client",
        });
      };
      const start = clock.now();
      const fate = fateOf(provider.get());
      await clock.advance(500);
      assert.strictEqual(fate.state, "failed");
      await errorOf(provider.get());
      const attributes = {
        ...TARGET,
        "tokenhop.outcome": "error",
        "error.type": "ERR_EXCHANGE_REFUSED",
        "tokenhop.error.recovery": "stop",
        "tokenhop.error.number": 700213,
      };
      assert.deepEqual(takeMetrics().slice(2), [
        [
          "tokenhop.refresh.retries",
          1,
          { ...TARGET, "error.type": "ERR_HTTP_NETWORK", "tokenhop.error.recovery": "retry" },
        ],
        ["tokenhop.cache.hits", 1, { ...SOURCE, "tokenhop.result": "hit" }],
        ["tokenhop.refresh.duration", 0.5, attributes],
      ]);
      assert.deepEqual(takeSpans().slice(1), [
        {
          name: "refresh target",
          kind: 0,
          startTime: start,
          attributes,
          status: { code: 2, message: "ERR_EXCHANGE_REFUSED" },
          endTime: start + 500,
        },
      ]);
    });

    QUnit.test("gives exchanges of one name that overlap their own times", async (assert) => {
      const { provider, target, clock, takeSpans } = watched();
      const takes: Readonly<Record<string, number>> = { slow: 3_000, quick: 1_000 };
      target.answer = async (_, { scope = "", signal }) => {
        await clock.sleep(takes[scope] ?? 0, signal);
        return bearer(clock, HOUR);
      };
      const start = clock.now();
      const slow = fateOf(provider.with({ scope: "slow" }).get());
      await clock.advance(500);
      const quick = fateOf(provider.with({ scope: "quick" }).get());
      await clock.advance(5_000);
      assert.deepEqual([slow.state, quick.state], ["given", "given"]);
      const times = takeSpans().map(({ name, startTime, endTime = 0 }) => [name, startTime - start, endTime - start]);
      assert.deepEqual(times, [
        ["refresh source", 0, 0],
        ["refresh target", 500, 1_500],
        ["refresh target", 0, 3_000],
      ]);
    });

    QUnit.test("counts what went from a full cache", async (assert) => {
      const { provider, takeMetrics } = watched({ cache: createCache({ maxPartitions: 2 }) });
      await provider.with({ scope: "one" }).get();
      await provider.with({ scope: "two" }).get();
      const evictions = takeMetrics().filter(([name]) => name === "tokenhop.cache.evictions");
      assert.deepEqual(evictions, [["tokenhop.cache.evictions", 1, TARGET]]);
    });

    QUnit.test("counts an exchange that its request took away, which has no end", async (assert) => {
      const { provider, target, clock, takeMetrics, takeSpans } = watched({ requestBoundIo: true });
      target.answer = (call) => (call === 1 ? new Promise<never>(() => {}) : bearer(clock, HOUR));
      fateOf(provider.get());
      await settle(clock);
      takeMetrics();
      const joiner = fateOf(provider.get());
      await clock.advance(5_000);
      assert.strictEqual(joiner.state, "given");
      assert.deepEqual(takeMetrics(), [
        ["tokenhop.refresh.failovers", 1, TARGET],
        ["tokenhop.cache.hits", 1, { ...SOURCE, "tokenhop.result": "hit" }],
        ["tokenhop.refresh.duration", 0, TARGET_OK],
        ["tokenhop.credential.lifetime", 3_600, TARGET_OK],
      ]);
      assert.strictEqual(takeSpans().length, 2);
    });

    QUnit.test("has no lifetime for a token that does not say when it ends", async (assert) => {
      const { provider, source, takeMetrics } = watched();
      source.answer = () => ({ token: someSecret() });
      await provider.get();
      assert.deepEqual(takeMetrics(), [
        ["tokenhop.refresh.duration", 0, SOURCE_OK],
        ["tokenhop.refresh.duration", 0, TARGET_OK],
        ["tokenhop.credential.lifetime", 3_600, TARGET_OK],
      ]);
    });
  });
};
