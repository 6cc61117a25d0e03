/** The ring between the store and those who use it: several calls and several processes at once, and time. */
import { manualClock } from "@tokenhop/core/testing";
import type { Suite } from "../harness.ts";
import {
  AUDIENCE,
  bench,
  DAY,
  fakeStore,
  gate,
  HOUR,
  kidOf,
  MINUTE,
  mint,
  published,
  SECOND,
  SUBJECT,
  turns,
  verifyAlone,
} from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, ring", () => {
    QUnit.test("the first key is made once for all that ask at once", async (assert) => {
      const it = bench();
      const kids = await Promise.all(Array.from({ length: 100 }, () => kidOf(it)));
      assert.strictEqual(new Set(kids).size, 1);
      assert.deepEqual([it.store.reads, it.store.writes], [1, 1]);
    });

    QUnit.test(
      "where a promise belongs to its request, each asks by itself, and one key comes of it",
      async (assert) => {
        const clock = manualClock();
        const it = bench({ platform: { now: clock.now, sleep: clock.sleep, requestBoundIo: true } });
        const kids = await Promise.all(Array.from({ length: 20 }, () => kidOf(it)));
        assert.strictEqual(new Set(kids).size, 1, "compare-and-swap");
        assert.strictEqual(it.store.ring?.revision, 1);
        assert.ok(it.store.reads >= 20, "no promise is shared");
      },
    );

    QUnit.test("a request that is gone leaves nothing that others wait for", async (assert) => {
      const clock = manualClock();
      // The timers of a request that is gone never fire.
      const sleep = () => new Promise<never>(() => {});
      const it = bench({ clock, platform: { now: clock.now, sleep, requestBoundIo: true } });
      it.store.before = (step) => (step === "read" ? new Promise(() => {}) : undefined);
      void it.issuer.mint({ subject: SUBJECT, audience: AUDIENCE }).catch(() => {});
      await turns();
      it.store.before = undefined;
      assert.ok(await kidOf(it), "its promise was its own");
      await clock.advance(2 * MINUTE);
      it.store.before = () => new Promise(() => {});
      void it.issuer.mint({ subject: SUBJECT, audience: AUDIENCE }).catch(() => {});
      await turns();
      assert.ok(await kidOf(it), "what is held goes on, while another one is at it");
      it.store.before = undefined;
      await clock.advance(10 * SECOND);
      const { reads } = it.store;
      assert.ok(await kidOf(it));
      assert.strictEqual(it.store.reads, reads + 1, "and after a while it looks for itself");
    });

    QUnit.test("two processes that begin at once: one key, whoever writes first, in any order", async (assert) => {
      for (const order of [
        [0, 0, 0, 0, 0, 0],
        [0, 1, 0, 1, 0, 0],
        [1, 0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
      ]) {
        const store = fakeStore();
        const steps = gate();
        store.before = () => steps.wait();
        const both = [bench({ keyStore: store }), bench({ keyStore: store })] as const;
        const kids = Promise.all(both.map(kidOf));
        let done = false;
        void kids.then(() => {
          done = true;
        });
        for (let step = 0; !done; step++) {
          if (steps.count > 0) steps.open(Math.min(order[step] ?? 0, steps.count - 1));
          // Making a key takes turns of the event loop.
          await new Promise((resolve) => setTimeout(resolve));
        }
        const [one, other] = await kids;
        assert.strictEqual(one, other, order.join(""));
        assert.strictEqual(store.ring?.keys.length, 1);
        store.before = undefined;
        assert.deepEqual(await published(both[0]), await published(both[1]));
      }
    });

    QUnit.test("another process's rotation and emergency are seen after a minute at the latest", async (assert) => {
      const clock = manualClock();
      const store = fakeStore();
      const [one, other] = [bench({ keyStore: store, clock }), bench({ keyStore: store, clock })];
      const first = await kidOf(one);
      assert.strictEqual(await kidOf(other), first);
      await one.issuer.dropKeys("all");
      const second = await kidOf(one);
      assert.ok(second !== first, "at once where it was done");
      await clock.advance(MINUTE - 1);
      assert.strictEqual(await kidOf(other), first, "so long another process may go on");
      await clock.advance(1);
      assert.strictEqual(await kidOf(other), second);
    });

    QUnit.test("in between the store is not asked, and a clock that was set back makes it look", async (assert) => {
      const it = bench();
      await kidOf(it);
      for (let second = 0; second < 59; second++) {
        await it.clock.advance(SECOND);
        await kidOf(it);
        await it.issuer.documents();
      }
      assert.deepEqual([it.store.reads, it.store.writes], [1, 1]);
      it.clock.jump(-DAY);
      const first = it.store.ring?.keys[0]?.kid;
      assert.strictEqual(await kidOf(it), first as string, "the key stays");
      assert.strictEqual(it.store.reads, 2);
    });

    QUnit.test("what read before and comes after does not bring a dropped key back", async (assert) => {
      const clock = manualClock();
      const it = bench({ clock });
      const first = await kidOf(it);
      await clock.advance(2 * MINUTE);
      // A slow reader has read the ring, and is held up before it is given.
      const slow = gate();
      const { read } = it.store;
      let isFirst = true;
      it.store.read = async () => {
        const ring = await read();
        if (isFirst) {
          isFirst = false;
          await slow.wait();
        }
        return ring;
      };
      const late = kidOf(it);
      await turns();
      await it.issuer.dropKeys("all");
      slow.open();
      assert.ok((await late) !== first, "nor does the slow one itself use it");
      assert.ok((await kidOf(it)) !== first);
      assert.notOk((await published(it)).keys.some(({ kid }) => kid === first));
    });

    QUnit.test("maintain() does what is due and says when something is again", async (assert) => {
      const it = bench({ rotation: { everyMs: 7 * DAY, publishAheadMs: DAY } });
      const start = it.clock.now();
      const seen: string[] = [];
      for (let round = 0; round < 6; round++) {
        const { nextChangeAt } = await it.issuer.maintain();
        const keys = it.store.ring?.keys ?? [];
        seen.push(`${keys.length} until ${(nextChangeAt - start) / MINUTE} min`);
        await it.clock.advance(nextChangeAt - it.clock.now());
      }
      const [day, overlap] = [24 * 60, 65];
      assert.deepEqual(seen, [
        `1 until ${6 * day} min`,
        `2 until ${7 * day} min`,
        `2 until ${7 * day + overlap} min`,
        `1 until ${13 * day} min`,
        `2 until ${14 * day} min`,
        `2 until ${14 * day + overlap} min`,
      ]);
    });

    QUnit.test("without maintenance, minting alone rotates", async (assert) => {
      const it = bench({ rotation: { everyMs: 7 * DAY, publishAheadMs: DAY } });
      const kids = new Set<string>();
      for (let hour = 0; hour < 30 * 24; hour++) {
        kids.add(await kidOf(it));
        await it.clock.advance(HOUR);
      }
      assert.strictEqual(kids.size, 5);
      assert.strictEqual(it.store.ring?.revision, 13, "a key made, a key retired, a key gone: three writes each time");
    });

    QUnit.test("a longer lifetime is in the ring before the first token that has it", async (assert) => {
      const clock = manualClock();
      const store = fakeStore();
      await mint(bench({ keyStore: store, clock }));
      assert.strictEqual(store.ring?.keys[0]?.longestTokenMs, HOUR);
      await mint(bench({ keyStore: store, clock, maxTokenLifetimeMs: DAY }), DAY);
      assert.strictEqual(store.ring?.keys[0]?.longestTokenMs, DAY);
    });

    QUnit.test("of a key that has retired nothing private is kept, and its tokens verify", async (assert) => {
      const it = bench({ rotation: { everyMs: 7 * DAY, publishAheadMs: DAY } });
      await kidOf(it);
      await it.clock.advance(6 * DAY);
      await it.issuer.maintain();
      await it.clock.advance(DAY - MINUTE);
      const token = await mint(it, HOUR);
      const privates = (): string => (it.store.ring?.keys ?? []).map((key) => String("privateKey" in key)).join(" ");
      assert.strictEqual(privates(), "true true");
      await it.clock.advance(MINUTE);
      await it.issuer.maintain();
      assert.strictEqual(privates(), "false true");
      const again = bench({ keyStore: it.store, clock: it.clock });
      const jwks = await published(again);
      assert.strictEqual(jwks.keys.length, 2);
      assert.ok(await verifyAlone(token, jwks, { now: it.clock.now() }));
      assert.ok(await mint(again));
      it.clock.jump(-DAY);
      assert.ok(await mint(again), "a clock that was set back does not bring it back");
      assert.strictEqual(privates(), "false true");
    });

    QUnit.test("a private key of RSA is imported once, and what signs cannot be exported", async (assert) => {
      const { importKey, sign } = crypto.subtle;
      const imports: { extractable: boolean; usages: readonly string[] }[] = [];
      const signers = new Set<CryptoKey>();
      crypto.subtle.importKey = ((...given: Parameters<typeof importKey>) => {
        imports.push({ extractable: given[3] as boolean, usages: given[4] as readonly string[] });
        return importKey.apply(crypto.subtle, given);
      }) as typeof importKey;
      crypto.subtle.sign = ((...given: Parameters<typeof sign>) => {
        signers.add(given[1]);
        return sign.apply(crypto.subtle, given);
      }) as typeof sign;
      try {
        const it = bench({ algorithm: "RS256" });
        for (let minute = 0; minute < 10; minute++) {
          await mint(it);
          await it.clock.advance(2 * MINUTE);
        }
      } finally {
        crypto.subtle.importKey = importKey;
        crypto.subtle.sign = sign;
      }
      assert.deepEqual(imports, [{ extractable: false, usages: ["sign"] }]);
      assert.deepEqual(
        [...signers].map(({ extractable, type }) => [extractable, type]),
        [[false, "private"]],
      );
    });
  });
};
