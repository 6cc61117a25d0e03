/** A ring that is none: refused, told, and left as it is. */
import { manualClock } from "@tokenhop/core/testing";
import type { IssuerKey, KeyRing } from "@tokenhop/issuer";
import type { Suite } from "../harness.ts";
import { bench, DAY, failureOf, fakeStore, MINUTE, mint, partOf, published, silentOn, verifyAlone } from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, a ring that is none", () => {
    type Bend = (ring: KeyRing, key: IssuerKey & Record<string, unknown>) => unknown;
    const bends: Readonly<Record<string, readonly [bend: Bend, problem: string]>> = {
      "a text": [() => "ring", "expected Object"],
      "somebody else's data": [
        () => ({ user: "u" }),
        "version: missing; revision: missing; keys: missing; user: unknown option",
      ],
      null: [() => null, "expected Object"],
      "a ring of another version": [(ring) => ({ ...ring, version: 2 }), "version: expected 1"],
      "one without a version": [({ version: _, ...ring }) => ring, "version: missing"],
      "one with more": [(ring) => ({ ...ring, owner: "x" }), "owner: unknown option"],
      "one without a revision": [({ revision: _, ...ring }) => ring, "revision: missing"],
      "one without keys": [(ring) => ({ ...ring, keys: [] }), "keys: expected at least one key"],
      "a key with more": [(ring, key) => ({ ...ring, keys: [{ ...key, note: "x" }] }), "keys.0.note: unknown option"],
      "a key of no time": [
        (ring, key) => ({ ...ring, keys: [{ ...key, activeAt: "now" }] }),
        "keys.0.activeAt: expected a whole number",
      ],
      "a key without a lifetime": [
        (ring, { longestTokenMs: _, ...key }) => ({ ...ring, keys: [key] }),
        "keys.0.longestTokenMs: missing",
      ],
      "a key of another algorithm": [
        (ring, key) => ({ ...ring, keys: [{ ...key, alg: "PS256" }] }),
        "keys.0.alg: expected RS256",
      ],
      "a key of another curve": [
        (ring, key) => ({ ...ring, keys: [{ ...key, publicJwk: { ...key.publicJwk, crv: "P-384" } }] }),
        "keys.0.publicJwk.crv: expected P-256",
      ],
      "a public key with a private member": [
        (ring, key) => ({ ...ring, keys: [{ ...key, publicJwk: key.privateKey }] }),
        "keys.0.publicJwk.d: unknown option",
      ],
      "a private key without its private member": [
        (ring, key) => ({ ...ring, keys: [{ ...key, privateKey: key.publicJwk }] }),
        "keys.0.privateKey.d: missing",
      ],
      "a private key that is of another pair": [
        (ring, key) => ({ ...ring, keys: [{ ...key, privateKey: { ...key.privateKey, x: "AAAA" } }] }),
        "keys.0: kid, publicJwk and privateKey are not one key's",
      ],
      "a key that signs and has no private half": [
        (ring, { privateKey: _, ...key }) => ({ ...ring, keys: [key as IssuerKey] }),
        "keys.0.privateKey: missing",
      ],
      "a key id that is not its own": [
        (ring, key) => ({ ...ring, keys: [{ ...key, kid: "AAAA" }] }),
        "keys.0: kid, publicJwk and privateKey are not one key's",
      ],
      "a key that is there twice": [(ring, key) => ({ ...ring, keys: [key, key] }), "keys: one is there twice"],
    };

    for (const [what, [bend, problem]] of Object.entries(bends)) {
      QUnit.test(`${what} is refused and left as it is`, async (assert) => {
        const store = fakeStore();
        await mint(bench({ keyStore: store }));
        const good = store.ring as KeyRing;
        const secretStart = String((good.keys as readonly { privateKey: JsonWebKey }[])[0]?.privateKey.d).slice(0, 12);
        store.ring = bend(good, good.keys[0] as never) as KeyRing;
        const before = JSON.stringify(store.ring);
        const it = bench({ keyStore: store });
        for (const use of [
          () => mint(it),
          () => it.issuer.documents(),
          () => it.issuer.maintain(),
          () => it.issuer.dropKeys("all"),
        ]) {
          const error = await failureOf(use);
          assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_KEYS", "stop"]);
          assert.ok(error.message.includes(problem), `${error.message}`);
          assert.ok(silentOn(error, [secretStart]));
        }
        assert.strictEqual(JSON.stringify(store.ring), before);
      });
    }

    QUnit.test("a private key that cannot be imported is one", async (assert) => {
      const store = fakeStore();
      await mint(bench({ keyStore: store }));
      const ring = store.ring as KeyRing;
      store.ring = {
        ...ring,
        keys: ring.keys.map((key) => ({ ...key, privateKey: { ...key.privateKey, d: "AAAA" } as JsonWebKey })),
      };
      const error = await failureOf(() => mint(bench({ keyStore: store })));
      assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_KEYS", "stop"]);
      assert.ok(error.message.includes("a private key in the key store fake cannot be imported"));
    });

    QUnit.test("it stops who held a good one, too", async (assert) => {
      const it = bench();
      await mint(it);
      it.store.ring = { user: "u" } as never;
      await it.clock.advance(2 * MINUTE);
      assert.strictEqual((await failureOf(() => mint(it))).recovery, "stop");
    });

    QUnit.test("one with a key of each algorithm is one, and both verify", async (assert) => {
      const clock = manualClock();
      const store = fakeStore();
      await mint(bench({ keyStore: store, clock, algorithm: "RS256" }));
      const it = bench({ keyStore: store, clock });
      await it.issuer.maintain();
      await clock.advance(DAY - MINUTE);
      const tokens = [await mint(it)];
      await clock.advance(MINUTE);
      tokens.push(await mint(it));
      assert.deepEqual(
        tokens.map((token) => partOf(token, 0).alg),
        ["RS256", "ES256"],
      );
      const { discovery } = await it.issuer.documents();
      assert.deepEqual(JSON.parse(discovery).id_token_signing_alg_values_supported, ["RS256", "ES256"]);
      const jwks = await published(it);
      for (const token of tokens) assert.ok(await verifyAlone(token, jwks, { now: clock.now() }));
    });
  });
};
