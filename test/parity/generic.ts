/** tokenex's package generic: its listed quirks, which must not be ours. */
import { federate } from "@tokenhop/core";
import { fromFunction, type GivenToken } from "@tokenhop/core/sources/from-function";
import { passThrough } from "@tokenhop/core/targets/pass-through";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import { errorOf, fateOf, HOUR, MINUTE, settle, someSecret } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { reader } from "./support.ts";

/** A platform that gives what a test says, and nothing between it and the caller. */
function platform(give: (now: number) => GivenToken) {
  const clock = manualClock();
  const audiences: string[] = [];
  const from = fromFunction(({ audience }) => {
    audiences.push(audience);
    return give(clock.now());
  });
  const to = passThrough({ audience: "https://orders.example", hosts: ["orders.example"] });
  const provider = federate({ from, to, platform: testPlatform({ clock }), limits: { attempts: 1 } });
  return { clock, provider, audiences };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("tokenex C5, generic", () => {
    QUnit.test(
      "C5.1: an opaque token without an end is asked for again, and its successor is given",
      async (assert) => {
        const texts = [someSecret().reveal(), someSecret().reveal()] as const;
        let current: string = texts[0];
        const { clock, provider, audiences } = platform(() => current);
        const it = reader(provider, clock);
        await clock.advance(MINUTE);
        current = texts[1];
        await clock.advance(5 * MINUTE);
        const given = it.given.map(({ token }) => token.reveal());
        assert.ok(given[0] === texts[0] && given.at(-1) === texts[1], "noticed within five minutes, by the reader");
        assert.ok((await provider.get()).token.reveal() === texts[1], "and by a caller");
        assert.ok(audiences.length >= 2 && audiences.every((audience) => audience === "https://orders.example"));
        await it.end();
      },
    );

    QUnit.test(
      "C5.1: such a token is never given beyond its assumed end, nor asked for all the time",
      async (assert) => {
        const text = someSecret().reveal();
        const { clock, provider, audiences } = platform(() => text);
        const it = reader(provider, clock);
        const start = clock.now();
        await clock.advance(10 * HOUR);
        assert.ok(audiences.length >= 120 && audiences.length <= 200, `asked ${audiences.length} times in ten hours`);
        assert.ok(it.seen.every(({ at, event }) => event.type === "update" && event.credential.expiresAt > start + at));
        const ends = it.given.map(({ expiresAt }) => expiresAt);
        assert.ok(
          ends.every((end, index) => end > (ends[index - 1] ?? 0) + MINUTE),
          "each update says something new",
        );
        await it.end();
      },
    );

    QUnit.test("C5.2: what is wrong from the start is said at the start", async (assert) => {
      const { clock, provider } = platform(() => {
        throw new Error("no identity here");
      });
      const it = reader(provider, clock);
      await settle(clock);
      assert.deepEqual([...it.types], ["error"]);
      await it.end();
      assert.strictEqual((await errorOf(provider.get())).code, "ERR_SOURCE_FAILED");
    });

    QUnit.test(
      "C5.3: a source that gives its cached token again is asked again, and nobody notices",
      async (assert) => {
        let [text, endsAt] = ["", 0];
        const { clock, provider, audiences } = platform((now) => {
          if (endsAt - now <= MINUTE) [text, endsAt] = [someSecret().reveal(), now + 10 * MINUTE];
          return { token: text, expiresAt: endsAt };
        });
        const it = reader(provider, clock);
        for (let second = 0; second < 3_600; second += 5) {
          const call = fateOf(provider.get());
          await settle(clock);
          assert.ok(call.state === "given" && (call.value?.expiresAt ?? 0) > clock.now(), `after ${second} s`);
          await clock.advance(5_000);
        }
        const texts = it.given.map(({ token }) => token.reveal());
        assert.strictEqual(texts.filter((one, index) => one === texts[index - 1]).length, 0, "no update twice");
        assert.ok(texts.length >= 6 && texts.length <= 8, `${texts.length} tokens in an hour`);
        assert.ok(audiences.length < 60, `asked ${audiences.length} times in an hour`);
        await it.end();
      },
    );
  });
};
