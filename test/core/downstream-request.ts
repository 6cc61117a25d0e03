/** The request, for frameworks that have none: made when a source asks for it, and once. */
import { createAttach, federate } from "@tokenhop/core";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import { failureOf } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { API, counted } from "./downstream-support.ts";
import { bearer, HOUR, world } from "./support.ts";

const requestWith = (token: string): Request => new Request("https://app.example/", { headers: { "x-token": token } });

/** Something that makes a request and counts how often it was called. */
function maker(make: () => Request): { (): Request; readonly calls: number } {
  let calls = 0;
  const count = (): Request => {
    calls++;
    return make();
  };
  return Object.defineProperty(count, "calls", { get: () => calls }) as never;
}

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("downstream, a request that is made when asked for", () => {
    QUnit.test("is not made where nothing depends on it", async (assert) => {
      const platform = testPlatform({ fetch: async () => new Response("ok") });
      const told = world({ listen: true });
      for (const provider of [counted({ platform }).provider, told.provider]) {
        const attach = createAttach({ api: provider }, { platform });
        const make = maker(() => requestWith("a"));
        const { api } = attach(make);
        assert.strictEqual(api.expiresAt, undefined);
        await Promise.all([api.token(), api.token()]);
        await api.token();
        assert.ok(api.expiresAt);
        await attach.eagerly(make);
        assert.strictEqual(make.calls, 0);
      }
      assert.ok(
        told.events.some(({ type }) => type === "hit"),
        "one of them takes the way that events are told on",
      );
    });

    QUnit.test("is made once for all that depend on it, and is the one that the source sees", async (assert) => {
      const clock = manualClock();
      const token = canaryToken({ exp: Math.floor(clock.now() / 1000) + 3_600 });
      const seen = new Set<Request>();
      const platform = testPlatform({ clock, fetch: async () => new Response("ok") });
      const provider = federate({
        platform,
        from: fromRequest((request) => {
          seen.add(request);
          return request.headers.get("x-token");
        }),
        to: {
          name: "test",
          identity: ["test"],
          audience: "test",
          produces: "unknown",
          hosts: () => ["api.example"],
          exchange: async () => bearer(clock, HOUR),
        },
      });
      const attach = createAttach({ one: provider, two: provider }, { platform });
      const make = maker(() => requestWith(token));
      const { one, two } = attach(make);
      assert.strictEqual(make.calls, 0);
      await Promise.all([one.token(), two.token(), one.fetch(API)]);
      await one.fetch(API, { signal: new AbortController().signal });
      assert.strictEqual(one.expiresAt, clock.now() + HOUR);
      assert.deepEqual([make.calls, seen.size], [1, 1]);
    });

    QUnit.test("what goes wrong in making it is the answer, each time", async (assert) => {
      const { provider } = counted({ platform: testPlatform() });
      const asking = {
        ...provider,
        partition: () => [],
        get: async ({ request }: { request?: Request } = {}) => request,
      };
      const make = maker(() => {
        throw new RangeError("no request");
      });
      const { api } = createAttach({ api: asking as never as typeof provider }, { platform: testPlatform() })(make);
      for (let calls = 1; calls <= 2; calls++) {
        await assert.rejects(api.token(), (error) => error instanceof RangeError);
        assert.strictEqual(make.calls, calls);
      }
      const none = createAttach({ api: provider }, { platform: testPlatform() })(make);
      assert.ok(await none.api.token());
      assert.strictEqual((await failureOf(() => none.api.fetch("https://evil.example/"))).code, "ERR_DOWNSTREAM_HOST");
    });
  });
};
