/** A downstream that answers 401 to everything must not become a request loop at the identity provider. */
import { createAttach } from "@tokenhop/core";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import { API, counted } from "../core/downstream-support.ts";
import type { Suite } from "../harness.ts";

const SECONDS = 180;
const PER_SECOND = 1_000;
/**
 * By the rule: a token goes when it is 30 s old and none went within the last minute. So the first, of second 0, goes in
 * second 30, and others in 90 and 150.
 */
const NEW_TOKENS_IN = [0, 30, 90, 150];

export const suite: Suite = (QUnit) => {
  QUnit.module("storms, 401", () => {
    QUnit.test("1,000 requests a second that are all refused cost four exchanges in three minutes", async (assert) => {
      const clock = manualClock();
      let asked = 0;
      const refuse = async (): Promise<Response> => {
        asked++;
        return new Response(null, { status: 401 });
      };
      const platform = testPlatform({ clock, fetch: refuse });
      const { provider, tokens } = counted({ platform });
      const attach = createAttach({ api: provider }, { platform });
      const incoming = new Request("https://app.example/");
      const newIn: number[] = [];
      let answered = 0;
      for (let second = 0; second < SECONDS; second++) {
        const before = tokens.length;
        const calls = Array.from({ length: PER_SECOND }, () => attach(incoming).api.fetch(API));
        for (const { status } of await Promise.all(calls)) answered += status === 401 ? 1 : 0;
        if (tokens.length > before) newIn.push(...Array<number>(tokens.length - before).fill(second));
        await clock.advance(1_000);
      }
      assert.strictEqual(answered, SECONDS * PER_SECOND, "every request got the downstream's own answer");
      assert.deepEqual(newIn, NEW_TOKENS_IN);
      const repeats = asked - SECONDS * PER_SECOND;
      assert.strictEqual(repeats, (NEW_TOKENS_IN.length - 1) * PER_SECOND, "only those of these seconds were repeated");
    });
  });
};
