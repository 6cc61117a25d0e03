/** A store that fails, and what goes on without it. */
import { manualClock } from "@tokenhop/core/testing";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import {
  ask,
  bench,
  DAY,
  failureOf,
  fakeStore,
  HOUR,
  ISSUER,
  kidOf,
  MINUTE,
  mint,
  published,
  SECOND,
} from "./support.ts";

/** What a store throws, with a secret in it. */
const down = (): never => {
  throw Object.assign(new RangeError(canary("the-private-key-in-a-message")), {
    key: canary("the-private-key-in-a-field"),
  });
};

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, a store that fails", () => {
    QUnit.test(
      "without a ring there is no token: retry, and the store is left alone for five seconds",
      async (assert) => {
        const it = bench();
        it.store.before = down;
        for (let call = 1; call <= 1_000; call++) {
          const error = await failureOf(() => mint(it));
          assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_KEYS", "retry"]);
          assert.ok(
            error.message.startsWith("Cannot use the issuer's keys: the key store fake cannot read (RangeError)"),
          );
          assert.strictEqual(it.store.reads, 1);
          assert.strictEqual((await ask(it, `${ISSUER}/.well-known/jwks.json`)).status, 503);
        }
        await it.clock.advance(5 * SECOND - 1);
        await failureOf(() => mint(it));
        assert.strictEqual(it.store.reads, 1);
        await it.clock.advance(1);
        await failureOf(() => mint(it));
        assert.strictEqual(it.store.reads, 2);
        it.store.before = undefined;
        await it.clock.advance(5 * SECOND);
        assert.ok(await mint(it));
        it.store.before = down;
        await it.issuer.maintain().catch(() => {});
        it.store.before = undefined;
        assert.ok(await mint(it), "who maintains in vain makes nobody wait");
      },
    );

    QUnit.test(
      "with one, minting and publishing go on, and the store is left alone for five seconds",
      async (assert) => {
        const it = bench();
        const first = await kidOf(it);
        const jwks = await published(it);
        it.store.before = down;
        await it.clock.advance(2 * MINUTE);
        for (let call = 0; call < 50; call++) assert.strictEqual(await kidOf(it), first);
        assert.deepEqual(await published(it), jwks);
        assert.strictEqual(it.store.reads, 2);
        await it.clock.advance(5 * SECOND);
        assert.strictEqual(await kidOf(it), first);
        assert.strictEqual(it.store.reads, 3);
        const error = await failureOf(() => it.issuer.maintain());
        assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_KEYS", "retry"], "who maintains is told");
        it.store.before = undefined;
        await it.clock.advance(5 * SECOND);
        assert.strictEqual(await kidOf(it), first);
        assert.strictEqual(it.store.reads, 5);
      },
    );

    QUnit.test(
      "a key that was published ahead takes over without the store, and one that is dropped does not go on",
      async (assert) => {
        const clock = manualClock();
        const keysFrom = clock.now() + 4 * MINUTE;
        const it = bench({ clock, rotation: { everyMs: 2 * DAY, publishAheadMs: DAY } });
        const first = await kidOf(it);
        await clock.advance(DAY);
        await it.issuer.maintain();
        it.store.before = down;
        await clock.advance(DAY);
        const second = await kidOf(it);
        assert.ok(second !== first);
        const soon = bench({ clock: manualClock(keysFrom - 4 * MINUTE), keysFrom });
        await kidOf(soon);
        soon.store.before = down;
        await soon.clock.advance(3 * MINUTE);
        assert.ok(await kidOf(soon), "keysFrom has not come");
        await soon.clock.advance(MINUTE);
        assert.strictEqual((await failureOf(() => mint(soon))).code, "ERR_ISSUER_KEYS", "now it has");
      },
    );

    QUnit.test("what is held signs for no longer than a next key is published ahead", async (assert) => {
      const it = bench({ rotation: { everyMs: 3 * DAY, publishAheadMs: HOUR } });
      const first = await kidOf(it);
      it.store.before = down;
      await it.clock.advance(HOUR);
      assert.strictEqual(await kidOf(it), first);
      await it.clock.advance(5 * SECOND);
      for (const use of [() => mint(it), () => it.issuer.documents()]) {
        const error = await failureOf(use);
        assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_KEYS", "retry"], "others may have dropped it");
      }
      it.clock.jump(-10 * DAY);
      assert.strictEqual(
        (await failureOf(() => mint(it))).code,
        "ERR_ISSUER_KEYS",
        "nor does a clock that is behind help",
      );
      it.store.before = undefined;
      await it.clock.advance(10 * DAY);
      assert.strictEqual(await kidOf(it), first);
    });

    QUnit.test("a store that does not answer is one that fails", async (assert) => {
      const it = bench();
      it.store.before = () => new Promise(() => {});
      const failed = failureOf(() => mint(it));
      await it.clock.advance(10 * SECOND);
      assert.ok((await failed).message.includes("the key store fake cannot read (TimeoutError)"));
      it.store.before = undefined;
      await it.clock.advance(5 * SECOND);
      assert.ok(await mint(it));
      assert.strictEqual(it.clock.sleepers, 0, "no timer is left behind");
    });

    QUnit.test("a write that fails, and a ring that others change without end", async (assert) => {
      const it = bench();
      it.store.before = (step) => step === "write" && down();
      assert.ok((await failureOf(() => mint(it))).message.includes("the key store fake cannot write (RangeError)"));
      const busy = fakeStore();
      busy.write = async () => false;
      const error = await failureOf(() => mint(bench({ keyStore: busy })));
      assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_KEYS", "retry"]);
      assert.strictEqual(busy.reads, 8);
    });

    QUnit.test("a key that cannot be made", async (assert) => {
      const { generateKey } = crypto.subtle;
      crypto.subtle.generateKey = (() => Promise.reject(new DOMException("no entropy", "OperationError"))) as never;
      try {
        const error = await failureOf(() => mint(bench()));
        assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_KEYS", "retry"]);
        assert.ok(error.message.includes("a key cannot be made (OperationError)"));
      } finally {
        crypto.subtle.generateKey = generateKey;
      }
    });
  });
};
