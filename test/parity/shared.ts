/** The weaknesses that all of tokenex's packages share, each of which must not be ours. */
import { federate, isTokenError } from "@tokenhop/core";
import { env } from "@tokenhop/core/sources/env";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { entra } from "@tokenhop/core/targets/entra";
import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import fc from "fast-check";
import { json } from "../contract/platform.ts";
import { bearer, failure, fateOf, HOUR, MINUTE, settle, someSecret, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { FORM, good } from "../targets/entra-support.ts";
import { reader } from "./support.ts";

/** Every way in which a token may not say when it ends. `1e999` is JSON, and no number that a clock could reach. */
const endless: Readonly<Record<string, () => string>> = {
  "a JWT without exp": () => canaryToken(),
  "a JWT whose exp is null": () => canaryToken({ exp: null }),
  "a JWT whose exp is a text": () => canaryToken({ exp: "soon" }),
  "a JWT whose exp is an object": () => canaryToken({ exp: { at: 1 } }),
  "a JWT whose claims are a list": () => canary(`${btoa('{"alg":"none"}')}.${btoa("[]")}.bm8tc2lnbmF0dXJlLWF0LWFsbA`),
  "a token that is no JWT": () => canary("opaque-token-of-no-form-at-all-0123456789"),
};

export const suite: Suite = (QUnit) => {
  QUnit.module("tokenex C0, shared machinery", () => {
    QUnit.test("C0.1: a reader that stopped reading holds up nobody, and can still be ended", async (assert) => {
      const it = world();
      const end = new AbortController();
      const slow = it.provider.watch({ signal: end.signal })[Symbol.asyncIterator]();
      const first = slow.next();
      await settle(it.clock);
      assert.strictEqual((await first).done, false);
      const other = reader(it.provider, it.clock);
      await it.clock.advance(10 * HOUR);
      assert.deepEqual([other.given.length, it.target.calls], [13, 13], "refreshed each time it was due");
      const second = slow.next();
      await it.clock.advance(100);
      const { value } = await second;
      assert.ok(value?.type === "update" && value.credential === other.given.at(-1), "the latest, and none before it");
      end.abort();
      assert.strictEqual((await slow.next()).done, true);
      await other.end();
      assert.strictEqual(it.clock.sleepers, 0, "nothing waits for ever");
    });

    QUnit.test("C0.1: in whatever order is read, refreshed and ended, no reader waits for ever", async (assert) => {
      const step = fc.constantFrom("read", "read", "renew", "minute", "hour");
      const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const it = world();
        const end = new AbortController();
        const one = it.provider.watch({ signal: end.signal })[Symbol.asyncIterator]();
        const reads = [];
        for (const what of steps) {
          if (what === "read") reads.push(fateOf(one.next()));
          if (what === "renew") it.provider.invalidate();
          // A read and what it is told of come at the same moment, which is where tokenex's sender blocks.
          if (what === "minute") await it.clock.advance(MINUTE);
          if (what === "hour") await it.clock.advance(HOUR);
        }
        const caller = fateOf(it.provider.get());
        await settle(it.clock);
        end.abort();
        reads.push(fateOf(one.next()));
        await settle(it.clock);
        return caller.state === "given" && reads.every(({ state }) => state === "given") && it.clock.sleepers === 0;
      });
      await fc.assert(property, { numRuns: 200, seed: 1 });
      assert.ok(true);
    });

    for (const [what, make] of Object.entries(endless)) {
      QUnit.test(`C0.2: ${what} is used for one exchange, and nothing crashes`, async (assert) => {
        const text = make();
        let asked = 0;
        const sources = [
          fixedToken(text),
          env({ variable: "TOKEN" }),
          fromFunction(() => {
            asked++;
            return text;
          }),
        ];
        for (const from of sources) {
          const fetch = scriptedFetch([() => good()]);
          const provider = federate({ from, to: entra(FORM), platform: testPlatform({ fetch, env: { TOKEN: text } }) });
          await provider.get();
          await provider.with({ scope: "https://vault.azure.net/.default" }).get();
          const sent = await Promise.all(fetch.requests.map(async (one) => new URLSearchParams(await one.text())));
          const same = sent.map((form) => form.get("client_assertion") === text);
          assert.deepEqual(same, [true, true], from.name);
        }
        assert.strictEqual(asked, 2, "nothing says how long it may be kept");
      });
    }

    QUnit.test("C0.3: one failure ends neither a provider nor its stream, from the first on", async (assert) => {
      const it = world({ limits: { attempts: 1 } });
      it.target.answer = (call) => {
        if ([1, 2, 4].includes(call)) throw failure({ status: 503, retryAfterMs: 7_000 });
        if (call === 5) throw new TypeError("fetch failed");
        return bearer(it.clock, HOUR);
      };
      const stream = reader(it.provider, it.clock);
      const start = it.clock.now();
      await it.clock.advance(2 * HOUR);
      assert.deepEqual(stream.types.slice(0, 3), ["error", "error", "update"]);
      const [first, second] = stream.seen;
      assert.ok(first?.event.type === "error" && first.event.nextAttemptAt === start + 7_000);
      assert.ok(second && second.at >= 7_000 && second.at < 8_000, "as late as the server asked, and no later");
      assert.deepEqual(stream.types.slice(3, 6), ["error", "error", "update"], "the same at the first refresh");
      assert.ok(stream.types.slice(6).every((type) => type === "update"));
      await stream.end();
    });

    QUnit.test("C0.3: a caller sees nothing of a failure that passes", async (assert) => {
      const { provider, source, target, clock } = world({ random: () => 0.5 });
      source.answer = (call) => {
        if (call === 1) throw new Error("blip");
        return { token: someSecret(), expiresAt: clock.now() + HOUR };
      };
      target.answer = (call) => {
        if (call === 1) throw new TypeError("fetch failed");
        return bearer(clock, HOUR);
      };
      const call = fateOf(provider.get());
      await clock.advance(10_000);
      assert.deepEqual([call.state, source.calls, target.calls], ["given", 2, 2]);
    });

    QUnit.test("C0.4: what has expired is never an update", async (assert) => {
      const it = world({ limits: { attempts: 1 } });
      it.target.answer = (call) => bearer(it.clock, [0, -1, -HOUR, Number.NaN, HOUR][call - 1] ?? -1);
      const stream = reader(it.provider, it.clock);
      await it.clock.advance(HOUR + 30 * MINUTE);
      const [bad, update, later] = [stream.types.slice(0, 4), stream.types[4], new Set(stream.types.slice(5))];
      assert.deepEqual(bad, ["error", "error", "error", "error"]);
      assert.strictEqual(update, "update");
      assert.deepEqual([...later].sort(), ["error", "remove"], "the one that was good ends, and is not told again");
      const codes = stream.seen.flatMap(({ event }) => (event.type === "error" ? [event.error.code] : []));
      assert.deepEqual([...new Set(codes)], ["ERR_CREDENTIAL_EXPIRED"]);
      await stream.end();
    });

    QUnit.test("C0.4: whatever the clocks do, an update is valid when it comes", async (assert) => {
      const it = world();
      // On its way it may meet a machine that goes to sleep.
      it.target.answer = async (_, { signal }) => {
        const made = bearer(it.clock, 5 * MINUTE);
        await it.clock.sleep(1_000, signal);
        return made;
      };
      const start = it.clock.now();
      const streams = [reader(it.provider, it.clock)];
      const offsets = [0];
      for (let round = 0; round < 40; round++) {
        await it.clock.advance((round % 7) * MINUTE + 500);
        it.clock.suspend((round % 5) * 3 * MINUTE);
        // Somebody begins to read at the very moment at which it wakes.
        offsets.push(it.clock.now() - start);
        streams.push(reader(it.provider, it.clock));
        await settle(it.clock);
      }
      const updates = streams.flatMap(({ seen }, index) =>
        seen.flatMap(({ at, event }) =>
          event.type === "update" ? [event.credential.expiresAt - start - at - (offsets[index] ?? 0)] : [],
        ),
      );
      assert.ok(updates.length > 200, `${updates.length} updates`);
      assert.ok(Math.min(...updates) > 0, `one came ${-Math.min(...updates)} ms after its end`);
      for (const stream of streams) await stream.end();
    });

    QUnit.test("C0.5: callers and readers share one exchange and one credential", async (assert) => {
      const it = world();
      const streams = [reader(it.provider, it.clock), reader(it.provider, it.clock)];
      const calls = Array.from({ length: 1_000 }, () => it.provider.get());
      await settle(it.clock);
      const all = new Set([...(await Promise.all(calls)), ...streams.flatMap(({ given }) => given)]);
      assert.deepEqual([all.size, it.source.calls, it.target.calls], [1, 1, 1]);
      assert.ok(streams.every(({ types }) => types.length === 1));
      await it.clock.advance(HOUR);
      assert.deepEqual([it.target.calls, ...streams.map(({ types }) => types.length)], [2, 2, 2]);
      for (const stream of streams) await stream.end();
    });

    QUnit.test("C0.5: each call has a deadline and a signal of its own", async (assert) => {
      const { provider, target, clock } = world();
      target.answer = async (_, { signal }) => {
        await clock.sleep(3_000, signal);
        return bearer(clock, HOUR);
      };
      const gone = new AbortController();
      const calls = [{ timeoutMs: 1_000 }, { signal: gone.signal }, {}].map((options) => fateOf(provider.get(options)));
      await clock.advance(1_000);
      gone.abort(new Error("gone"));
      await clock.advance(2_000);
      assert.deepEqual([...calls.map(({ state }) => state), target.calls], ["failed", "failed", "given", 1]);
    });

    for (const [what, aheadMs] of Object.entries({ "three hours slow": 3 * HOUR, "three hours fast": -3 * HOUR })) {
      QUnit.test(`C0.6: on a machine whose clock is ${what} everything is renewed in time`, async (assert) => {
        const clock = manualClock();
        const server = (): number => clock.now() + aheadMs;
        const asked: string[] = [];
        const fetch = scriptedFetch([
          ({ url }) => {
            asked.push(new URL(url).hostname);
            if (!url.includes("runner.example")) return good({ expires_in: 3_600 });
            const value = canaryToken({ exp: Math.floor(server() / 1_000) + 300 });
            return json({ value }, { headers: { date: new Date(server()).toUTCString() } });
          },
        ]);
        const variables = {
          ACTIONS_ID_TOKEN_REQUEST_URL: "https://runner.example/token?v=1",
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: canaryToken(),
        };
        const platform = testPlatform({ clock, fetch, env: variables });
        const provider = federate({ from: githubActions(), to: entra(FORM), platform });
        const { expiresAt } = await provider.get();
        assert.strictEqual(expiresAt, clock.now() + HOUR, "on the machine's own clock");
        await clock.advance(2 * MINUTE);
        await provider.with({ scope: "https://vault.azure.net/.default" }).get();
        assert.strictEqual(asked.filter((host) => host === "runner.example").length, 1, "of 5 minutes it has 3 left");
        await clock.advance(3 * MINUTE);
        await provider.with({ scope: "https://storage.azure.com/.default" }).get();
        assert.strictEqual(asked.filter((host) => host === "runner.example").length, 2, "it has ended");
      });
    }

    QUnit.test("C0.8: every error of a stream says that it is one, and what it is", async (assert) => {
      const it = world({ limits: { attempts: 1 } });
      it.source.answer = () => {
        throw new Error("no identity");
      };
      const stream = reader(it.provider, it.clock);
      await it.clock.advance(MINUTE);
      assert.ok(stream.seen.length > 2);
      for (const { event } of stream.seen) {
        assert.strictEqual(event.type, "error");
        assert.ok(event.type === "error" && isTokenError(event.error) && event.nextAttemptAt > 0);
      }
      await stream.end();
    });
  });
};
