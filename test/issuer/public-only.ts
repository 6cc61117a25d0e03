/** The JWKS never has a private member, whatever is in the ring. */
import { gcpJwksFile, type IssuerKey, type KeyRing, MAX_KEYS, type SigningAlgorithm } from "@tokenhop/issuer";
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { ask, bench, DAY, fakeStore, ISSUER, mint } from "./support.ts";

/** All that may be there (RFC 7517, 4; RFC 7518, 6.2.1 and 6.3.1). */
const PUBLIC: Readonly<Record<string, string>> = { RSA: "alg e kid kty n use", EC: "alg crv kid kty use x y" };
const SECRET = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "key_ops", "ext", "x5c", "privateKey"];

/** Rings as this issuer makes them, one of each algorithm; the property puts them together. */
async function madeKeys(): Promise<Readonly<Record<SigningAlgorithm, readonly IssuerKey[]>>> {
  const made: Record<SigningAlgorithm, IssuerKey[]> = { RS256: [], ES256: [] };
  for (const algorithm of ["RS256", "ES256"] as const) {
    for (let at = 0; at < 2; at++) {
      const store = fakeStore();
      await mint(bench({ keyStore: store, algorithm }));
      made[algorithm].push(...(store.ring?.keys ?? []));
    }
  }
  return made;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, what is public", () => {
    QUnit.test("no ring brings a private member into the JWKS, the routes or Google's file", async (assert) => {
      const made = await madeKeys();
      const all = [...made.RS256, ...made.ES256];
      // What is private as text, found wherever it may be hidden.
      const secrets = all.flatMap(({ privateKey, publicJwk }) =>
        Object.entries(privateKey ?? {})
          .filter(([member]) => !(member in publicJwk))
          .map(([, value]) => canary(String(value))),
      );
      assert.strictEqual(secrets.length, 2 * 6 + 2, "d, p, q, dp, dq, qi of RSA and d of EC");
      let keysSeen = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray(all, { minLength: 1 }),
          fc.constantFrom<SigningAlgorithm>("RS256", "ES256"),
          fc.array(fc.integer({ min: -DAY, max: DAY }), { minLength: 4, maxLength: 4 }),
          async (keys, algorithm, shifts) => {
            const store = fakeStore();
            const it = bench({ keyStore: store, algorithm: keys[0]?.alg ?? algorithm });
            const now = it.clock.now();
            const shifted = keys.map((key, at) => ({ ...key, activeAt: now + (shifts[at] ?? 0) }));
            store.ring = { version: 1, revision: 1, keys: shifted } satisfies KeyRing;
            const documents = await it.issuer.documents();
            const bodies = [`${ISSUER}/.well-known/jwks.json`, `${ISSUER}/.well-known/openid-configuration`].map(
              async (url) => (await ask(it, url)).text(),
            );
            const texts = [documents.jwks, documents.discovery, gcpJwksFile(documents), ...(await Promise.all(bodies))];
            const sets = [texts[0], texts[2], texts[3]].map(
              (text) => JSON.parse(text as string).keys as Record<string, string>[],
            );
            keysSeen += sets[0]?.length ?? 0;
            return (
              texts.every((text) => secrets.every((secret) => !text.includes(secret))) &&
              sets.every((set) => set.length === sets[0]?.length && set.length <= keys.length) &&
              sets.flat().every((key) => Object.keys(key).sort().join(" ") === PUBLIC[key.kty ?? ""]) &&
              sets.flat().every((key) => SECRET.every((member) => !(member in key)))
            );
          },
        ),
        { numRuns: 60 },
      );
      assert.ok(keysSeen > 60, `${keysSeen} keys`);
    });

    QUnit.test(
      "nor does it ever have more than the allowed number of keys, over a year of every kind of change",
      async (assert) => {
        const it = bench({ rotation: { everyMs: 3 * DAY, publishAheadMs: DAY } });
        const counts: number[] = [];
        for (let day = 0; day < 365; day++) {
          if (day % 11 === 5) await it.issuer.dropKeys("signing");
          if (day % 37 === 7) await it.issuer.dropKeys("all");
          const { jwks } = await it.issuer.documents();
          counts.push(JSON.parse(jwks).keys.length);
          await it.clock.advance(DAY);
        }
        assert.deepEqual([Math.min(...counts), Math.max(...counts)], [1, MAX_KEYS]);
        assert.strictEqual(MAX_KEYS, 2);
      },
    );
  });
};
