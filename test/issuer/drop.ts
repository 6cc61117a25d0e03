/** Emergencies: what may be dropped, by whom, and what signs then. */
import { manualClock } from "@tokenhop/core/testing";
import { freshToken } from "../contract/wire.ts";
import type { Suite } from "../harness.ts";
import { bench, DAY, failureOf, fakeStore, gate, HOUR, kidOf, MINUTE, mint, published, SECOND } from "./support.ts";

const kidsOf = async (it: Parameters<typeof published>[0]): Promise<readonly unknown[]> =>
  (await published(it)).keys.map(({ kid }) => kid);

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, dropped keys", () => {
    QUnit.test("each way to say which, and what is left", async (assert) => {
      const it = bench();
      const first = await kidOf(it);
      await it.issuer.dropKeys([first]);
      const second = await kidOf(it);
      assert.deepEqual(await kidsOf(it), [second]);
      await it.clock.advance(89 * DAY);
      await it.issuer.maintain();
      const [, next] = await kidsOf(it);
      await it.issuer.dropKeys("signing");
      assert.deepEqual(await kidsOf(it), [next], "the published next key takes over");
      assert.strictEqual(await kidOf(it), next as string);
      await it.issuer.dropKeys("all");
      const third = await kidOf(it);
      assert.deepEqual(await kidsOf(it), [third]);
      assert.strictEqual(new Set([first, second, next, third]).size, 4);
    });

    QUnit.test("what is no such key is refused, and nothing is dropped", async (assert) => {
      const it = bench();
      const first = await kidOf(it);
      for (const which of [
        [],
        ["typo"],
        [first, "typo"],
        [""],
        "none",
        "",
        undefined,
        null,
        7,
        {},
        { length: 1, 0: first },
      ]) {
        const error = await failureOf(() => it.issuer.dropKeys(which as never));
        assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_REFUSED", "stop"], JSON.stringify(which));
        assert.ok(error.message.startsWith("Cannot drop keys: "), error.message);
      }
      assert.strictEqual(await kidOf(it), first);
      assert.strictEqual(it.store.writes, 1);
    });

    QUnit.test("two who drop the signing key at once drop one key, and its successor signs", async (assert) => {
      for (const which of ["signing", "kid"]) {
        const clock = manualClock();
        const store = fakeStore();
        const both = [bench({ keyStore: store, clock }), bench({ keyStore: store, clock })];
        const first = await kidOf(both[0] as (typeof both)[number]);
        await clock.advance(89 * DAY);
        await Promise.all(both.map(({ issuer }) => issuer.maintain()));
        const [, next] = store.ring?.keys ?? [];
        await Promise.all(both.map(({ issuer }) => issuer.dropKeys(which === "kid" ? [first] : "signing")));
        assert.deepEqual(
          store.ring?.keys.map(({ kid }) => kid),
          [next?.kid],
          which,
        );
      }
    });

    QUnit.test("it holds for a call that looks at the store in the middle of it, too", async (assert) => {
      const it = bench();
      const first = await kidOf(it);
      await it.clock.advance(2 * MINUTE);
      const writing = gate();
      it.store.before = (step) => (step === "write" ? writing.wait() : undefined);
      const dropped = it.issuer.dropKeys("all");
      while (writing.count === 0) await new Promise((resolve) => setTimeout(resolve));
      assert.strictEqual(await kidOf(it), first, "not written yet");
      writing.open();
      await dropped;
      assert.ok((await kidOf(it)) !== first);
      assert.notOk((await kidsOf(it)).includes(first));
    });

    QUnit.test("before there is any key, one is made", async (assert) => {
      for (const which of ["all", "signing"] as const) {
        const it = bench();
        await it.issuer.dropKeys(which);
        assert.strictEqual((await kidsOf(it)).length, 1);
        assert.strictEqual(it.store.writes, 1);
      }
    });

    for (const step of ["read", "write"] as const) {
      for (const way of ["all", "signing", "kid"] as const) {
        QUnit.test(
          `a store that cannot ${step}: it says so, and what ${way} is about signs no more here`,
          async (assert) => {
            const it = bench();
            const first = await kidOf(it);
            const other = bench({ keyStore: it.store, clock: it.clock });
            assert.strictEqual(await kidOf(other), first);
            const before = (now: string): void => {
              if (now === step) throw new Error("no");
            };
            it.store.before = before;
            const error = await failureOf(() => it.issuer.dropKeys(way === "kid" ? [first] : way));
            assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_KEYS", "retry"]);
            for (let call = 0; call < 3; call++) {
              const refused = await failureOf(() => mint(it));
              assert.deepEqual([refused.code, refused.recovery], ["ERR_ISSUER_KEYS", "retry"]);
              assert.strictEqual((await failureOf(() => it.issuer.documents())).code, "ERR_ISSUER_KEYS");
              await it.clock.advance(HOUR);
            }
            it.store.before = undefined;
            assert.strictEqual(await kidOf(bench({ keyStore: it.store, clock: it.clock })), first, "others go on");
            await it.issuer.maintain();
            assert.notOk(
              it.store.ring?.keys.some(({ kid }) => kid === first),
              "carried out as soon as it can be",
            );
            assert.ok((await kidOf(it)) !== first);
            await it.clock.advance(MINUTE);
            assert.strictEqual(await kidOf(other), await kidOf(it));
          },
        );
      }
    }

    QUnit.test(
      "a store that fails: the published next key takes over, and a second attempt does not drop it",
      async (assert) => {
        const it = bench();
        await kidOf(it);
        await it.clock.advance(89 * DAY);
        await it.issuer.maintain();
        const [, next] = await kidsOf(it);
        it.store.before = (step) => {
          if (step === "write") throw new Error("read-only");
        };
        await failureOf(() => it.issuer.dropKeys("signing"));
        assert.strictEqual(await kidOf(it), next as string);
        assert.deepEqual(await kidsOf(it), [next]);
        it.store.before = undefined;
        await it.issuer.dropKeys("signing");
        assert.deepEqual(await kidsOf(it), [next]);
        assert.strictEqual(it.store.ring?.keys.length, 1);
      },
    );

    QUnit.test("who holds no key yet, and cannot drop one, does not begin to sign with it", async (assert) => {
      const store = fakeStore();
      const first = await kidOf(bench({ keyStore: store }));
      const it = bench({ keyStore: store });
      store.before = () => {
        throw new Error("no");
      };
      await failureOf(() => it.issuer.dropKeys([first]));
      store.before = undefined;
      assert.ok((await kidOf(it)) !== first);
    });

    QUnit.test(
      "a write whose answer was lost: what it dropped signs no more, and a second attempt succeeds",
      async (assert) => {
        for (const again of [true, false]) {
          const it = bench();
          const first = await kidOf(it);
          const { write } = it.store;
          it.store.write = async (...given) => {
            await write(...given);
            throw new Error("lost");
          };
          const error = await failureOf(() => it.issuer.dropKeys([first]));
          assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_KEYS", "retry"]);
          it.store.write = write;
          const second = it.store.ring?.keys[0]?.kid;
          if (again) await it.issuer.dropKeys([first]);
          assert.strictEqual(await kidOf(it), second as string);
          assert.deepEqual(await kidsOf(it), [second]);
          assert.strictEqual(it.store.writes, 2);
        }
      },
    );

    QUnit.test("a change whose answer was lost is looked at with the next use", async (assert) => {
      const it = bench();
      await kidOf(it);
      await it.clock.advance(30 * SECOND);
      it.store.before = () => {
        throw new Error("no");
      };
      await failureOf(() => it.issuer.maintain());
      it.store.before = undefined;
      await kidOf(it);
      assert.strictEqual(it.store.reads, 3);
      await kidOf(it);
      assert.strictEqual(it.store.reads, 3, "once");
    });

    QUnit.test("a key id that nobody has is readable in what is said of it, a token is not", async (assert) => {
      const it = bench();
      await kidOf(it);
      const kid = `${"abcdefghij".repeat(4)}_-9`;
      assert.ok((await failureOf(() => it.issuer.dropKeys([kid]))).message.includes(`the id ${kid} (`));
      for (const odd of [`${kid}a`, `${kid}.a`, freshToken()]) {
        const { message } = await failureOf(() => it.issuer.dropKeys([odd]));
        assert.ok(message.includes("the id [redacted]"), message);
        assert.notOk(message.includes(odd.slice(0, 30)));
      }
    });

    QUnit.test("keysFrom: at that moment, not at the next look at the store; and once", async (assert) => {
      const clock = manualClock();
      const it = bench({ clock, keysFrom: clock.now() + 30 * SECOND });
      const first = await kidOf(it);
      await clock.advance(30 * SECOND - 1);
      assert.strictEqual(await kidOf(it), first);
      await clock.advance(1);
      const second = await kidOf(it);
      assert.ok(second !== first);
      assert.deepEqual(await kidsOf(it), [second]);
      await clock.advance(HOUR);
      assert.strictEqual(await kidOf(it), second);
      const again = bench({ clock, keyStore: it.store, keysFrom: clock.now() - HOUR - MINUTE });
      assert.strictEqual(await kidOf(again), second, "younger than that");
      assert.ok(await mint(again));
    });
  });
};
