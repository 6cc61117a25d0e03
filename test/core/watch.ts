/** `watch`: every new credential once, errors survived. */
import { createCache, secret, type WatchEvent } from "@tokenhop/core";
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { bearer, failure, HOUR, MINUTE, settle, type World, world } from "./support.ts";

interface Seen {
  readonly at: number;
  readonly event: WatchEvent;
}

/** Reads a watch to its end, writing down when what came. */
function follow(
  { clock, provider }: World,
  signal: AbortSignal,
): { readonly seen: Seen[]; readonly ended: Promise<void> } {
  const start = clock.now();
  const seen: Seen[] = [];
  const ended = (async () => {
    for await (const event of provider.watch({ signal })) {
      record("watch", event);
      seen.push({ at: clock.now() - start, event });
    }
  })();
  return { seen, ended };
}

const typesOf = (seen: readonly Seen[]): string[] => seen.map(({ event }) => event.type);

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, watch()", () => {
    QUnit.test("gives each new credential when it is due, without any caller", async (assert) => {
      const it = world();
      const end = new AbortController();
      const { seen, ended } = follow(it, end.signal);
      await it.clock.advance(3 * HOUR);
      const due = 0.775 * HOUR;
      assert.strictEqual(seen.length, 4);
      assert.ok(seen.every(({ at }, index) => at - index * due < 500));
      assert.ok(seen.every(({ event }) => event.type === "update"));
      assert.strictEqual(new Set(seen.map(({ event }) => event.type === "update" && event.credential)).size, 4);
      end.abort();
      await ended;
      assert.strictEqual(it.clock.sleepers, 0);
    });

    QUnit.test("starts with what is held", async (assert) => {
      const it = world();
      const held = await it.provider.get();
      const end = new AbortController();
      const { seen } = follow(it, end.signal);
      await it.clock.advance(30 * MINUTE);
      assert.ok(seen.length === 1 && seen[0]?.event.type === "update" && seen[0].event.credential === held);
      assert.strictEqual(it.target.calls, 1);
      end.abort();
    });

    QUnit.test("survives errors, says when it tries again, and removes what has expired", async (assert) => {
      const it = world({ limits: { attempts: 1 } });
      const end = new AbortController();
      const { seen } = follow(it, end.signal);
      await it.clock.advance(40 * MINUTE);
      it.target.answer = () => {
        throw failure();
      };
      await it.clock.advance(30 * MINUTE);
      const types = typesOf(seen);
      assert.strictEqual(types.filter((type) => type === "remove").length, 1);
      const removed = seen[types.indexOf("remove")];
      assert.ok(removed && removed.at >= HOUR && removed.at < HOUR + 1_000, `${removed?.at}`);
      const errors = seen.filter(({ event }) => event.type === "error");
      assert.ok(errors.length >= 20 && errors.length <= 90, `${errors.length} attempts in half an hour`);
      it.target.answer = () => bearer(it.clock, HOUR);
      const before = seen.length;
      await it.clock.advance(2 * MINUTE);
      assert.deepEqual(typesOf(seen.slice(before)), ["update"]);
      end.abort();
    });

    QUnit.test("its errors say when the next attempt is due, and then it is made", async (assert) => {
      const it = world();
      const attempts: number[] = [];
      it.target.answer = () => {
        attempts.push(it.clock.now());
        throw failure({ recovery: "stop" });
      };
      const end = new AbortController();
      const { seen } = follow(it, end.signal);
      await it.clock.advance(5 * MINUTE);
      const due = seen.map(({ event }) => (event.type === "error" ? event.nextAttemptAt : 0));
      assert.ok(attempts.length >= 4);
      assert.deepEqual(attempts.slice(1), due.slice(0, attempts.length - 1));
      end.abort();
    });

    QUnit.test("two who watch do not set each other off", async (assert) => {
      const it = world({ limits: { attempts: 1 } });
      it.target.answer = () => {
        throw failure();
      };
      const end = new AbortController();
      const first = follow(it, end.signal);
      await it.clock.advance(100);
      const second = follow(it, end.signal);
      await it.clock.advance(10 * MINUTE);
      assert.ok(it.target.calls < 50, `${it.target.calls} attempts in ten minutes`);
      assert.ok(first.seen.length > 5 && second.seen.length > 5);
      end.abort();
    });

    QUnit.test("tells of refreshes that failed behind others' answers, once each", async (assert) => {
      const it = world({ limits: { attempts: 1 } });
      const end = new AbortController();
      const { seen } = follow(it, end.signal);
      await it.clock.advance(46 * MINUTE);
      it.target.answer = () => {
        throw failure();
      };
      for (let second = 0; second < 120; second++) {
        await it.provider.get();
        await it.clock.advance(1_000);
      }
      assert.strictEqual(typesOf(seen).filter((type) => type === "error").length, it.target.calls - 1);
      assert.ok(it.target.calls > 3);
      end.abort();
    });

    QUnit.test("a credential that is the same again is not told again", async (assert) => {
      const it = world();
      const same = bearer(it.clock, HOUR);
      it.target.answer = () => ({ ...same, token: secret(same.token.reveal()) });
      const end = new AbortController();
      const { seen } = follow(it, end.signal);
      await it.clock.advance(59 * MINUTE);
      assert.ok(it.target.calls > 1);
      assert.deepEqual(typesOf(seen), ["update"]);
      end.abort();
    });

    QUnit.test("gives what a caller's exchange or claims brought, and follows an invalidation", async (assert) => {
      const it = world();
      const end = new AbortController();
      const { seen } = follow(it, end.signal);
      await settle(it.clock);
      const renewed = await it.provider.get({ claims: "{}" });
      await it.clock.advance(100);
      assert.ok(seen[1]?.event.type === "update" && seen[1].event.credential === renewed);
      it.provider.invalidate();
      await it.clock.advance(100);
      assert.strictEqual(seen.length, 3, "a new one, at once");
      assert.strictEqual(it.target.calls, 3);
      end.abort();
    });

    QUnit.test("a slow reader holds nothing up and gets the latest when it comes back", async (assert) => {
      const it = world();
      const end = new AbortController();
      const reader = it.provider.watch({ signal: end.signal })[Symbol.asyncIterator]();
      const first = reader.next();
      await settle(it.clock);
      assert.strictEqual((await first).done, false);
      for (let minute = 0; minute < 100; minute++) {
        await it.provider.get();
        await it.clock.advance(MINUTE);
      }
      const latest = it.provider.peek();
      const second = reader.next();
      await it.clock.advance(100);
      const { value } = await second;
      assert.ok(value?.type === "update" && value.credential === latest);
      end.abort();
    });

    QUnit.test("after a machine slept it does not wait for its timer", async (assert) => {
      const it = world();
      const end = new AbortController();
      const { seen } = follow(it, end.signal);
      await it.clock.advance(MINUTE);
      it.clock.suspend(3 * HOUR);
      await it.clock.advance(MINUTE);
      assert.strictEqual(seen.length, 2);
      end.abort();
    });

    QUnit.test("ends with its signal, with close(), and with a break", async (assert) => {
      for (const how of ["signal", "close", "shared close"] as const) {
        const it = world(how === "shared close" ? { cache: createCache() } : {});
        const end = new AbortController();
        const { ended } = follow(it, end.signal);
        await it.clock.advance(MINUTE);
        if (how === "signal") end.abort();
        else await it.provider.close();
        await ended;
        assert.strictEqual(it.clock.sleepers, 0, how);
      }
      const it = world();
      for await (const { type } of it.provider.watch({ signal: new AbortController().signal })) {
        assert.strictEqual(type, "update");
        break;
      }
      const over = it.provider.watch({ signal: AbortSignal.abort() });
      for await (const event of over) assert.ok(false, event.type);
    });

    QUnit.test("what was watched can be evicted afterwards, and not before", async (assert) => {
      const it = world({ limits: { maxPartitions: 3 } });
      const end = new AbortController();
      const { ended } = follow(it, end.signal);
      const others = async (): Promise<void> => {
        for (let other = 0; other < 9; other++) await it.provider.with({ scope: `${other}` }).get();
      };
      await it.clock.advance(MINUTE);
      await others();
      assert.ok(it.provider.peek());
      end.abort();
      await ended;
      await others();
      assert.strictEqual(it.provider.peek(), undefined);
    });

    QUnit.test("ends in the middle of an exchange, too", async (assert) => {
      const it = world();
      it.target.answer = () => new Promise(() => undefined);
      const end = new AbortController();
      const { seen, ended } = follow(it, end.signal);
      await it.clock.advance(1_000);
      end.abort();
      await ended;
      assert.strictEqual(seen.length, 0);
    });

    QUnit.test("is refused where a promise ends with its request", (assert) => {
      const it = world({ requestBoundIo: true });
      assert.throws(
        () => it.provider.watch({ signal: new AbortController().signal }),
        (error) => (error as { code?: string }).code === "ERR_WATCH_UNSUPPORTED",
      );
    });
  });
};
