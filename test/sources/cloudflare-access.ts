import { type BearerToken, defineTarget, federate, type NoParams, secret, type VerifiedUser } from "@tokenhop/core";
import { cloudflareAccess } from "@tokenhop/core/sources/cloudflare-access";
import { manualClock, testPlatform, testUser } from "@tokenhop/core/testing";
import { assertHides, contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";

const request = new Request("https://app.example/");

/** Somebody whom Access let through. */
async function caller(
  more: Readonly<Record<string, unknown>> = {},
  lifetimeMs = 300_000,
  now = NOW,
): Promise<VerifiedUser> {
  const claims = { iss: "https://acme.cloudflareaccess.com", aud: [AUDIENCE], type: "app", ...more };
  const token = canaryToken({ ...claims, exp: Math.floor((now + lifetimeMs) / 1000) });
  return testUser({ token, claims: claims as never, lifetimeMs, platform: { now: () => now } });
}

type UserOf = Parameters<typeof cloudflareAccess>[0];
const ask = (userOf: unknown, more: object = { request }, audience = AUDIENCE) =>
  cloudflareAccess(userOf as UserOf).getToken({ audience }, contextFor(fakePlatform(), more));

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("source cloudflare-access, its own", () => {
    QUnit.test("hands on the token of the request's caller, until it ends", async (assert) => {
      const user = await caller();
      const given: unknown[] = [];
      const { token, expiresAt } = await ask((one: Request) => {
        given.push(one);
        return user;
      });
      assert.ok(token.reveal() === user.token.reveal());
      assert.strictEqual(expiresAt, NOW + 300_000);
      assert.ok(given.length === 1 && given[0] === request);
      assertHides(assert, { token, expiresAt }, [user.token.reveal()]);
    });

    for (const [what, userOf, more, says, code] of [
      [
        "without a request",
        () => undefined,
        {},
        "no request was given: call get({ request })",
        "ERR_SOURCE_UNAVAILABLE",
      ],
      ["for nobody", () => undefined, { request }, "nobody was verified for this request", "ERR_SOURCE_UNAVAILABLE"],
      ["for null", () => null, { request }, "nobody was verified for this request", "ERR_SOURCE_UNAVAILABLE"],
      [
        "for a text",
        () => canary("raw-assertion-0123456789"),
        { request },
        "expected a user whom createBearerAuth verified",
        "ERR_SOURCE_FAILED",
      ],
      [
        "for a promise",
        () => Promise.resolve(),
        { request },
        "expected a user whom createBearerAuth verified",
        "ERR_SOURCE_FAILED",
      ],
      [
        "when the function throws",
        () => {
          throw new RangeError(canary("message-with-a-token-0123"));
        },
        { request },
        "the function threw RangeError",
        "ERR_SOURCE_FAILED",
      ],
    ] as const) {
      QUnit.test(`fails ${what}`, async (assert) => {
        const error = await failureOf(() => ask(userOf, more));
        assert.deepEqual([error.code, error.recovery, error.step], [code, "stop", "cloudflare-access"]);
        assert.ok(error.message.includes(says), error.message);
      });
    }

    QUnit.test("takes no copy of a user, nor anything of that shape", async (assert) => {
      const user = await caller();
      const copies = [
        { ...user },
        JSON.parse(JSON.stringify(user)),
        Object.create(user),
        structuredClone({ ...user, token: null }),
      ];
      for (const copy of copies) {
        const error = await failureOf(() => ask(() => copy));
        assert.ok(error.message.includes("expected a user whom createBearerAuth verified"), error.message);
        assert.deepEqual(
          cloudflareAccess(() => copy as VerifiedUser).partition?.(request),
          [],
          "and none has a partition",
        );
      }
    });

    for (const type of [undefined, "org", "App", ["app"]]) {
      QUnit.test(`hands on no token of another issuer (type ${JSON.stringify(type)})`, async (assert) => {
        const user = await caller({ type });
        const error = await failureOf(() => ask(() => user));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
        assert.ok(error.message.includes("by another issuer than accessIssuer"), error.message);
        assertHides(assert, error, [user.token.reveal()]);
      });
    }

    for (const lifetimeMs of [0, -1_000]) {
      QUnit.test(`calls a token expired that ends in ${lifetimeMs} ms`, async (assert) => {
        const user = await caller({}, lifetimeMs);
        const error = await failureOf(() => ask(() => user));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
        assert.ok(error.message.includes("an expired token"), error.message);
      });
    }

    for (const [aud, told] of [
      [[AUDIENCE]],
      [AUDIENCE],
      [["a", AUDIENCE]],
      [["4714c1358e65"], "4714c1358e65"],
      [[], "none"],
    ] as const) {
      QUnit.test(`${told === undefined ? "takes" : "refuses"} aud ${JSON.stringify(aud)}`, async (assert) => {
        const user = await caller({ aud });
        if (told === undefined) return assert.strictEqual((await ask(() => user)).expiresAt, NOW + 300_000);
        const error = await failureOf(() => ask(() => user));
        assert.ok(
          error.message.includes(`has the audience ${told}, wanted is ${AUDIENCE}; give the target the AUD tag`),
          error.message,
        );
      });
    }

    QUnit.test("does nothing for a caller who has gone", async (assert) => {
      const reason = new Error("gone");
      let calls = 0;
      const asked = ask(() => void calls++, { request, signal: AbortSignal.abort(reason) });
      await assert.rejects(asked, (error) => error === reason);
      assert.strictEqual(calls, 0);
    });

    QUnit.test("callers are told apart by the hash of their token", async (assert) => {
      const [ann, bob] = [await caller(), await caller()];
      const requests = [new Request("https://a.example/"), new Request("https://b.example/"), request];
      const users = new Map([ann, bob].map((user, index) => [requests[index], user]));
      const { partition, perRequest } = cloudflareAccess((one) => users.get(one));
      assert.strictEqual(perRequest, true);
      assert.deepEqual(
        [...requests, undefined].map((one) => partition?.(one)),
        [[ann.partition], [bob.partition], [], []],
      );
      const throwing = cloudflareAccess(() => {
        throw new Error("no");
      });
      assert.deepEqual(throwing.partition?.(request), []);
      assertHides(assert, partition?.(requests[0]), [ann.token.reveal()]);
    });

    QUnit.test("another function is another identity", (assert) => {
      const userOf: UserOf = () => undefined;
      const { name, identity, provenance, detect } = cloudflareAccess(userOf);
      assert.deepEqual([name, provenance, detect(fakePlatform())], ["cloudflare-access", "external", { found: true }]);
      assert.ok(identity.length === 3 && identity[0] === name && identity[1] === userOf);
      assert.strictEqual(cloudflareAccess(userOf, { teamDomain: "a.example" }).identity[2], "a.example");
    });
  });

  QUnit.module("source cloudflare-access, behind a provider", () => {
    QUnit.test("never mixes callers, nor keeps anything beyond a caller's token", async (assert) => {
      const clock = manualClock();
      const users = new WeakMap<Request, VerifiedUser>();
      let exchanges = 0;
      const echo = defineTarget({
        name: "echo",
        identity: ["echo"],
        audience: AUDIENCE,
        produces: "unknown",
        async exchange({ token }, _none: NoParams, { platform }): Promise<BearerToken> {
          exchanges++;
          return { kind: "bearer", token: secret(token.reveal()), expiresAt: platform.now() + 86_400_000 };
        },
      });
      const from = cloudflareAccess((one) => users.get(one));
      const provider = federate({ from, to: echo, platform: testPlatform({ clock }) });
      const people = await Promise.all(Array.from({ length: 10 }, () => caller({}, 60_000, clock.now())));
      const calls = [...people, ...people].map((user) => {
        const one = new Request("https://app.example/");
        users.set(one, user);
        return provider.get({ request: one });
      });
      const given = await Promise.all(calls);
      assert.ok(given.every(({ token }, index) => token.reveal() === people[index % 10]?.token.reveal()));
      assert.ok(given.every(({ expiresAt }) => expiresAt === Math.floor((clock.now() + 60_000) / 1000) * 1000));
      assert.strictEqual(exchanges, 10);
      const error = await failureOf(() => provider.get({ request }));
      assert.strictEqual(error.code, "ERR_SOURCE_UNAVAILABLE", "who was verified for another request is nobody here");
    });
  });

  const users = new WeakMap<object, VerifiedUser>();
  sourceContract(QUnit, {
    name: "cloudflare-access",
    provenance: "external",
    // A user is made asynchronously, and the contract makes sources at once.
    create(token) {
      const key = {};
      const source = cloudflareAccess(() => users.get(key));
      const claims = { iss: "https://acme.cloudflareaccess.com", aud: [AUDIENCE], type: "app" };
      const made = testUser({
        token: token.trim(),
        claims: claims as never,
        lifetimeMs: 300_000,
        platform: { now: () => NOW },
      });
      return {
        ...source,
        async getToken(wanted, context) {
          users.set(key, await made);
          return source.getToken(wanted, context);
        },
      };
    },
    mistakes: [
      {
        what: "a token in the place of the function",
        make: () => cloudflareAccess(freshToken() as never),
        problems: ["userOf: expected a function"],
      },
      {
        what: "nothing",
        make: () => cloudflareAccess(undefined as never),
        problems: ["userOf: missing, expected a function"],
      },
      {
        what: "wrong options",
        make: () => cloudflareAccess(() => undefined, { teamDomain: "https://acme.example/", x: 1 } as never),
        problems: ["teamDomain: expected a host name like acme.cloudflareaccess.com", "x: unknown option"],
      },
    ],
  });
};
