/** The environment is a part of an identity, and a request's identity ends with its token. */
import { type BearerToken, createCache, defineTarget, federate, type NoParams, secret } from "@tokenhop/core";
import { env } from "@tokenhop/core/sources/env";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { HOUR, MINUTE } from "./support.ts";

/** A credential whose text is that of the identity token it was made from. */
const echo = (lifetimeMs = HOUR) =>
  defineTarget({
    name: "echo",
    identity: ["echo"],
    audience: "api://test",
    produces: "unknown",
    async exchange({ token }, _none: NoParams, { platform }): Promise<BearerToken> {
      return { kind: "bearer", token: secret(token.reveal()), expiresAt: platform.now() + lifetimeMs };
    },
  });

export const suite: Suite = (QUnit) => {
  QUnit.module("identities", () => {
    QUnit.test("a shared cache does not mix what one variable holds in two environments", async (assert) => {
      const cache = createCache();
      const tokens = [canaryToken(), canaryToken()];
      const given = tokens.map(async (TOKEN) => {
        const platform = testPlatform({ env: { TOKEN } });
        return (await federate({ from: env({ variable: "TOKEN" }), to: echo(), cache, platform }).get()).token.reveal();
      });
      assert.ok((await Promise.all(given)).every((text, index) => text === tokens[index]));
    });

    QUnit.test("what was made from a request's token is not given once that has ended", async (assert) => {
      const clock = manualClock();
      const platform = testPlatform({ clock });
      const token = canaryToken({ exp: (clock.now() + 5 * MINUTE) / 1000 });
      const request = new Request("https://app.example/", { headers: { "x-token": token } });
      const first = federate({ from: fromRequest((one) => one.headers.get("x-token")), to: echo(), platform });
      const second = federate({ from: first, to: { ...echo(), identity: ["echo again"] }, platform });
      for (const provider of [first, second]) {
        assert.strictEqual((await provider.get({ request })).expiresAt, clock.now() + 5 * MINUTE);
        assert.ok(provider.peek({ request }) !== undefined);
        assert.strictEqual(provider.peek(), undefined, "no other request's");
      }
      await clock.advance(5 * MINUTE);
      for (const provider of [first, second]) {
        await assert.rejects(provider.get({ request }), (error) => String(error).includes("expired"));
      }
    });
  });
};
