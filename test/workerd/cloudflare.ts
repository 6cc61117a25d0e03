/** `@tokenhop/cloudflare` in real workerd: every kind of handler, called as the platform calls it. */
import type { Suite } from "../harness.ts";
import { exchanges, isTokenOf, playScenes, type Scene } from "./cloudflare-scene.ts";
import { USER_HEADER } from "./order.ts";
import type { Behaviour } from "./upstream.ts";

const ok = { value: { outcome: "ok", noRetry: false } };
const refused: Behaviour = { before: async (hop) => hop === "source" };
const UNACKED = { ackAll: false, retryBatch: { retry: false }, explicitAcks: [], retryMessages: [] };

const scenes: readonly Scene[] = [
  {
    says: "nothing at module level does I/O, starts a timer, or reads a clock or randomness",
    async play(assert, stage, world) {
      assert.strictEqual((await stage.fetch(world, "/startup")).text, "[]");
    },
  },
  {
    says: "fetch, scheduled, queue, email and RPC share one exchange, and providers are made once for env",
    async play(assert, stage, world) {
      assert.ok(isTokenOf(stage, await stage.fetch(world, "/"), world));
      assert.deepEqual(await stage.scheduled(world, "* * * * *"), ok);
      const acked = { outcome: "ok", ...UNACKED, explicitAcks: ["m0", "m1"] };
      assert.deepEqual(await stage.queue(world, ["now", "now"]), { value: acked });
      assert.strictEqual((await stage.fetch(world, "/email")).text, "https://app.example/email");
      assert.deepEqual(await stage.rpc(world, ["status"]), { value: 200 });
      assert.deepEqual(exchanges(stage, world), [1, 1, 6]);
      assert.strictEqual((await stage.fetch(world, "/made")).text, "[1,true]");
    },
  },
  {
    says: "another env object has providers of its own",
    async play(assert, stage, world) {
      assert.strictEqual((await stage.fetch(world, "/other-env")).text, "3");
    },
  },
  {
    says: "each service has the providers of its own bindings",
    async play(assert, stage, world) {
      const worlds = [world, OTHER];
      for (const one of worlds) assert.ok(isTokenOf(stage, await stage.fetch(one, "/"), one));
      for (const one of worlds) assert.deepEqual(exchanges(stage, one), [1, 1, 1]);
    },
  },
  {
    says: "providers may be made at module level from the bindings that it can import",
    async play(assert, stage, world) {
      for (const path of ["/", "/attached"])
        assert.ok(isTokenOf(stage, await stage.fetch(world, path, "Alone"), world));
      assert.deepEqual(exchanges(stage, world), [1, 1, 2]);
    },
  },
  {
    says: "what a handler says to the runtime stays: noRetry, acknowledged and postponed messages",
    async play(assert, stage, world) {
      assert.deepEqual(await stage.scheduled(world, "* * * * once"), { value: { outcome: "ok", noRetry: true } });
      const mixed = { explicitAcks: ["m0", "m2"], retryMessages: [{ msgId: "m1", delaySeconds: 7 }] };
      assert.deepEqual(await stage.queue(world, ["now", "later", "now"]), {
        value: { outcome: "ok", ...UNACKED, ...mixed },
      });
    },
  },
  {
    says: "a failed exchange is answered in fetch and printed, and thrown on elsewhere",
    async play(assert, stage, world) {
      stage.upstream.behave(world, refused);
      const { status, headers, text = "" } = await stage.fetch(world, "/");
      const { type: _, ...problem } = JSON.parse(text) as { readonly type: string };
      const title = "A credential for a downstream service could not be obtained";
      assert.deepEqual(problem as object, { title, status: 503, code: "ERR_EXCHANGE_FAILED" });
      assert.deepEqual(
        [status, headers?.["content-type"], headers?.["cache-control"]],
        [503, "application/problem+json", "no-store"],
      );
      assert.ok(Number(headers?.["retry-after"]) > 0);
      assert.ok(
        stage.log.some((line) => line.includes("ERR_EXCHANGE_FAILED")),
        stage.log.join("\n"),
      );
      const thrown = { value: { outcome: "exception", noRetry: false } };
      assert.deepEqual(await stage.scheduled(world, "* * * * *"), thrown);
      assert.deepEqual(await stage.queue(world, ["later", "now", "later"]), {
        value: { outcome: "exception", ...UNACKED, retryMessages: [{ msgId: "m0", delaySeconds: 7 }] },
      });
      const { thrown: failure = "" } = await stage.rpc(world, ["status"]);
      assert.ok(failure.includes("ERR_EXCHANGE_FAILED"), failure);
    },
  },
  {
    says: "what a handler catches is its own affair",
    async play(assert, stage, world) {
      stage.upstream.behave(world, refused);
      const { status, text } = await stage.fetch(world, "/caught");
      assert.deepEqual([status, text], [418, "ERR_EXCHANGE_FAILED"]);
    },
  },
  {
    says: "what is thrown at once is answered too; mistakes of the program are no failed exchanges",
    async play(assert, stage, world) {
      assert.strictEqual((await stage.fetch(world, "/at-once", "Alone")).status, 403);
      assert.strictEqual((await stage.fetch(world, "/bug")).thrown, "TypeError: a bug");
      const { thrown = "" } = await stage.fetch(world, "/evil");
      assert.ok(thrown.includes("ERR_DOWNSTREAM_HOST"), thrown);
      assert.deepEqual(await stage.scheduled(world, "* * * * bug"), {
        value: { outcome: "exception", noRetry: false },
      });
    },
  },
  {
    says: "eager: the token is there before the handler, and without it no handler runs",
    async play(assert, stage, world) {
      assert.strictEqual((await stage.fetch(world, "/", "Eager")).text, "true");
      assert.deepEqual(exchanges(stage, world), [1, 1, 0]);
      stage.upstream.behave(OTHER_EAGER, refused);
      assert.strictEqual((await stage.fetch(OTHER_EAGER, "/", "Eager")).status, 503);
      assert.deepEqual(await stage.scheduled(OTHER_EAGER, "* * * * *", "Eager"), {
        value: { outcome: "exception", noRetry: false },
      });
      assert.deepEqual(await stage.queue(OTHER_EAGER, [1], "Eager"), { value: { outcome: "exception", ...UNACKED } });
    },
  },
  {
    says: "an entrypoint's own fetch answers as the default one does",
    async play(assert, stage, world) {
      assert.ok(isTokenOf(stage, await stage.fetch(world, "/", "Reports"), world));
      stage.upstream.behave(OTHER_RPC, refused);
      assert.strictEqual((await stage.fetch(OTHER_RPC, "/", "Reports")).status, 503);
    },
  },
  {
    says: "a source gets the request, by fetch and by attach; RPC has none",
    async play(assert, stage, world) {
      const headers = { [USER_HEADER]: stage.upstream.userToken("ann") };
      for (const entrypoint of ["", "Reports"] as const) {
        const { text = "" } = await stage.fetch(world, "/mine", entrypoint, headers);
        assert.strictEqual(stage.upstream.ownerOf(text)?.user, "ann");
      }
      const { thrown = "" } = await stage.rpc(world, ["mine"]);
      assert.ok(thrown.includes("ERR_SOURCE_UNAVAILABLE"), thrown);
    },
  },
  {
    says: "a handler may call another one of its object",
    async play(assert, stage, world) {
      assert.deepEqual(await stage.scheduled(world, "* * * * *", "Eager"), ok);
      assert.deepEqual(exchanges(stage, world), [1, 1, 1]);
    },
  },
  {
    says: "handlers that do not exist are named at once",
    async play(assert, stage, world) {
      const { text = "" } = await stage.fetch(world, "/wrong");
      const nothing = "handlers: expected an object with fetch, scheduled, queue, email, or some of them";
      const other = (name: string): string => `${name}: no handler that takes credentials; export it beside the others`;
      assert.deepEqual(JSON.parse(text), [[other("sheduled")], [other("fetch"), nothing], [nothing], [nothing]]);
    },
  },
  {
    says: "no attached provider passes through RPC, whatever an entrypoint gives away",
    async play(assert, stage, world) {
      assert.deepEqual(await stage.rpc(world, ["status"]), { value: 200 });
      const calls = [
        ["giveAll"],
        ["giveOne"],
        ["attached", "api", "token"],
        ["client", "token"],
        ["clients", "api", "token"],
      ];
      const reads = [
        ["attached"],
        ["attached", "api"],
        ["client"],
        ["clients"],
        ["clients", "api"],
        ["client", "token"],
        ["client", "fetch"],
      ];
      for (const [ways, how] of [
        [calls, "call"],
        [reads, "get"],
      ] as const) {
        for (const way of ways) {
          const { value, thrown = "" } = await stage.rpc(world, way, how);
          const refusal = /^DataCloneError: Could not serialize|does not implement the method/;
          assert.ok(
            value === undefined && refusal.test(thrown),
            `${how} ${way.join(".")}: ${JSON.stringify(value)} ${thrown}`,
          );
        }
      }
    },
  },
];

// Beyond those that each scene has by its place.
const OTHER = scenes.length + 1;
const OTHER_EAGER = scenes.length + 2;
const OTHER_RPC = scenes.length + 3;

export const suite: Suite = (QUnit) => playScenes(QUnit, "@tokenhop/cloudflare", scenes, OTHER_RPC);
