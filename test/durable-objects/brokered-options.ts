/** `brokered` as a function: what it gives, what it is given, and how it finds its broker. */
import { ConfigError, federate } from "@tokenhop/core";
import { testPlatform, testProvider } from "@tokenhop/core/testing";
import { createBrokered } from "../../packages/durable-objects/src/broker/brokered.ts";
import type { BrokerStub } from "../../packages/durable-objects/src/broker/protocol.ts";
import type { NamespaceLike } from "../../packages/durable-objects/src/types.ts";
import { failure, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { digest } from "./object-double.ts";
import { dice, request, scene } from "./support.ts";

const platform = testPlatform();
const namespace = { getByName: () => ({ credential: async () => undefined }) };

const problemsOf = (make: () => unknown): readonly string[] => {
  try {
    make();
  } catch (error) {
    if (error instanceof ConfigError && error.code === "ERR_CONFIG_INVALID") return error.problems ?? [];
    throw error;
  }
  return [];
};

const wrongOptions: Readonly<Record<string, readonly [options: object, problem: string]>> = {
  "an empty name": [{ name: "" }, "name: expected a text that is not empty"],
  "no shards": [{ shards: 0 }, "shards: expected a whole number from 1 to 1000"],
  "half a shard": [{ shards: 1.5 }, "shards: expected a whole number from 1 to 1000"],
  "too many shards": [{ shards: 1_001 }, "shards: expected a whole number from 1 to 1000"],
  "a hint that is none": [
    { locationHint: "mars" },
    "locationHint: expected one of wnam, enam, sam, weur, eeur, apac, oc, afr, me",
  ],
  "no time": [{ timeoutMs: 0 }, "timeoutMs: expected more than 0 ms"],
  "all the time": [{ timeoutMs: Number.POSITIVE_INFINITY }, "timeoutMs: expected more than 0 ms"],
  "a listener that is none": [{ onFallback: "log" }, "onFallback: expected a function"],
  "an unknown option": [{ shard: 2 }, "shard: unknown option"],
};

export const suite: Suite = (QUnit) => {
  QUnit.module("brokered(), its options", () => {
    for (const [says, [options, problem]] of Object.entries(wrongOptions)) {
      QUnit.test(says, (assert) => {
        const make = (): unknown => createBrokered(namespace, {}, { ...options, platform });
        assert.deepEqual(problemsOf(make), [problem]);
      });
    }

    QUnit.test("all that is wrong is in one error", (assert) => {
      const providers = { one: {}, two: world({ partition: () => [] }).provider } as never;
      const wrong = { shards: 0, timeoutMs: -1, platform: {} as never };
      assert.deepEqual(
        problemsOf(() => createBrokered({} as never, providers, wrong)),
        [
          "namespace: expected the binding of a Durable Object namespace",
          "providers.one: expected a provider, as federate() gives",
          "providers.two: its credential belongs to a request: a broker serves the application's own only",
          "shards: expected a whole number from 1 to 1000",
          "timeoutMs: expected more than 0 ms",
          "platform: expected a Platform",
        ],
      );
    });

    for (const bound of [true, false]) {
      QUnit.test(`users have no place in it, ${bound ? "bound" : "not bound"}`, (assert) => {
        const needsUser = federate({
          from: testProvider(),
          to: {
            name: "obo",
            identity: ["obo"],
            audience: "a",
            produces: "unknown",
            partition({ user }: { readonly user: string }) {
              if (!user) throw new ConfigError("obo", ["user: missing"]);
              return [user];
            },
            exchange: () => Promise.reject(failure()),
          },
        });
        assert.deepEqual(
          problemsOf(() => createBrokered(bound ? namespace : undefined, { me: needsUser as never }, { platform })),
          [
            "providers.me: it needs parameters (a user, a tenant): a broker serves the application's own credentials only",
          ],
        );
      });
    }

    QUnit.test("not bound, the providers are what they were", (assert) => {
      const providers = { graph: testProvider() };
      assert.ok(createBrokered(undefined, providers, { platform }) === providers);
    });

    QUnit.test("nothing happens before the first request", async (assert) => {
      let drawn = 0;
      const watched = { ...platform, random: () => ++drawn / 10 };
      let asked = 0;
      const counting = { getByName: () => ({ credential: async () => void asked++ }) };
      createBrokered(counting, { graph: testProvider() }, { platform: watched, shards: 4 });
      await Promise.resolve();
      assert.deepEqual([asked, drawn], [0, 0]);
    });
  });

  QUnit.module("brokered(), its object", () => {
    QUnit.test("one for all by default, near whoever asks first", async (assert) => {
      const it = scene();
      for (let count = 0; count < 5; count++) await request(it.clock, it.isolate().graph);
      assert.deepEqual(new Set(it.object.stubs.map((stub) => JSON.stringify(stub))), new Set(['["broker",null]']));
    });

    QUnit.test("a name and a place of one's own", async (assert) => {
      const it = scene();
      await request(it.clock, it.isolate({ name: "tokens", locationHint: "weur" }).graph);
      assert.deepEqual(it.object.stubs, [["tokens", "weur"]]);
    });

    QUnit.test("an isolate draws its shard once, and all are used", async (assert) => {
      const it = scene({ random: dice(11) });
      const isolates = Array.from({ length: 60 }, () => it.isolate({ shards: 3 }));
      const drawn: (string | undefined)[] = [];
      for (const { graph } of isolates) {
        await request(it.clock, graph);
        drawn.push(it.object.stubs.at(-1)?.[0]);
      }
      assert.deepEqual([...new Set(drawn)].sort(), ["broker-0", "broker-1", "broker-2"]);
      for (const [at, { graph }] of isolates.entries()) {
        graph.invalidate();
        await request(it.clock, graph);
        assert.strictEqual(it.object.stubs.at(-1)?.[0], drawn[at]);
      }
    });

    QUnit.test("a namespace that gives no stub, or one without the method, is as good as none", async (assert) => {
      const odd: readonly NamespaceLike<BrokerStub>[] = [
        {
          getByName() {
            throw new Error("no such class");
          },
        },
        { getByName: () => undefined as never },
        { getByName: () => ({}) as never },
      ];
      for (const one of odd) {
        const { clock } = scene();
        const reasons: string[] = [];
        const options = {
          platform: testPlatform({ clock }),
          onFallback: (_: string, why: string) => void reasons.push(why),
        };
        const { graph } = createBrokered(one, { graph: testProvider({ platform: options.platform }) }, options, digest);
        assert.ok((await request(clock, graph as never)).token);
        assert.deepEqual(reasons, ["unreachable"]);
      }
    });

    QUnit.test("a stub is used once", async (assert) => {
      const it = scene();
      const { graph } = it.isolate();
      it.object.fault = (call) =>
        call === 1 ? { when: "before", error: Object.assign(new Error("moved"), { retryable: true }) } : undefined;
      await request(it.clock, graph);
      assert.deepEqual([it.object.calls(), it.object.stubs.length], [2, 2]);
    });
  });
};
