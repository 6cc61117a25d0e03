/** Identities that come with the request: nobody is ever served with somebody else's. */
import type { BearerToken } from "@tokenhop/core";
import fc from "fast-check";
import type { Suite } from "../harness.ts";
import {
  bearer,
  errorOf,
  failure,
  HOUR,
  MINUTE,
  settle,
  someSecret,
  type World,
  type WorldOptions,
  world,
} from "./support.ts";

const requestOf = (user: string): Request => new Request("https://app.example/", { headers: { "x-user": user } });
const userOf = (request: Request | undefined): string | null | undefined => request?.headers.get("x-user");
const partition = (request: Request | undefined): readonly unknown[] => [userOf(request)];

/** Credentials by whose they are. */
function usersWorld(options: WorldOptions = {}): World & { ownerOf(credential: BearerToken): string | undefined } {
  const it = world({ partition, ...options });
  const owners = new WeakMap<object, string>();
  it.source.answer = (_, { request }) => {
    const token = { token: someSecret(), expiresAt: it.clock.now() + HOUR };
    owners.set(token, userOf(request) ?? "nobody");
    return token;
  };
  it.target.answer = (_, { subject }) => {
    const credential = bearer(it.clock, HOUR);
    owners.set(credential, owners.get(subject as object) as string);
    return credential;
  };
  return { ...it, ownerOf: (credential) => owners.get(credential) };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("engine, identities of requests", () => {
    QUnit.test("each has its own, concurrent or not, and none without a request", async (assert) => {
      const { provider, ownerOf, source, target } = usersWorld();
      const users = ["ann", "bob", "cyd"];
      const calls = Array.from({ length: 600 }, (_, index) => users[index % 3] as string);
      const given = await Promise.all(calls.map((user) => provider.get({ request: requestOf(user) })));
      assert.ok(given.every((credential, index) => ownerOf(credential) === calls[index]));
      assert.deepEqual([source.calls, target.calls], [3, 3]);
      for (const [index, user] of calls.entries()) {
        assert.ok((await provider.get({ request: requestOf(user) })) === given[index], "one after the other, too");
      }
      assert.strictEqual(provider.peek(), undefined, "peek() knows of no request");
      assert.strictEqual(ownerOf(await provider.get()), "nobody");
      assert.strictEqual(ownerOf(await provider.get({ request: requestOf("ann") })), "ann");
    });

    QUnit.test("any order of users, time and failures", async (assert) => {
      const step = fc.record({
        user: fc.constantFrom("ann", "bob", "cyd", "dan"),
        ms: fc.integer({ min: 0, max: 20 * MINUTE }),
        fails: fc.boolean(),
        scope: fc.constantFrom(undefined, "other"),
      });
      const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { provider, ownerOf, target, clock } = usersWorld({ limits: { attempts: 1, maxPartitions: 5 } });
        const { answer } = target;
        for (const { user, ms, fails, scope } of steps) {
          target.answer = (call, asked) => {
            if (fails) throw failure();
            return answer(call, asked);
          };
          const credential = await provider
            .with({ scope })
            .get({ request: requestOf(user) })
            .catch(() => undefined);
          if (credential && ownerOf(credential) !== user) return false;
          await clock.advance(ms);
        }
        return true;
      });
      await fc.assert(property, { numRuns: 150, seed: 5 });
      assert.ok(true);
    });

    QUnit.test("they stay apart through a second hop", async (assert) => {
      const first = usersWorld();
      const second = world({ clock: first.clock, from: first.provider });
      const { clock, target } = second;
      const owners = new WeakMap<object, string | undefined>();
      target.answer = (_, { subject }) => {
        const credential = bearer(clock, HOUR);
        owners.set(credential, first.ownerOf(subject as BearerToken));
        return credential;
      };
      for (let round = 0; round < 3; round++) {
        for (const user of ["ann", "bob", "cyd"]) {
          const credential = await second.provider.get({ request: requestOf(user) });
          assert.strictEqual(owners.get(credential), user, `${user}, round ${round}`);
        }
        await clock.advance(50 * MINUTE);
      }
      const third = world({ clock, from: second.provider });
      const [ann, bob] = await Promise.all(
        ["ann", "bob"].map((user) => third.provider.get({ request: requestOf(user) })),
      );
      assert.ok(ann !== bob);
    });

    QUnit.test("a source that does not say how requests differ is shown none", async (assert) => {
      const { provider, source, target } = world();
      await provider.get({ request: requestOf("ann") });
      assert.deepEqual([source.asked[0]?.request, target.asked[0]?.request], [undefined, undefined]);
      const users = usersWorld();
      await users.provider.get({ request: requestOf("ann") });
      assert.deepEqual(
        [userOf(users.source.asked[0]?.request), userOf(users.target.asked[0]?.request)],
        ["ann", "ann"],
      );
    });

    QUnit.test("a credential of one request can be dropped", async (assert) => {
      const { provider, target, clock } = usersWorld();
      const [ann, bob] = [requestOf("ann"), requestOf("bob")];
      const held = await provider.get({ request: ann });
      const others = await provider.get({ request: bob });
      assert.strictEqual(provider.invalidate(held, "unauthorized"), false, "it is too young");
      assert.ok((await provider.get({ request: ann })) === held);
      await clock.advance(MINUTE);
      assert.strictEqual(provider.invalidate(held, "unauthorized"), true);
      assert.ok((await provider.get({ request: ann })) !== held);
      assert.ok((await provider.get({ request: bob })) === others);
      provider.invalidate(others);
      assert.ok((await provider.get({ request: bob })) !== others);
      assert.strictEqual(target.calls, 4);
    });

    QUnit.test("an assertion that the server calls expired is renewed for its request", async (assert) => {
      const first = usersWorld();
      const second = world({ clock: first.clock, from: first.provider });
      second.target.answer = (call) => {
        if (call === 1) throw failure({ recovery: "subject" });
        return bearer(first.clock, HOUR);
      };
      await second.provider.get({ request: requestOf("ann") });
      const [one, two] = second.target.asked.map(({ subject }) => subject as BearerToken);
      assert.ok(one !== two);
      assert.deepEqual([one && first.ownerOf(one), two && first.ownerOf(two)], ["ann", "ann"]);
    });

    QUnit.test("one request's failure is not another's", async (assert) => {
      const { provider, source, clock } = usersWorld();
      const { answer } = source;
      source.answer = (call, asked) => {
        if (userOf(asked.request) === "ann") throw failure({ code: "ERR_SOURCE_FAILED", recovery: "stop" });
        return answer(call, asked);
      };
      await errorOf(provider.get({ request: requestOf("ann") }));
      assert.ok(await provider.get({ request: requestOf("bob") }));
      await settle(clock);
      assert.strictEqual((await errorOf(provider.get({ request: requestOf("ann") }))).retryAfterMs, 7_500);
    });
  });
};
