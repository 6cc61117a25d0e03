import { type BearerToken, defineTarget, federate } from "@tokenhop/core";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary } from "../leak.ts";

/** Gives what it got, and counts. */
function echoTarget() {
  const counted = { exchanges: 0 };
  const target = defineTarget({
    name: "echo",
    identity: ["echo", counted],
    audience: AUDIENCE,
    produces: "external",
    async exchange({ token }): Promise<BearerToken> {
      counted.exchanges++;
      return { kind: "bearer", token, expiresAt: NOW + 3_600_000 };
    },
  });
  return { counted, target };
}

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "fixed-token",
    provenance: "unknown",
    create: (token) => fixedToken(token),
    platform: () => fakePlatform(),
    expired: "stop",
    opaque: true,
    mistakes: [
      { what: "no token", make: () => fixedToken(undefined as never), problems: ["missing, expected a token"] },
      { what: "an empty token", make: () => fixedToken(" "), problems: ["expected a token"] },
      { what: "a sentence", make: () => fixedToken("not a token"), problems: ["expected a token"] },
      { what: "an empty token in set()", make: () => fixedToken("x").set(""), problems: ["expected a token"] },
    ],
  });

  QUnit.module("source fixed-token, its own", () => {
    QUnit.test("gives the token that was set last", async (assert) => {
      const [one, two] = [freshToken(), freshToken()];
      const source = fixedToken(one);
      source.set(` ${two} `);
      const { token } = await source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform()));
      assert.ok(token.reveal() === two);
    });

    QUnit.test("a refused set() leaves the token as it was", async (assert) => {
      const one = freshToken();
      const source = fixedToken(one);
      await failureOf(() => source.set(""));
      const { token } = await source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform()));
      assert.ok(token.reveal() === one);
    });

    QUnit.test(
      "after set() nothing made with the old token is given out, and going back is an exchange too",
      async (assert) => {
        const [one, two] = [canary("first-fixed-token-0123456789"), canary("second-fixed-token-0123456789")];
        const from = fixedToken(one);
        const { counted, target } = echoTarget();
        const provider = federate({ from, to: target, platform: fakePlatform() });
        const get = async (): Promise<string> => (await provider.get()).token.reveal();
        assert.ok((await get()) === one);
        assert.ok((await get()) === one);
        assert.strictEqual(counted.exchanges, 1, "cached");
        from.set(two);
        assert.strictEqual(provider.peek(), undefined);
        assert.ok((await get()) === two);
        assert.ok((await get()) === two);
        from.set(one);
        assert.ok((await get()) === one);
        assert.strictEqual(counted.exchanges, 3);
      },
    );

    QUnit.test("two with the same token are two identities", (assert) => {
      const token = freshToken();
      assert.notStrictEqual(fixedToken(token).identity[1], fixedToken(token).identity[1]);
      assert.strictEqual(typeof fixedToken(token).identity[1], "function", "what stands for itself in a cache key");
    });
  });
};
