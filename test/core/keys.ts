/** What makes two providers share a credential, and what keeps them apart. */
import { type BearerToken, createCache, defineSource, federate, type Secret, secret } from "@tokenhop/core";
import { testPlatform } from "@tokenhop/core/testing";
import fc from "fast-check";
import type { Assert, Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { bearer, HOUR, someSecret, world } from "./support.ts";

/** Whether sources with these identities share one credential in one cache. */
async function share(one: readonly unknown[], two: readonly unknown[]): Promise<boolean> {
  const cache = createCache();
  const { provider, clock } = world({ cache });
  let exchanges = 0;
  const get = (identity: readonly unknown[]): Promise<BearerToken> =>
    federate<BearerToken>({
      cache,
      platform: testPlatform({ clock }),
      from: defineSource({
        name: "any",
        identity,
        provenance: "unknown",
        detect: () => ({ found: true }),
        getToken: async () => ({ token: someSecret(), expiresAt: clock.now() + HOUR }),
      }),
      to: {
        name: "one",
        identity: ["one"],
        audience: "a",
        produces: "unknown",
        exchange: async () => {
          exchanges++;
          return bearer(clock, HOUR);
        },
      },
    }).get();
  const first = await get(one);
  const second = await get(two);
  if ((first === second) !== (exchanges === 1)) throw new Error("shared, and yet exchanged twice");
  if (provider.peek()) throw new Error("another identity was served");
  return first === second;
}

async function assertApart(
  assert: Assert,
  pairs: Readonly<Record<string, readonly [unknown, unknown]>>,
): Promise<void> {
  for (const [name, [one, two]] of Object.entries(pairs)) {
    assert.notOk(await share(["x", one], ["x", two]), name);
    assert.ok(await share(["x", one], ["x", one]), `${name}: the same is the same`);
  }
}

class Shown {
  toJSON(): string {
    return "shown";
  }
}

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, identities", () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constantFrom<unknown>(
        null,
        undefined,
        "null",
        "undefined",
        "@1",
        "@2",
        "[]",
        '"',
        '","',
        "1",
        1,
        "true",
        ",",
        "",
      ),
    );
    const { identity } = fc.letrec<{ identity: unknown[] }>((tie) => ({
      identity: fc.array(fc.oneof({ maxDepth: 3 }, leaf, tie("identity")), { minLength: 1, maxLength: 4 }),
    }));
    const shape = (value: unknown): string =>
      Array.isArray(value) ? `(${value.map(shape).join(" ")})` : `${typeof value}<${escape(String(value))}>`;

    QUnit.test("two lists share a credential if, and only if, they are equal", async (assert) => {
      const property = fc.asyncProperty(identity, identity, async (one, two) => {
        return (await share(one, two)) === (shape(one) === shape(two));
      });
      await fc.assert(property, { numRuns: 400, seed: 3 });
      const copies = fc.asyncProperty(identity, async (one) => share(one, structuredClone(one)));
      await fc.assert(copies, { numRuns: 100, seed: 3 });
      assert.ok(true);
    });

    QUnit.test("what looks alike in JSON is still two", async (assert) => {
      await assertApart(assert, {
        "a text and a number": ["1", 1],
        "nothing and null": [undefined, null],
        "null and its name": [null, "null"],
        "no number and null": [Number.NaN, null],
        "without end and null": [Number.POSITIVE_INFINITY, null],
        "a list and its text": [["a"], '["a"]'],
        "one element and two": [["a,b"], ["a", "b"]],
        "a text that closes itself": ['a","b', "a"],
        "an empty list and nothing": [[], undefined],
        "two plain objects": [{ a: 1 }, { a: 1 }],
        "an object and its text": [{}, "{}"],
        "an object and the mark of one": [{}, { "@": 1 }],
        "an object and the mark as a text": [{}, "@1"],
        "two functions of one text": [() => 1, () => 1],
        "two instants": [new Date(0), new Date(0)],
        "an instant and its text": [new Date(0), new Date(0).toJSON()],
        "two addresses": [new URL("https://a.example"), new URL("https://a.example")],
        "two that print as one": [new Shown(), new Shown()],
        "two maps": [new Map([[1, 1]]), new Map([[2, 2]])],
      });
    });

    QUnit.test("two secrets are two, although both print as [redacted]", async (assert) => {
      const secrets: Secret[] = [
        secret(canary("first-secret-of-somebody")),
        secret(canary("second-secret-of-somebody")),
      ];
      assert.notOk(await share(["x", secrets[0]], ["x", secrets[1]]));
    });

    QUnit.test("anonymous sources never collide, a thousand of them in one cache", async (assert) => {
      const cache = createCache({ maxPartitions: 10_000 });
      const worlds = Array.from({ length: 1_000 }, () => world({ cache }));
      const given = await Promise.all(worlds.map(({ provider }) => provider.get()));
      assert.strictEqual(new Set(given).size, 1_000);
      assert.ok(worlds.every(({ provider }, index) => provider.peek() === given[index]));
    });

    QUnit.test("a parameter that is left out and one that is undefined are the same", async (assert) => {
      const { provider, target } = world();
      const given = await provider.get();
      assert.ok((await provider.with({}).get()) === given);
      assert.ok((await provider.with({ scope: "a" }).with({ scope: undefined }).get()) === given);
      assert.strictEqual(target.calls, 1);
    });

    QUnit.test("another audience is another identity token", async (assert) => {
      const cache = createCache();
      const { clock } = world();
      const asked: string[] = [];
      const from = defineSource({
        name: "any",
        identity: ["any"],
        provenance: "unknown",
        detect: () => ({ found: true }),
        async getToken({ audience }) {
          asked.push(audience);
          return { token: someSecret(), expiresAt: clock.now() + HOUR };
        },
      });
      const exchange = async (): Promise<BearerToken> => bearer(clock, HOUR);
      for (const audience of ["a", "b", "a", "b"]) {
        const to = { name: "to", identity: ["to", {}], audience, produces: "unknown" as const, exchange };
        await federate<BearerToken>({ from, to, cache, platform: testPlatform({ clock }) }).get();
      }
      assert.deepEqual(asked, ["a", "b"]);
    });
  });
};
