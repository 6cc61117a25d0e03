/** What `passThrough` does when it is given the same token once more, which it never remembers. */
import { type BearerToken, defineTarget, federate, secret } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { passThrough } from "@tokenhop/core/targets/pass-through";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import { contextFor, NOW } from "../contract/platform.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { subjectOf } from "./exchange-support.ts";
import { AUDIENCE, MINUTE, SECOND, stage } from "./pass-through-support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("target pass-through, the same token again", () => {
    QUnit.test(
      "remembers nothing: the same token comes again as itself, with what is left of its life",
      async (assert) => {
        const clock = manualClock();
        const subject = { ...subjectOf(canaryToken()), expiresAt: NOW + 100_000, refreshAt: NOW + 60_000 };
        const target = passThrough({ audience: AUDIENCE });
        const context = contextFor(testPlatform({ clock }));
        const given: (number | undefined)[] = [];
        for (const second of [0, 0, 50, 60, 90]) {
          await clock.advance(NOW + second * SECOND - clock.now());
          const out = await target.exchange(subject, {}, context);
          assert.ok(out.token === subject.token && out.expiresAt === NOW + 100_000);
          given.push(((out.refreshAt ?? 0) - NOW) / SECOND);
        }
        assert.deepEqual(given, [60, 60, 60, 68, 92], "advised, and then after a fifth of what is left");
      },
    );

    QUnit.test("a dropped token comes again until its source renews it, however late in its life", async (assert) => {
      for (const share of [0.1, 0.5, 0.69, 0.75, 0.8]) {
        const { clock, made, provider, textNow, events } = stage(60 * MINUTE);
        await textNow();
        await clock.advance(share * 60 * MINUTE);
        provider.invalidate();
        const second = await textNow();
        assert.ok(second === made[0], `after ${share} of its life`);
        assert.strictEqual(events.filter(({ type }) => type === "retry").length, 0);
        await clock.advance((0.999 - share) * 60 * MINUTE);
        assert.ok((await textNow()) === made.at(-1) && made.length > 1, "and not beyond");
      }
    });

    QUnit.test("a refused token that says no end is replaced at once", async (assert) => {
      const { clock, made, provider, textNow } = stage(undefined);
      const first = await provider.get();
      await clock.advance(31 * SECOND);
      assert.ok(provider.invalidate(first, "unauthorized"));
      assert.ok((await textNow()) === made[1]);
    });

    QUnit.test("whatever the policy, no renewal is a refusal", async (assert) => {
      for (const refresh of ["default", "tokenex", () => 0] as const) {
        for (const lifeMs of [2 * SECOND, 60 * SECOND, 125 * SECOND, 60 * MINUTE]) {
          const { clock, provider, made, events } = stage(lifeMs, {}, { refresh });
          for (let round = 0; round < 300; round++) {
            assert.ok((await provider.get()).expiresAt > clock.now());
            await clock.advance(lifeMs / 97);
          }
          assert.strictEqual(events.filter(({ type }) => type === "retry").length, 0, `${refresh} ${lifeMs}`);
          assert.ok(made.length >= 3 && made.length <= 3_000, `${made.length} tokens`);
        }
      }
    });

    QUnit.test("one of it serves any number of providers, which drop nothing of each other", async (assert) => {
      const clock = manualClock();
      const platform = testPlatform({ clock });
      let exchanges = 0;
      const upstream = federate({
        from: fromFunction(() => canaryToken()),
        to: defineTarget({
          name: "upstream",
          identity: ["upstream"],
          audience: "test",
          produces: "external",
          async exchange(): Promise<BearerToken> {
            exchanges++;
            return { kind: "bearer", token: secret(canaryToken()), expiresAt: clock.now() + 60 * MINUTE };
          },
        }),
        platform,
      });
      const to = passThrough({ audience: AUDIENCE });
      const providers = Array.from({ length: 4 }, () => federate({ from: upstream, to, platform }));
      for (let minute = 0; minute < 240; minute++) {
        const texts = await Promise.all(providers.map(async (one) => (await one.get()).token.reveal()));
        assert.ok(texts.length === 4);
        await clock.advance(MINUTE);
      }
      assert.ok(exchanges >= 4 && exchanges <= 6, `${exchanges} exchanges in four hours`);
    });
  });
};
