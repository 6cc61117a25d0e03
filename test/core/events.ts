/** What the engine tells, and what it keeps to itself. */
import { createCache, type EngineEvent, federate, isTokenError, secret, TokenError } from "@tokenhop/core";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import type { Suite } from "../harness.ts";
import { canaryToken, record } from "../leak.ts";
import { textsOf } from "../render.ts";
import { bearer, errorOf, failure, HOUR, MINUTE, settle, someSecret, world } from "./support.ts";

const brief = (events: readonly EngineEvent[]): string[] =>
  events.map((event) => {
    const outcome = "outcome" in event ? ` ${event.outcome}` : "";
    const background = "background" in event && event.background ? " behind" : "";
    return `${event.name}: ${event.type}${outcome}${background}`;
  });

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, events", () => {
    QUnit.test("tell the life of a credential", async (assert) => {
      const { provider, source, target, clock, events } = world({ listen: true });
      target.answer = async (_, { signal }) => {
        await clock.sleep(40, signal);
        return bearer(clock, HOUR);
      };
      source.answer = (call) => {
        if (call === 1) throw failure({ code: "ERR_SOURCE_FAILED" });
        return { token: someSecret(), expiresAt: clock.now() + HOUR };
      };
      const start = clock.now();
      const first = provider.get();
      await clock.advance(MINUTE);
      await first;
      await provider.get();
      await clock.advance(49 * MINUTE);
      await provider.get();
      await clock.advance(100);
      record("events", events);
      assert.deepEqual(brief(events), [
        "target: refresh-start",
        "source: refresh-start",
        "source: retry",
        "source: refresh-end ok",
        "target: refresh-end ok",
        "target: hit",
        "target: refresh-start behind",
        "target: stale",
        "source: refresh-start behind",
        "source: stale",
        "source: refresh-end ok",
        "target: refresh-end ok",
      ]);
      const ends = events.flatMap((event) => (event.type === "refresh-end" ? [event.durationMs] : []));
      assert.deepEqual(ends.slice(0, 2), [500, 540]);
      assert.ok(events.every(({ at }) => at >= start && at <= clock.now()));
      assert.deepEqual(new Set(events.map(({ hop, name }) => `${hop} ${name}`)).size, 2);
    });

    QUnit.test("come in order", async (assert) => {
      const { provider, target, clock, events } = world({ listen: true, limits: { attempts: 2 } });
      await provider.get();
      await provider.get();
      await clock.advance(50 * MINUTE);
      target.answer = () => {
        throw failure();
      };
      await provider.get();
      await settle(clock);
      const targets = brief(events).filter((line) => line.startsWith("target"));
      assert.deepEqual(targets, [
        "target: refresh-start",
        "target: refresh-end ok",
        "target: hit",
        "target: refresh-start behind",
        "target: stale",
        "target: refresh-end error",
      ]);
    });

    QUnit.test("a listener that throws harms nothing", async (assert) => {
      const clock = manualClock();
      const it = world({ clock });
      let told = 0;
      const provider = federate({
        from: it.provider,
        to: {
          name: "to",
          identity: ["to"],
          audience: "a",
          produces: "unknown",
          exchange: async () => bearer(clock, HOUR),
        },
        cache: createCache({ maxPartitions: 1 }),
        platform: testPlatform({ clock }),
        onEvent() {
          told++;
          throw new Error("no thanks");
        },
      });
      const first = await provider.get();
      assert.ok((await provider.get()) === first);
      await clock.advance(50 * MINUTE);
      await provider.get();
      await settle(clock);
      assert.ok(told >= 6, `${told}`);
    });

    QUnit.test("nothing that can be printed holds a token or a cache key", async (assert) => {
      const token = canaryToken({ sub: "someone" });
      const { provider, source, target, clock, events } = world({ listen: true, partition: () => [token] });
      const request = new Request("https://app.example/");
      source.answer = () => ({ token: secret(token), expiresAt: clock.now() + HOUR });
      target.answer = (call) => {
        if (call === 1) throw new Error(`refused ${token}`);
        return { kind: "bearer", token: secret(token), expiresAt: clock.now() + HOUR };
      };
      const call = provider.get({ request });
      await clock.advance(MINUTE);
      const credential = await call;
      await provider.get({ request });
      for (const value of [
        events,
        credential,
        provider,
        provider.peek(),
        String(credential.token),
        `${credential.token}`,
      ]) {
        record("printed", value);
        const texts = [...textsOf(value)];
        assert.notOk(texts.some((text) => text.includes(token.slice(0, 12)) || text.includes(token.slice(-12))));
      }
      assert.strictEqual(JSON.stringify(credential.token), '"[redacted]"');
      assert.strictEqual(credential.token.reveal(), token);
      assert.ok(events.length > 4);
    });
  });

  QUnit.module("errors", () => {
    QUnit.test("carry their code, their help and what is known, and nothing else", (assert) => {
      const error = new TokenError("Cannot do it", { code: "ERR_HTTP_NETWORK", status: 503, error: undefined });
      assert.deepEqual(error.toJSON(), {
        name: "TokenError",
        code: "ERR_HTTP_NETWORK",
        recovery: "stop",
        status: 503,
        message: `Cannot do it (ERR_HTTP_NETWORK, https://github.com/tokenhop/tokenhop/blob/main/docs/errors.md#err_http_network)`,
      });
      assert.ok(String(error).startsWith("TokenError: Cannot do it (ERR_HTTP_NETWORK, https://"));
      assert.notOk("error" in error, "absent fields do not appear");
      assert.strictEqual(error.cause, undefined);
      const again = new TokenError(error.message, { ...error });
      assert.strictEqual(again.message, error.message, "the help is added once");
    });

    QUnit.test("are told by code and recovery", (assert) => {
      assert.ok(isTokenError(new TokenError("No", { code: "ERR_CALL_TIMEOUT" })));
      assert.ok(
        isTokenError(Object.assign(new Error("from another copy"), { code: "ERR_NEW_ONE", recovery: "retry" })),
      );
      const others: unknown[] = [
        undefined,
        null,
        "ERR_CALL_TIMEOUT",
        new Error("ERR_CALL_TIMEOUT"),
        Object.assign(new Error("a runtime's"), { code: "ERR_INVALID_ARG_TYPE" }),
        Object.assign(new Error("lower case"), { code: "err_x", recovery: "retry" }),
        { code: "ERR_CALL_TIMEOUT", recovery: "retry" },
        new DOMException("aborted", "AbortError"),
      ];
      for (const other of others) assert.strictEqual(isTokenError(other), false, String(other));
    });

    QUnit.test("of another copy of this package are acted upon", async (assert) => {
      const { provider, target } = world();
      target.answer = () => {
        throw Object.assign(new Error("foreign"), { code: "ERR_EXCHANGE_REFUSED", recovery: "stop" });
      };
      assert.strictEqual((await errorOf(provider.get())).message, "foreign");
      await errorOf(provider.get());
      assert.strictEqual(target.calls, 1);
    });
  });
};
