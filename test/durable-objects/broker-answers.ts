/** What a broker answers to a question that makes sense: a credential, or why there is none. */
import type { Providers } from "@tokenhop/core";
import { errorFrom } from "@tokenhop/core/kit";
import { failure, HOUR } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { objectDouble } from "./object-double.ts";
import { asking, single } from "./one-broker.ts";

const GOOD = { version: 1, provider: "graph" };

export const suite: Suite = (QUnit) => {
  QUnit.module("broker, its answers", () => {
    QUnit.test("a credential: an id that says nothing, the token, and times from now", async (assert) => {
      const { graph, ask, object } = single();
      const reply = await ask(GOOD);
      if (!reply.ok || "keep" in reply) throw new Error("expected a credential");
      const { token, ...rest } = reply;
      record("reply", rest);
      assert.deepEqual(Object.keys(reply).sort(), ["expiresInMs", "id", "ok", "refreshInMs", "token", "version"]);
      assert.ok(token === (await graph.provider.get()).token.reveal() && !token.includes(reply.id));
      assert.strictEqual(reply.expiresInMs, HOUR);
      await graph.clock.advance(60_000);
      const later = await ask(GOOD);
      assert.ok(later.ok && !("keep" in later) && later.expiresInMs === HOUR - 60_000 && later.id === reply.id);
      assert.strictEqual(object.operations.put, 1);
    });

    QUnit.test("a refusal is the identity provider's, as plain data that becomes the same error", async (assert) => {
      const { graph, ask } = single();
      const refused = failure({
        code: "ERR_EXCHANGE_REFUSED",
        recovery: "stop",
        status: 400,
        error: "invalid_client",
        errorCodes: [700_213],
        correlationId: "c-1",
        retryAfterMs: 300_000,
      });
      graph.target.answer = () => Promise.reject(refused);
      const reply = await ask(GOOD);
      if (reply.ok) throw new Error("expected a refusal");
      const error = errorFrom(reply.error);
      const { code, recovery, status, errorCodes, correlationId, step, message } = error;
      assert.deepEqual(
        [code, recovery, status, error.error, errorCodes, correlationId, step, message],
        ["ERR_EXCHANGE_REFUSED", "stop", 400, "invalid_client", [700_213], "c-1", "target", refused.message],
      );
      // The engine remembers it: the next one is told when to come again.
      const again = await ask(GOOD);
      assert.ok(!again.ok && (again.error.retryAfterMs as number) > 0);
      assert.strictEqual(graph.target.calls, 1);
    });

    QUnit.test("an exchange that takes long is not waited for beyond waitMs, and goes on", async (assert) => {
      const { graph, ask } = single();
      const { clock, target } = graph;
      const { answer } = target;
      target.answer = async (call, asked) => {
        await clock.sleep(7_000, asked.signal);
        return answer(call, asked);
      };
      const first = ask({ ...GOOD, waitMs: 4_000 });
      await clock.advance(4_000);
      const reply = await first;
      assert.ok(!reply.ok && reply.error.code === "ERR_CALL_TIMEOUT" && reply.error.recovery === "retry");
      const second = ask({ ...GOOD, waitMs: 4_000 });
      await clock.advance(3_000);
      assert.ok((await second).ok);
      assert.strictEqual(target.calls, 1);
    });

    QUnit.test("without a word about it, it waits for four seconds", async (assert) => {
      const { graph, ask } = single();
      graph.target.answer = () => new Promise(() => undefined);
      let ended = false;
      const reply = ask(GOOD).then(() => {
        ended = true;
      });
      await graph.clock.advance(3_999);
      assert.notOk(ended);
      await graph.clock.advance(1);
      await reply;
      assert.ok(ended);
    });

    QUnit.test("a provider that throws what it should not is not shown", async (assert) => {
      const { graph } = single();
      const odd = { ...graph.provider, peek: () => undefined, get: () => Promise.reject(new Error("SECRET=abcdefgh")) };
      const ask = asking(
        objectDouble({ clock: graph.clock, providers: () => ({ graph: odd }) as unknown as Providers }),
      );
      const reply = await ask(GOOD);
      assert.ok(!reply.ok && reply.error.code === "ERR_BROKER_REFUSED" && !/SECRET/.test(JSON.stringify(reply)));
    });
  });
};
