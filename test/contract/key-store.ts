/** What every key store must do. All of them run this in `test/issuer/stores.ts`. */
import { manualClock } from "@tokenhop/core/testing";
import type { KeyStore } from "@tokenhop/issuer";
import { keyStoreProblems } from "@tokenhop/issuer/testing";
import type { QUnitLike } from "../harness.ts";
import { bench, DAY, failureOf, kidOf, MINUTE, mint, published, verifyAlone } from "../issuer/support.ts";

export interface KeyStoreContract {
  readonly name: string;
  readonly keeps: KeyStore["keeps"];
  /** Empty storage, and how to open a handle on it. Undefined where this runtime has no such storage. */
  storage(): Promise<OpenStorage | undefined>;
}

export interface OpenStorage {
  open(): KeyStore;
  close?(): void;
}

/** Registers the contract for one store. */
export function keyStoreContract(QUnit: QUnitLike, { name, keeps, storage }: KeyStoreContract): void {
  /** Runs a part of it; where the storage is not there, that is what is asserted. */
  const test = (
    what: string,
    run: (open: () => KeyStore, assert: Parameters<Parameters<typeof QUnit.test>[1]>[0]) => Promise<void>,
  ) =>
    QUnit.test(what, async (assert) => {
      const found = await storage();
      if (found === undefined) return assert.strictEqual(found, undefined, "this runtime has none");
      try {
        await run(() => found.open(), assert);
      } finally {
        found.close?.();
      }
    });

  QUnit.module(`issuer, key store ${name}`, () => {
    test("does all that is asked of a store", async (open, assert) => {
      assert.strictEqual(open().keeps, keeps);
      assert.deepEqual(await keyStoreProblems(open), []);
    });

    test("keeps the identity over a restart", async (open, assert) => {
      for (const algorithm of ["ES256", "RS256"] as const) {
        const clock = manualClock();
        const before = bench({ keyStore: open(), clock, algorithm: "ES256" });
        const token = await mint(before);
        const after = bench({ keyStore: open(), clock, algorithm });
        assert.strictEqual(await kidOf(after), await kidOf(before), algorithm);
        assert.ok(await verifyAlone(await mint(after), await published(before), { now: clock.now() }));
        assert.ok(await verifyAlone(token, await published(after), { now: clock.now() }));
      }
    });

    test("lets two processes begin, rotate and drop a key without losing one", async (open, assert) => {
      const clock = manualClock();
      const rotation = { everyMs: 2 * DAY, publishAheadMs: DAY };
      const both = [
        bench({ keyStore: open(), clock, rotation }),
        bench({ keyStore: open(), clock, rotation }),
      ] as const;
      const kids = new Set<string>();
      for (let day = 0; day < 6; day++) {
        const [one, other] = await Promise.all(both.map(kidOf));
        assert.strictEqual(one, other, `day ${day}`);
        kids.add(one as string);
        assert.deepEqual(await published(both[0]), await published(both[1]));
        await clock.advance(DAY);
      }
      assert.strictEqual(kids.size, 3);
      await Promise.all(both.map(({ issuer }) => issuer.dropKeys("signing")));
      await clock.advance(MINUTE);
      const [one, other] = await Promise.all(both.map(kidOf));
      assert.strictEqual(one, other);
      assert.notOk(kids.has(one as string));
    });

    test("a ring that somebody else wrote there is refused, not replaced", async (open, assert) => {
      const store = open();
      const foreign = { version: 1, revision: 1, keys: [], user: "u" } as const;
      assert.strictEqual(await store.write(foreign, undefined), true);
      const error = await failureOf(() => mint(bench({ keyStore: open() })));
      assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_KEYS", "stop"]);
      assert.deepEqual(await open().read(), foreign);
    });
  });
}
