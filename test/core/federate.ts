/** `federate` before its first request: options, names, views. */
import { ConfigError, defineTarget, federate } from "@tokenhop/core";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { bearer, errorOf, HOUR, type Scope, world } from "./support.ts";

const clock = manualClock();
const platform = testPlatform({ clock });
const exchange = async () => bearer(clock, HOUR);
const from = () => fixedToken(canaryToken());
const to = { name: "to", identity: ["to"], audience: "a", produces: "entra-federated", exchange } as const;

export const suite: Suite = (QUnit) => {
  QUnit.module("federate()", () => {
    QUnit.test("names every wrong option at once", async (assert) => {
      const wrong = {
        from: {},
        cache: new Map(),
        platform: {},
        onEvent: "loud",
        refresh: "often",
        scope: "https://graph.microsoft.com/.default",
        limits: { marginMs: -1, attempts: "5", deadlineMs: Number.NaN, retries: 3 },
      };
      const error = await errorOf((async () => federate(wrong as never))());
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(
        [error.code, [...(error.problems ?? [])].sort()],
        [
          "ERR_CONFIG_INVALID",
          [
            'refresh: expected "default", "tokenex" or a function',
            "cache: expected what createCache() gives",
            "from: expected a source or provider",
            "limits.attempts: expected a number from 1",
            "limits.deadlineMs: expected a number from 0",
            "limits.marginMs: expected a number from 0",
            "limits.retries: unknown option",
            "onEvent: expected a function",
            "platform: expected a Platform",
            "scope: unknown option",
            "to: missing",
          ].sort(),
        ],
      );
    });

    QUnit.test("refuses no options at all", async (assert) => {
      for (const nothing of [undefined, null, 5, "x"]) {
        const error = await errorOf((async () => federate(nothing as never))());
        assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
      }
    });

    QUnit.test("takes undefined for an option that is left out", async (assert) => {
      const provider = federate({
        from: from(),
        to,
        cache: undefined,
        platform: undefined,
        onEvent: undefined,
        refresh: undefined,
        limits: { marginMs: undefined, maxPartitions: undefined, attempts: undefined },
      });
      assert.strictEqual(provider.name, "fixed-token>to");
      await provider.close();
    });

    QUnit.test("refuses a chain that can never work, where it is made", async (assert) => {
      const first = federate({ from: from(), to });
      const picky = {
        ...to,
        name: "picky",
        refuses: (given: string) => (given === "unknown" ? undefined : `not ${given}`),
      };
      assert.ok(federate({ from: from(), to: picky }));
      const error = await errorOf((async () => federate({ from: first, to: picky }))());
      assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_CHAIN", ["not entra-federated"]]);
      assert.ok(error.message.startsWith("Cannot use federate() from fixed-token>to to picky: not entra-federated"));
    });

    QUnit.test("starts nothing", (assert) => {
      const { provider, source, target } = world();
      assert.strictEqual(provider.peek(), undefined);
      assert.deepEqual([provider.hosts, source.calls, target.calls], [[], 0, 0]);
      assert.deepEqual([provider.name, provider.provenance], ["source>target", "unknown"]);
      assert.notOk("partition" in provider);
    });

    QUnit.test("with() checks its parameters, adds to those before, and says the hosts", async (assert) => {
      const seen: Scope[] = [];
      const target = defineTarget({
        ...to,
        partition: ({ scope }: Scope) => [scope],
        hosts: ({ scope }: Scope) => [scope ?? "base.example"],
        validate({ scope }: Scope) {
          if (scope === "") throw new ConfigError("with()", ["scope: empty"]);
        },
        async exchange(_, params: Scope) {
          seen.push(params);
          return bearer(clock, HOUR);
        },
      });
      const provider = federate({ from: from(), to: target, platform });
      assert.deepEqual(
        [provider.hosts, provider.with({ scope: "a.example" }).hosts],
        [["base.example"], ["a.example"]],
      );
      assert.throws(
        () => provider.with({ scope: "" }),
        (error) => (error as ConfigError).code === "ERR_CONFIG_INVALID",
      );
      await provider.with({ scope: "a" }).with({}).get();
      assert.deepEqual(seen, [{ scope: "a" }]);
      await provider.close();
    });

    QUnit.test("a parameter that the target needs and nobody gave is named when it is asked", async (assert) => {
      const target = defineTarget({
        ...to,
        partition({ user }: { user: string }) {
          if (!user) throw new ConfigError("to()", ["user: missing"]);
          return [user];
        },
        exchange: async (_, _params: { user: string }) => bearer(clock, HOUR),
      });
      const provider = federate({ from: from(), to: target, platform });
      assert.strictEqual(provider.with({ user: "ann" }).peek(), undefined);
      const bare = provider.with({} as { user: string });
      assert.deepEqual((await errorOf(bare.get())).problems, ["user: missing"]);
      await provider.close();
    });
  });
};
