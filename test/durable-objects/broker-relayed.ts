/** An exchange that fails or hangs at the broker: what an isolate is told of it, and what it does on its own. */
import { isTokenError } from "@tokenhop/core";
import { failure } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { type Isolate, request, type Scene, scene } from "./support.ts";

/** What Entra, or whoever exchanges, said itself. It would say so to an isolate, too. */
const relayed = [
  "ERR_EXCHANGE_REFUSED",
  "ERR_EXCHANGE_CHAIN",
  "ERR_EXCHANGE_FAILED",
  "ERR_EXCHANGE_REPLY",
  "ERR_EXCHANGE_INTERACTION",
  "ERR_CALL_CLAIMS",
] as const;

/** What went wrong where the object is. */
const itsOwn = [
  ["ERR_HTTP_NETWORK", "failed"],
  ["ERR_SOURCE_FAILED", "failed"],
  ["ERR_ISSUER_KEYS", "failed"],
  ["ERR_ISSUER_REFUSED", "failed"],
  ["ERR_STEP_TIMEOUT", "failed"],
  ["ERR_CONFIG_INVALID", "failed"],
  ["ERR_AUTH_INVALID", "unreadable"],
] as const;

/** A broker that has been made, so that its steps can be played. */
async function awake(): Promise<Scene & { readonly mine: Isolate; play(answer: () => Promise<never>): void }> {
  const it = scene();
  await it.object.namespace.getByName("broker").credential({ version: 1, provider: "nobody" });
  const [broker] = it.brokers;
  if (!broker) throw new Error("expected a broker");
  return {
    ...it,
    mine: it.isolate(),
    play(answer) {
      broker.target.answer = answer;
    },
  };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("broker, what of a failure is relayed", () => {
    for (const code of relayed) {
      QUnit.test(`${code} is the identity provider's word, and the answer`, async (assert) => {
        const { clock, mine, play } = await awake();
        play(() => Promise.reject(failure({ code, recovery: "stop" })));
        const { error } = await request(clock, mine.graph);
        assert.ok(isTokenError(error) && error.code === code, `${error}`);
        assert.deepEqual([mine.local.target.calls, mine.fallbacks], [0, []]);
      });
    }

    for (const [code, reason] of itsOwn) {
      QUnit.test(`${code} at the broker is not the isolate's: it exchanges on its own`, async (assert) => {
        const { clock, mine, play } = await awake();
        play(() => Promise.reject(failure({ code, recovery: "stop" })));
        const { error, token } = await request(clock, mine.graph);
        assert.ok(token !== undefined && error === undefined, `${error}`);
        assert.deepEqual([mine.local.target.calls, mine.fallbacks], [1, [["graph", reason]]]);
      });
    }

    QUnit.test("an exchange that hangs is waited for twice timeoutMs at most", async (assert) => {
      for (const timeoutMs of [undefined, 1_000]) {
        const it = await awake();
        const { graph, local, fallbacks } = it.isolate({ timeoutMs });
        it.play(() => new Promise(() => undefined));
        const { token, waitedMs } = await request(it.clock, graph);
        assert.ok(token !== undefined && waitedMs <= 2 * (timeoutMs ?? 5_000), `${waitedMs} ms`);
        // One more than the question that woke the object.
        assert.deepEqual([it.object.calls(), local.target.calls, fallbacks], [3, 1, [["graph", "timeout"]]]);
      }
    });

    QUnit.test("an exchange that takes long is waited for at the broker, not made again here", async (assert) => {
      const it = scene({ exchangeMs: 7_500 });
      const isolates = [it.isolate(), it.isolate()];
      const waiting = isolates.map(({ graph }) => graph.get());
      await it.clock.advance(8_000);
      await Promise.all(waiting);
      assert.deepEqual([it.exchanges(), it.object.calls()], [1, 4]);
    });

    QUnit.test("who has exchanged on its own does not come back at once, whatever the broker says", async (assert) => {
      const it = scene();
      const { graph, local } = it.isolate();
      const error = { code: "ERR_CALL_TIMEOUT", recovery: "retry", message: "the exchange goes on" };
      it.object.fault = () => ({ when: "after", reply: { version: 1, ok: false, error } });
      for (let second = 0; second < 1_800; second++) {
        assert.ok((await request(it.clock, graph)).token);
        await it.clock.advance(1_000);
      }
      assert.deepEqual([it.object.calls(), local.target.calls], [2, 1]);
    });
  });
};
