/** What `brokered` gives: providers like any other, whose credentials come from elsewhere. */
import { isTokenError, TokenError } from "@tokenhop/core";
import { manualClock, testPlatform, testProvider } from "@tokenhop/core/testing";
import { createBrokered } from "../../packages/durable-objects/src/broker/brokered.ts";
import { errorOf, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { digest, objectDouble } from "./object-double.ts";
import { request, scene } from "./support.ts";

const platform = testPlatform();
const namespace = { getByName: () => ({ credential: async () => undefined }) };

export const suite: Suite = (QUnit) => {
  QUnit.module("brokered(), its providers", () => {
    QUnit.test("have the same name, identity, provenance and hosts", (assert) => {
      const graph = testProvider({ hosts: ["graph.example"] });
      const { graph: same } = createBrokered(namespace, { graph }, { platform });
      const { name, identity, provenance, hosts } = graph;
      assert.deepEqual(
        { name: same.name, identity: same.identity, provenance: same.provenance, hosts: same.hosts },
        { name, identity, provenance, hosts },
      );
      assert.ok(same !== graph && !("partition" in same));
    });

    QUnit.test("with parameters they are the isolate's own", async (assert) => {
      const it = scene();
      const { graph, local } = it.isolate();
      await graph.with({ scope: "other" }).get();
      assert.deepEqual([it.object.calls(), local.target.asked.map(({ scope }) => scope)], [0, ["other"]]);
    });

    QUnit.test("are the first hop of another exchange", async (assert) => {
      const it = scene();
      const { graph } = it.isolate();
      const second = world({ clock: it.clock, from: graph });
      const { token } = await second.provider.get();
      assert.ok(token && second.target.asked[0]?.subject?.token.reveal() === (await graph.get()).token.reveal());
      assert.strictEqual(it.object.calls(), 1);
    });

    QUnit.test("what goes wrong names them, and not what is in between", async (assert) => {
      const it = scene();
      const { graph } = it.isolate();
      it.object.fault = () => ({ when: "before", hangs: true });
      const late = errorOf(graph.get({ timeoutMs: 100 }));
      await it.clock.advance(100);
      const messages = [(await late).message];
      await graph.close();
      messages.push((await errorOf(graph.get())).message);
      assert.ok(/source>target/.test(messages[1] ?? "") && !/binding|broker/.test(`${messages}`), `${messages}`);
    });

    QUnit.test("closed, they are closed on both sides", async (assert) => {
      const it = scene();
      const { graph, local } = it.isolate();
      await graph.get();
      await graph.close();
      for (const one of [graph, local.provider]) {
        assert.strictEqual((await errorOf(one.get())).code, "ERR_PROVIDER_CLOSED");
      }
    });

    QUnit.test("are watched as any other", async (assert) => {
      const it = scene();
      const { graph } = it.isolate();
      const off = new AbortController();
      const seen: string[] = [];
      const watching = (async () => {
        for await (const event of graph.watch({ signal: off.signal })) seen.push(event.type);
      })();
      for (let minute = 0; minute < 130; minute++) await it.clock.advance(60_000);
      off.abort();
      await it.clock.advance(0);
      await watching;
      assert.ok(seen.length >= 3 && seen.every((type) => type === "update"), `${seen}`);
      assert.strictEqual(it.exchanges(), 3);
    });

    QUnit.test("what the exchange failed with is the answer, and is not asked for again at once", async (assert) => {
      for (const recovery of ["retry", "subject", "propagation", "stop"] as const) {
        const { clock } = scene();
        const refusal = new TokenError("Cannot exchange", { code: "ERR_EXCHANGE_REFUSED", recovery, status: 400 });
        let asked = 0;
        const refusing = {
          getByName: () => ({
            async credential() {
              asked++;
              return { version: 1, ok: false, error: refusal.toJSON() };
            },
          }),
        };
        const graph = testProvider();
        const fallbacks: unknown[] = [];
        const options = {
          platform: testPlatform({ clock }),
          onFallback: (...why: unknown[]) => void fallbacks.push(why),
        };
        const { graph: mine } = createBrokered(refusing, { graph }, options, digest);
        const { error } = await request(clock, mine as never);
        assert.ok(isTokenError(error) && error.code === "ERR_EXCHANGE_REFUSED" && error.status === 400);
        assert.strictEqual((error as TokenError).recovery, recovery === "subject" ? "stop" : recovery);
        assert.deepEqual([asked, fallbacks], [1, []]);
        // What time alone cannot help is remembered.
        for (let count = 0; count < 5; count++) await request(clock, mine as never);
        assert.strictEqual(asked, recovery === "retry" ? 6 : 1);
      }
    });

    QUnit.test("a broker that wants to be asked all the time is not", async (assert) => {
      const clock = manualClock();
      const object = objectDouble({ clock, providers: () => ({}) });
      const reply = { version: 1, ok: true, id: "a", token: "t", expiresInMs: 3_600_000, refreshInMs: 0.001 };
      object.fault = () => ({ when: "after", reply });
      const { graph } = createBrokered(
        object.namespace,
        { graph: testProvider() },
        { platform: testPlatform({ clock }) },
        digest,
      );
      for (let count = 0; count < 1_000; count++) {
        await request(clock, graph as never);
        await clock.advance(1);
      }
      assert.ok(object.calls() <= 5, `${object.calls()} calls in a second`);
    });
  });
};
