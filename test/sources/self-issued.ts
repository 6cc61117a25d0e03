import { createCache, defineTarget, federate, firstOf } from "@tokenhop/core";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { type MintReply, selfIssued, type TokenMinter } from "@tokenhop/core/sources/self-issued";
import { contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { answering, ask, minting, missing, throwing } from "./self-issued-support.ts";

const MINTER = "a service binding to an IssuerEntrypoint with props, or issuer.minter(subject)";
const seconds = NOW / 1000;

/** What is no minter. Of a namespace of Durable Objects no property is a method of the object. */
const none: Readonly<Record<string, unknown>> = {
  null: null,
  "a text": "https://issuer.example",
  "a number": 5,
  "an empty object": {},
  "a namespace of Durable Objects": { idFromName: () => "id", get: () => minting("x") },
  "an object whose mint is none": { mint: "a.b.c" },
};

/** The `aud` of the minted token, and what is told of it where it is not the one that was wanted. */
const audiences = [
  { aud: AUDIENCE },
  { aud: [AUDIENCE] },
  { aud: "sts.amazonaws.com", told: "sts.amazonaws.com" },
  { aud: "api://azureadtokenexchange", told: "api://azureadtokenexchange" },
  { aud: `${AUDIENCE} `, told: AUDIENCE },
  { aud: [AUDIENCE, "sts.amazonaws.com"], told: `${AUDIENCE},sts.amazonaws.com` },
  { aud: [], told: "" },
  { aud: undefined, told: "undefined" },
] as const;

/** The `exp` of a token that is over, or never was valid. */
const over: readonly unknown[] = [seconds, seconds - 1, 0, -1e300, undefined, null, "soon", [], {}];

/** A service binding: whatever is asked of it is a function, and its promises are not those of the language. */
function binding(methods: Readonly<Record<string, (...given: readonly unknown[]) => unknown>>, target: object) {
  const asked: unknown[] = [];
  const call = (name: string, given: readonly unknown[]): PromiseLike<unknown> => {
    asked.push([name, ...given]);
    const method = methods[name];
    const promise =
      method === undefined
        ? Promise.reject(new TypeError(missing.replace("mint", name)))
        : Promise.resolve(method(...given));
    // biome-ignore lint/suspicious/noThenProperty: as RPC's own promises have it
    return { then: (...both) => promise.then(...both) };
  };
  const stub = new Proxy(target, {
    get:
      (_, name) =>
      (...given: readonly unknown[]) =>
        call(String(name), given),
  });
  return { stub: stub as TokenMinter, asked };
}

/** A target that takes what it is given. */
const target = defineTarget({
  name: "somewhere",
  identity: ["somewhere"],
  audience: AUDIENCE,
  produces: "unknown",
  exchange: async ({ token }) => ({ kind: "bearer", token, expiresAt: NOW + 60_000 }),
});

/** A minter that counts. */
function counting() {
  const counted = {
    calls: 0,
    mint(): MintReply {
      counted.calls++;
      return { ok: true, token: freshToken(), expiresAt: NOW + 300_000 };
    },
  };
  return counted;
}

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "self-issued",
    provenance: "external",
    create: (token) => selfIssued(minting(token)),
    platform: () => fakePlatform(),
    expired: "retry",
    mistakes: [
      {
        what: "several wrong arguments",
        make: () => selfIssued(5 as never, { name: "My Issuer", audience: "x" } as never),
        problems: [`minter: expected ${MINTER}`, "name: expected a name in kebab-case", "audience: unknown option"],
      },
    ],
  });

  QUnit.module("source self-issued, its own", () => {
    for (const [what, value] of Object.entries(none)) {
      QUnit.test(`does not take ${what} for a minter`, async (assert) => {
        const error = await failureOf(() => selfIssued(value as never));
        assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
        assert.deepEqual(error.problems, [`minter: expected ${MINTER}`]);
      });
    }

    QUnit.test("without a binding it is not found, and says what is missing", async (assert) => {
      const source = selfIssued(undefined);
      assert.deepEqual(source.detect(fakePlatform()), { found: false, missing: [MINTER] });
      const error = await failureOf(() => ask(undefined));
      assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_UNAVAILABLE", "stop", "self-issued"]);
      assert.ok(error.message.includes(`missing ${MINTER}`), error.message);
      const first = firstOf(source, fixedToken(freshToken()));
      const { token } = await first.getToken({ audience: AUDIENCE }, contextFor(fakePlatform()));
      assert.ok(token.reveal().startsWith("eyJ"), "the next source is taken");
    });

    QUnit.test("has the name that it is given", async (assert) => {
      const source = selfIssued(answering({}), { name: "issuer-of-ours" });
      const error = await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform())));
      assert.deepEqual(
        [source.name, source.identity[0], error.step],
        ["issuer-of-ours", "self-issued", "issuer-of-ours"],
      );
      assert.ok(error.message.includes("at issuer-of-ours"), error.message);
    });

    for (const [kind, object] of [
      ["an object", {}],
      ["a function", () => undefined],
    ] as const) {
      QUnit.test(`asks a service binding that is ${kind}, once, for the audience alone`, async (assert) => {
        const token = freshToken();
        const { stub, asked } = binding({ mint: () => ({ ok: true, token, expiresAt: NOW + 1 }) }, object);
        const source = selfIssued(stub);
        assert.deepEqual(source.detect(fakePlatform()), { found: true });
        assert.deepEqual(asked, [], "nothing is asked before there is need");
        const given = await source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform()));
        assert.ok(given.token.reveal() === token);
        assert.deepEqual(asked, [["mint", { audience: AUDIENCE }]]);
        assert.ok(source.identity[1] === stub, "it is known by the binding itself");
      });

      QUnit.test(`says of a binding that is ${kind} and has no mint what it should be`, async (assert) => {
        const { stub, asked } = binding({}, object);
        const error = await failureOf(() => ask(stub));
        assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_FAILED", "stop", "self-issued"]);
        assert.ok(error.message.includes(`expected ${MINTER}`), error.message);
        assert.strictEqual(asked.length, 1);
      });
    }

    QUnit.test("calls mint as the method that it is", async (assert) => {
      class Minter implements TokenMinter {
        readonly #token = freshToken();
        async mint(): Promise<MintReply> {
          return { ok: true, token: this.#token, expiresAt: NOW + 1 };
        }
      }
      assert.strictEqual((await ask(new Minter())).expiresAt, NOW + 300_000);
    });

    QUnit.test("goes by the token's own end, whatever the answer says", async (assert) => {
      for (const expiresAt of [NOW + 3_600_000, NOW + 1, 0, undefined, "later"]) {
        const given = await ask(answering({ ok: true, token: freshToken(), expiresAt }));
        assert.strictEqual(given.expiresAt, NOW + 300_000);
      }
    });

    for (const { aud, ...refused } of audiences) {
      const title = `${"told" in refused ? "refuses" : "takes"} a token whose aud is ${JSON.stringify(aud)}`;
      QUnit.test(title, async (assert) => {
        const asked = ask(minting(canaryToken({ aud, exp: seconds + 60 })));
        if (!("told" in refused)) return assert.strictEqual((await asked).expiresAt, NOW + 60_000);
        const error = await failureOf(() => asked);
        assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_FAILED", "stop", "self-issued"]);
        assert.ok(error.message.includes(`its token is for ${refused.told}, not for ${AUDIENCE} (`), error.message);
      });
    }

    QUnit.test("takes nothing but a JWT, whose audience it can see", async (assert) => {
      const error = await failureOf(() => ask(minting(canary("an-opaque-token-0123456789"))));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
    });

    QUnit.test("shows no audience that could be a token", async (assert) => {
      const error = await failureOf(() => ask(minting(canaryToken({ aud: freshToken(), exp: seconds + 60 }))));
      assert.ok(error.message.includes("its token is for [redacted], not for "), error.message);
    });

    for (const exp of over) {
      QUnit.test(`refuses a token whose exp is ${JSON.stringify(exp)}`, async (assert) => {
        const error = await failureOf(() => ask(minting(canaryToken({ aud: AUDIENCE, exp }))));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "retry"]);
        assert.ok(error.message.includes("an expired token"), error.message);
      });
    }

    QUnit.test("waits no longer than somebody waits for it, and leaves nothing behind", async (assert) => {
      const controller = new AbortController();
      const { signal } = controller;
      const reason = new Error("enough");
      let fail: (thrown: unknown) => void = () => undefined;
      const minter: TokenMinter = {
        mint: () =>
          new Promise((_, reject) => {
            fail = reject;
            controller.abort(reason);
          }),
      };
      const asked = selfIssued(minter).getToken({ audience: AUDIENCE }, contextFor(fakePlatform(), { signal }));
      await assert.rejects(asked, (thrown) => thrown === reason);
      // Late, and for nobody: as an unhandled rejection it would end the run.
      fail(new Error("too late"));
      await new Promise((resolve) => setTimeout(resolve, 1));
    });

    QUnit.test("takes its listener off the signal, however the call ends", async (assert) => {
      for (const minter of [minting(freshToken()), throwing(() => new Error("no")), answering(undefined)]) {
        const { signal } = new AbortController();
        const listeners = new Set<unknown>();
        const watched: Partial<AbortSignal> = {
          throwIfAborted: () => undefined,
          addEventListener: (_: string, listener: unknown) => void listeners.add(listener),
          removeEventListener: (_: string, listener: unknown) => void listeners.delete(listener),
        };
        const context = contextFor(fakePlatform(), { signal: Object.assign(Object.create(signal), watched) });
        await selfIssued(minter)
          .getToken({ audience: AUDIENCE }, context)
          .catch(() => undefined);
        assert.strictEqual(listeners.size, 0);
      }
    });

    QUnit.test("is the same source with the same minter, and another with another one", async (assert) => {
      const [one, other] = [counting(), counting()];
      const cache = createCache();
      const platform = fakePlatform();
      for (const minter of [one, one, other]) {
        await federate({ from: selfIssued(minter), to: target, cache, platform }).get();
      }
      assert.deepEqual([one.calls, other.calls], [1, 1]);
    });
  });
};
